"""Every other behaviour of the rehearsal: the rest of the refusals, and what breaks the protocol."""

from pydantic import SecretStr

from live.rehearsal import replies
from live.rehearsal.endpoints import Listener
from live.rehearsal.sample import ProviderName, Refusal, Sample, SecurityName, Step

OWNER = "postmaster@example.net"


def _office365(key: str, name: str, diagnosis: str, reply: str, step: Step = "auth") -> Sample:
    """An Exchange Online mailbox whose account refuses at one step."""
    return Sample(
        key=key,
        asset_name=name,
        address=f"{key}@example.org",
        provider="office365",
        listener=Listener.EXCHANGE_STARTTLS,
        security="starttls",
        password=SecretStr(f"Rehearsal-{key}-1"),
        expected_rung="sign-in" if step == "auth" else "envelope",
        expected_diagnosis=diagnosis,
        on_desk=False,
        owner="m365-admin@example.org",
        note="",
        refusal=Refusal(step, reply),
    )


def _at(
    listener: Listener,
    name: str,
    rung: str | None,
    diagnosis: str | None,
    *,
    key: str = "",
    security: SecurityName = "starttls",
    provider: ProviderName = "custom",
    refusal: Refusal | None = None,
) -> Sample:
    """A mailbox whose listener is the point; its key is the listener's name unless given."""
    key = key or listener.value
    return Sample(
        key=key,
        asset_name=name,
        address=f"{key}@example.net",
        provider=provider,
        listener=listener,
        security=security,
        password=SecretStr(f"Rehearsal-{key}-1"),
        expected_rung=rung,
        expected_diagnosis=diagnosis,
        on_desk=False,
        owner=OWNER,
        note="",
        refusal=refusal,
    )


def _gmail(key: str, name: str, diagnosis: str, reply: str) -> Sample:
    """A Gmail mailbox whose account refuses the sign-in."""
    return _at(
        Listener.GMAIL_STARTTLS,
        name,
        "sign-in",
        diagnosis,
        key=key,
        provider="gmail",
        refusal=Refusal("auth", reply),
    )


OTHERS: tuple[Sample, ...] = (
    _office365("basic-off", "Basic off", "o365-smtp-basic-disabled", replies.EXCHANGE_BASIC_OFF),
    _office365(
        "security-defaults",
        "Security defaults",
        "o365-smtp-security-defaults",
        replies.EXCHANGE_SECURITY_DEFAULTS,
    ),
    _office365("criteria", "Criteria not met", "o365-smtp-criteria", replies.EXCHANGE_CRITERIA),
    _office365(
        "credentials",
        "Credentials incorrect",
        "o365-smtp-credentials-incorrect",
        replies.EXCHANGE_CREDENTIALS,
    ),
    _office365("locked", "Account locked", "o365-smtp-account-locked", replies.EXCHANGE_LOCKED),
    _office365("bare-139", "Bare 5.7.139", "o365-smtp-other-57139", replies.EXCHANGE_BARE),
    _office365("identity", "Identity refused", "o365-smtp-5-7-3", replies.EXCHANGE_IDENTITY),
    _office365("basic-retired", "Basic retired", "o365-smtp-basic-retired", replies.EXCHANGE_BASIC_RETIRED),
    _office365(
        "anonymous",
        "Not authenticated",
        "o365-smtp-not-authenticated",
        replies.EXCHANGE_SIGN_IN_FIRST,
        "mail",
    ),
    _office365("threads", "Thread limit", "o365-smtp-thread-limit", replies.EXCHANGE_THREADS, "mail"),
    _office365(
        "send-as-60",
        "Send As at recipient",
        "o365-smtp-sendas-60",
        replies.EXCHANGE_SEND_AS_PERMISSION,
        "rcpt",
    ),
    _gmail("browser", "Browser sign-in", "gmail-smtp-browser-login", replies.GMAIL_BROWSER),
    _at(Listener.GMAIL_BUSY, "Gmail busy", "ehlo", "gmail-smtp-ehlo-throttled", provider="gmail"),
    _at(Listener.CUSTOM_STARTTLS, "Own server", None, None),
    _at(
        Listener.CUSTOM_STARTTLS,
        "Own server refuses",
        "sign-in",
        "any-auth-535",
        key="custom-bad-credentials",
        refusal=Refusal("auth", replies.CUSTOM_BAD_CREDENTIALS),
    ),
    _at(Listener.CUSTOM_PLAIN, "Clear text", None, None, security="none"),
    _at(
        Listener.NO_STARTTLS,
        "No sign-in offered",
        "sign-in",
        "any-auth-not-offered",
        key="no-auth",
        security="none",
    ),
    _at(
        Listener.CUSTOM_STARTTLS,
        "SSL on a STARTTLS port",
        "tls",
        "any-tls-wrong-version",
        key="mismatch",
        security="ssl",
    ),
    _at(Listener.SELF_SIGNED, "Self-signed", "certificate", "any-cert-self-signed"),
    _at(Listener.WRONG_NAME, "Wrong name", "certificate", "any-cert-hostname"),
    _at(Listener.LINE_NOISE, "Line noise", "banner", "any-not-smtp"),
    _at(Listener.CUT_OFF, "Cut off", "ehlo", "any-cut-off"),
    _at(Listener.SILENT, "Silent", "banner", "any-banner-timeout"),
    _at(Listener.FLOOD, "Flood", "ehlo", "any-reply-too-long"),
    _at(Listener.ENDLESS_LINE, "Endless line", "banner", "any-reply-too-long"),
    _at(Listener.ESCAPES, "Escape sequences", "ehlo", "unknown-5yz"),
    _at(Listener.DEAD, "Dead port", "connect", "any-connect-refused"),
)
