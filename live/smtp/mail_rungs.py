"""The rungs above TLS: signing in, the envelope, and a real message."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid

from live.smtp import sasl
from live.smtp.fault import Facts, RungError, within
from live.smtp.ground import Ground, Seen
from live.smtp.names import WireNameError, mailbox_on_wire

BODY = """\
This is a test message of postroom, the console for e-mail channel assets.

It shows that {address} can send through {host}.
Nobody needs to answer it.
"""

MISSING = {
    "vault_locked": "The vault is locked, so there is nothing to sign in with.",
    "password_missing": "No password is kept for this asset.",
    "password_unreadable": "The password kept for this asset cannot be read.",
}
"""Why a target has no credential."""

IN_DOUBT = ("message", "may have been taken all the same")
"""The fact of a message to which no answer came: the server may have it (RFC 5321 4.5.3.2.6)."""


async def sign_in(ground: Ground) -> Seen:
    """Sign in with the best mechanism that both sides know."""
    target = ground.target
    mechanism = _chosen(ground)
    credential = target.credential
    assert credential is not None
    session = ground.session
    assert session.verified or (target.security == "none" and target.cleartext_agreed)
    facts: Facts = (("mechanism", mechanism), ("as", target.sign_in_name))
    try:
        async with within(ground.limits.sign_in, "waiting for the sign-in"):
            done = await sasl.sign_in(session.command, mechanism, target.sign_in_name, credential)
    except RungError as fault:
        raise RungError(fault.words, fault.cause, facts=(*facts, *fault.facts), code=fault.code) from None
    if done.challenge is not None:
        facts += sasl.challenge_facts(done.challenge)
    if done.reply.code != 235:
        raise RungError(
            done.reply.text,
            done.reply.text,
            finer=sasl.canonical(done.challenge) if done.challenge else "",
            facts=facts,
            code=done.reply.code,
        )
    return Seen(done.reply.text, facts)


def _chosen(ground: Ground) -> sasl.Mechanism:
    """The mechanism, once it is certain that the credential may be sent here.

    Raises:
        RungError: it may not, or there is none, or the server takes none that we have.
    """
    target, offered = ground.target, ground.offer.mechanisms
    if target.credential is None:
        sentence = MISSING.get(target.missing, f"There is no {target.credential_kind} to sign in with.")
        raise RungError(sentence, f"condition:{target.missing}")
    if not ground.session.verified and not (target.security == "none" and target.cleartext_agreed):
        sentence = f"The {target.credential_kind} would travel without TLS, and nobody has agreed to that."
        raise RungError(sentence, "condition:cleartext_not_agreed")
    try:
        sasl.check(target.sign_in_name, target.credential, target.credential_kind)
    except WireNameError as refused:
        raise RungError(str(refused), refused.condition) from None
    if not offered:
        state = "auth_not_offered_tls" if ground.session.tls else "auth_not_offered"
        raise RungError("The server does not offer AUTH: nobody can sign in here.", f"condition:{state}")
    mechanism = sasl.choose(offered, target.credential_kind)
    if mechanism is None:
        ours = "XOAUTH2" if target.credential_kind == "token" else "PLAIN and LOGIN"
        raise RungError(
            f"The server offers {', '.join(offered)[:200]}; a {target.credential_kind} needs {ours}.",
            "condition:no_common_mechanism",
        )
    return mechanism


async def envelope(ground: Ground) -> Seen:
    """MAIL FROM and RCPT TO the asset's own address, then RSET: a refusal shows, and no mail is sent."""
    address = _wire(ground.target.address)
    seen = await _enveloped(ground, address, address)
    reset = (await ground.session.command(b"RSET")).expect(250)
    return Seen(f"{seen.words}\n{reset.text}", (*seen.facts, ("RSET", "accepted")))


async def message(ground: Ground) -> Seen:
    """One real message to one address."""
    assert ground.send_to is not None
    sender, recipient = _wire(ground.target.address), _wire(ground.send_to)
    mail = ground.mail or built_message(sender, recipient, ground.target.host)
    await _enveloped(ground, sender, recipient)
    facts: Facts = (("to", ground.send_to), ("message id", str(mail["Message-ID"])))
    if ground.before_data is not None:
        await ground.before_data()
    try:
        reply = await ground.session.data(mail.as_bytes())
    except RungError as fault:
        fault.facts = (*fault.facts, *facts, IN_DOUBT)
        raise
    if reply.code != 250:
        raise RungError(reply.text, reply.text, facts=(("refused", "DATA"), *facts), code=reply.code)
    return Seen(reply.text, facts)


def built_message(sender: str, recipient: str, host: str) -> EmailMessage:
    """A short message that no responder answers (RFC 3834 5: Auto-Submitted)."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))  # not every server takes 8BITMIME
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = "postroom test message"
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(BODY.format(address=sender, host=host))
    return mail


async def _enveloped(ground: Ground, sender: str, recipient: str) -> Seen:
    words: list[str] = []
    facts: Facts = ()
    for verb, path, codes in (("MAIL FROM", sender, (250,)), ("RCPT TO", recipient, (250, 251, 252))):
        doing = f"waiting for the reply to {verb}"
        first, second = verb.encode("ascii").split()
        reply = await ground.session.command(first, second + f":<{path}>".encode("ascii"), doing=doing)
        if reply.code not in codes:
            raise RungError(
                reply.text, reply.text, facts=(*facts, ("refused", f"{verb} {path}")), code=reply.code
            )
        words.append(reply.text)
        facts += ((verb, "accepted"),)
    return Seen("\n".join(words), facts)


def _wire(address: str) -> str:
    try:
        return mailbox_on_wire(address)
    except WireNameError as refused:
        raise RungError(str(refused), refused.condition) from None
