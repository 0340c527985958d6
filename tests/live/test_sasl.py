"""Sign-in: mechanisms, refusals, challenges, and the credential that must turn up nowhere."""

from __future__ import annotations

import base64
import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.smtp import sasl
from live.smtp.concealment import Concealment
from live.smtp.ladder import Ladder
from live.smtp.names import WireNameError
from live.smtp.wire import Reply
from tests.live.smtp_servers import (
    ADDRESS,
    OFFER,
    PASSWORD,
    SIGNED_IN,
    TOKEN,
    Climbed,
    Scripted,
    climbed,
    good_server,
    listening,
    target_at,
)

GMAIL_400 = (
    b"eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ=="
)
GMAIL_535 = (
    b"535-5.7.8 Username and Password not accepted.\r\n"
    b"535 5.7.8  https://support.google.com/mail/ - gsmtp\r\n"
)


def with_token(port: int, security: str = "none", **changes: Any) -> Any:
    return target_at(port, security, credential=SecretStr(TOKEN), credential_kind="token", **changes)


async def at_script(replies: dict[str, bytes | None], **changes: Any) -> tuple[Climbed, Scripted]:
    script = Scripted({"EHLO": OFFER, **replies})
    async with listening(script) as port:
        target = (
            with_token(port, **changes) if "credential" not in changes else target_at(port, "none", **changes)
        )
        seen = await climbed(target)
        await script.left.wait()
    return seen, script


# Encoding and choosing


def test_googles_test_vector() -> None:
    token = SecretStr("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
    assert sasl.wire_forms("someuser@example.com", token)[2] == (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )


@pytest.mark.parametrize(
    ("offered", "kind", "chosen"),
    [
        (("LOGIN", "PLAIN", "XOAUTH2"), "password", "PLAIN"),
        (("login", "CRAM-MD5"), "password", "LOGIN"),
        (("XOAUTH2", "PLAIN"), "token", "XOAUTH2"),
        (("PLAIN", "LOGIN"), "token", None),
        (("XOAUTH2", "CRAM-MD5"), "password", None),
        ((), "password", None),
    ],
)
def test_the_best_common_mechanism_is_chosen(offered: tuple[str, ...], kind: Any, chosen: str | None) -> None:
    assert sasl.choose(offered, kind) == chosen


@pytest.mark.parametrize("bad", ["\r", "\n", "\0", "\x01"])
def test_what_would_end_a_field_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(WireNameError) as caught:
        sasl.check(ADDRESS, SecretStr(f"{PASSWORD}{bad}x"), "password")
    assert PASSWORD not in str(caught.value)
    with pytest.raises(WireNameError):
        sasl.check(f"support{bad}@example.com", SecretStr(PASSWORD), "password")


def test_a_credential_that_no_server_takes_is_refused() -> None:
    with pytest.raises(WireNameError, match=r"12,288"):
        sasl.check(ADDRESS, SecretStr("x" * 10_000), "token")


# Against good servers


@pytest.mark.parametrize(
    ("security", "without", "mechanism"),
    [("ssl", [], "PLAIN"), ("starttls", ["PLAIN"], "LOGIN"), ("none", ["PLAIN"], "LOGIN")],
)
async def test_signing_in_with_a_password(security: str, without: list[str], mechanism: str) -> None:
    async with good_server(security, auth_exclude_mechanism=without) as port:
        seen = await climbed(target_at(port, security))
    assert seen.end is None
    assert dict(seen["sign-in"].facts)["mechanism"] == mechanism


async def test_signing_in_with_a_token() -> None:
    async with good_server("starttls") as port:
        seen = await climbed(with_token(port, "starttls"))
    assert seen.end is None
    assert dict(seen["sign-in"].facts)["mechanism"] == "XOAUTH2"


@pytest.mark.parametrize("without", [[], ["PLAIN"]])
async def test_a_wrong_password_shows_the_servers_words(without: list[str]) -> None:
    async with good_server("starttls", auth_exclude_mechanism=without) as port:
        seen = await climbed(target_at(port, credential=SecretStr("wrong-horse")))
    assert seen.end == ("sign-in", "any-auth-535")
    assert seen["sign-in"].words == "535 5.7.8 Authentication credentials invalid"
    assert "wrong-horse" not in f"{seen}"


async def test_a_long_token_goes_on_a_line_of_its_own() -> None:
    long = SecretStr(TOKEN + "x" * 2_000)
    seen, script = await at_script(
        {"AUTH": b"334 \r\n", "…": SIGNED_IN}, credential=long, credential_kind="token"
    )
    assert seen.end is None
    assert script.heard[1] == b"AUTH XOAUTH2"
    assert script.heard[2].decode() == sasl.wire_forms(ADDRESS, long)[2]


async def test_letters_outside_ascii_go_as_utf_8() -> None:
    seen, script = await at_script({"AUTH": SIGNED_IN}, credential=SecretStr("paß\u20ac"))
    assert seen.end is None
    assert base64.b64decode(script.heard[1].split()[2]) == f"\0{ADDRESS}\0paß\u20ac".encode()


# Refusals and challenges


async def test_gmails_challenge_is_decoded_answered_and_diagnosed() -> None:
    seen, script = await at_script({"AUTH": b"334 " + GMAIL_400 + b"\r\n", "": GMAIL_535}, provider="gmail")
    assert seen.end == ("sign-in", "gmail-smtp-xoauth2-400")
    assert script.heard[2] == b""
    assert seen["sign-in"].words == GMAIL_535.decode().strip().replace("\r\n", "\n")
    facts = dict(seen["sign-in"].facts)
    assert facts["challenge status"] == "400"
    assert facts["challenge scope"] == "https://mail.google.com/"


async def test_a_challenge_spaced_otherwise_means_the_same() -> None:
    spaced = base64.b64encode(json.dumps({"schemes": "bearer", "status": 401}, indent=1).encode())
    seen, _ = await at_script({"AUTH": b"334 " + spaced + b"\r\n", "": GMAIL_535}, provider="gmail")
    assert seen.end == ("sign-in", "gmail-smtp-xoauth2-401")


async def test_an_unknown_challenge_leaves_the_diagnosis_to_the_refusal() -> None:
    odd = base64.b64encode(b'{"status":"418"}')
    seen, _ = await at_script({"AUTH": b"334 " + odd + b"\r\n", "": b"535 5.7.8 no\r\n"})
    assert seen.end == ("sign-in", "any-auth-535")


async def test_exchange_refuses_without_a_challenge() -> None:
    reply = b"535 5.7.3 Authentication unsuccessful [SN2PR00CA0018.namprd00.prod.outlook.com]\r\n"
    seen, _ = await at_script({"AUTH": reply}, provider="office365")
    assert seen.end == ("sign-in", "o365-smtp-5-7-3")


async def test_a_server_that_asks_for_more_than_plain_has_is_told_no() -> None:
    more = b"334 " + base64.b64encode(b"One more code:") + b"\r\n"
    seen, script = await at_script(
        {"AUTH": more, "*": b"501 5.7.0 aborted\r\n"}, credential=SecretStr(PASSWORD)
    )
    assert seen.end == ("sign-in", "any-auth-501")
    assert script.heard[2] == b"*"
    assert ("challenge", "One more code:") in seen["sign-in"].facts


@pytest.mark.parametrize(
    "text",
    [
        "not base64!",
        "",
        "W10=",
        "bnVsbA==",
        "A" * 30_000,
        base64.b64encode(b"[" * 9_000).decode(),
        "gICA",
        base64.b64encode(json.dumps({f"m{at}": at for at in range(50)}).encode()).decode(),
    ],
)
def test_facts_of_any_challenge_are_few_and_their_labels_our_own(text: str) -> None:
    facts = sasl.challenge_facts(Reply(334, (text,)))
    assert len(facts) <= 9
    assert {label for label, _ in facts} <= {
        "challenge",
        *(f"challenge {name}" for name in sasl.CHALLENGE_MEMBERS),
    }
    assert sasl.canonical(Reply(334, (text,))) == ""


# What is never tried


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"credential": None}, "any-auth-password-missing"),
        ({"credential": None, "missing": "vault_locked"}, "any-auth-vault-locked"),
        ({"cleartext_agreed": False}, "any-auth-cleartext-not-agreed"),
        ({"sign_in_name": "a\r\nb"}, "any-auth-forbidden-character"),
        ({"credential": SecretStr("a\0b")}, "any-auth-forbidden-character"),
    ],
)
async def test_states_in_which_nothing_is_sent(changes: dict[str, Any], condition: str) -> None:
    seen, script = await at_script({}, **{"credential": SecretStr(PASSWORD), **changes})
    assert seen.end == ("sign-in", condition)
    assert [line.split()[0] for line in script.heard] == [b"EHLO", b"QUIT"]


@pytest.mark.parametrize(
    ("offer", "condition"),
    [
        (b"250 mx.example.com\r\n", "any-auth-not-offered"),
        (b"250-mx\r\n250 AUTH GSSAPI\r\n", "any-auth-no-common-mechanism"),
    ],
)  # fmt: skip
async def test_offers_that_cannot_be_used(offer: bytes, condition: str) -> None:
    seen, script = await at_script({"EHLO": offer})
    assert seen.end == ("sign-in", condition)
    assert not any(line.startswith(b"AUTH") for line in script.heard)


async def test_no_sign_in_after_tls_is_another_state_than_before_it() -> None:
    async with good_server("starttls", auth_exclude_mechanism=["PLAIN", "LOGIN", "XOAUTH2"]) as port:
        seen = await climbed(target_at(port))
    assert seen.end == ("sign-in", "any-auth-not-offered-tls")


# The credential turns up nowhere


def echoes(secret: str) -> dict[str, bytes]:
    """Ways in which servers have been seen to repeat what they were sent."""
    plain, login, xoauth2 = sasl.wire_forms(ADDRESS, SecretStr(secret))
    whole = f"AUTH XOAUTH2 {xoauth2}"
    inside = base64.b64encode(json.dumps({"status": "400", "token": secret}).encode()).decode()
    return {
        "plain": f"535 5.7.8 wrong: {secret}\r\n".encode(),
        "command": f"500 5.5.1 unknown command 'AUTH PLAIN {plain}'\r\n".encode(),
        "capitals": f"500 UNKNOWN COMMAND {whole.upper()}\r\n".encode(),
        "cut short": f"500 unknown command ({whole[: len(whole) - 30]})\r\n".encode(),
        "folded": f"500-unknown {whole[:60]}\r\n500 {whole[60:]}\r\n".encode(),
        "login": f"501 cannot decode {login}\r\n".encode(),
        "challenge": f"334 {inside}\r\n".encode(),
    }


@pytest.mark.parametrize("way", list(echoes(TOKEN)))
@pytest.mark.parametrize(("kind", "secret"), [("token", TOKEN), ("password", PASSWORD)])
async def test_an_echoed_credential_is_taken_out(kind: str, secret: str, way: str) -> None:
    echo = echoes(secret)[way]
    script = Scripted({"EHLO": OFFER, "AUTH": echo, "": echo, "*": echo, "…": echo})
    async with listening(script) as port:
        target = target_at(port, "none", credential=SecretStr(secret), credential_kind=kind)
        ladder = Ladder(target)
        everything = [repr(target), repr(ladder), repr(vars(ladder))]
        async for event in ladder.climb():
            everything += [repr(event), repr(vars(ladder))]
    everything.append(ladder.transcript)
    told = "\n".join(everything)
    assert "[credential, " in ladder.transcript
    for form in (secret, *sasl.wire_forms(ADDRESS, SecretStr(secret))):
        assert form not in told
        assert form.upper() not in told


@given(
    secret=st.text(min_size=1, max_size=60).filter(lambda text: text.strip()),
    before=st.text(max_size=30),
    after=st.text(alphabet=string.punctuation + " \n", max_size=30),
)
def test_concealment_leaves_no_secret_of_some_length(secret: str, before: str, after: str) -> None:
    forms = sasl.wire_forms(ADDRESS, SecretStr(secret))
    conceal = Concealment(secret, forms)
    for form in (secret, *forms):
        concealed = conceal(f"{before} {form} {after}")
        if len(form) >= 4 and form not in "[credential, 0123456789 characters]":
            assert form not in concealed.replace("[credential,", "").replace("characters]", "")
    assert repr(conceal) == "Concealment(…)"


@given(st.text(max_size=400))
def test_concealment_leaves_other_texts_alone(text: str) -> None:
    conceal = sasl.concealment(ADDRESS, SecretStr("wxyz-0123456789-qrst"))
    assert conceal(text) == text
    assert Concealment()(text) == text


def test_a_short_secret_is_taken_out_where_it_stands_alone() -> None:
    conceal = Concealment("ok")
    assert conceal("535 5.7.8 ok is wrong; token") == "535 5.7.8 [credential, 2 characters] is wrong; token"
