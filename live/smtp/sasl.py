"""Sign-in over SMTP: PLAIN (RFC 4616), LOGIN and XOAUTH2, and what a server's challenge says."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from aiosmtplib.auth import auth_login_encode, auth_plain_encode, auth_xoauth2_encode
from pydantic import SecretStr

from live.smtp.concealment import Concealment
from live.smtp.fault import Facts
from live.smtp.names import WireNameError, refuse_controls
from live.smtp.wire import Reply

Mechanism = Literal["PLAIN", "LOGIN", "XOAUTH2"]
PASSWORD_MECHANISMS: tuple[Mechanism, ...] = ("PLAIN", "LOGIN")
"""In order of preference: PLAIN is a standard, and one round trip instead of three."""
TOKEN_MECHANISMS: tuple[Mechanism, ...] = ("XOAUTH2",)

FORBIDDEN = frozenset("\r\n\0\x01")
"""They end the line, the field of PLAIN or the field of XOAUTH2."""
LONGEST_LINE = 512
"""Octets of a command with its CRLF (RFC 5321 4.5.3.1.4); longer responses go on a line of their own."""
LONGEST_RESPONSE = 12_288
"""Octets of a response to a challenge, RFC 4954 4."""
CHALLENGE_MEMBERS = ("status", "schemes", "scope")
"""What providers put into the JSON of an XOAUTH2 error."""
MOST_OTHERS = 6
"""Other members of it that are shown."""


class Send(Protocol):
    """Sends a command and returns the reply to it."""

    async def __call__(self, *words: bytes, doing: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended."""

    reply: Reply
    """The last reply: 235 is success."""
    challenge: Reply | None = None
    """The 334 by which the server explained a refusal."""


def choose(offered: Iterable[str], kind: Literal["password", "token"]) -> Mechanism | None:
    """The best mechanism that the server offers for this kind of credential, or None."""
    names = {name.upper() for name in offered}
    ours = TOKEN_MECHANISMS if kind == "token" else PASSWORD_MECHANISMS
    return next((mechanism for mechanism in ours if mechanism in names), None)


def check(user: str, credential: SecretStr, kind: Literal["password", "token"]) -> None:
    """Refuse what would be read as something else on the wire; the texts never hold the value.

    Raises:
        WireNameError: the sign-in name or the credential holds a forbidden character, or is too long.
    """
    refuse_controls("sign-in name", user)
    if not user:
        raise WireNameError("There is no sign-in name.", "forbidden_character")
    if not FORBIDDEN.isdisjoint(credential.get_secret_value()):
        raise WireNameError(
            f"The {kind} holds a line break or another character that cannot be sent: enter it again.",
            "forbidden_character",
        )
    if max(len(form) for form in wire_forms(user, credential)) > LONGEST_RESPONSE:
        raise WireNameError(
            f"The {kind} is longer than a sign-in may be ({LONGEST_RESPONSE:,} characters).",
            "credential_too_long",
        )


def wire_forms(user: str, credential: SecretStr) -> tuple[str, ...]:
    """The credential in every form that a mechanism sends."""
    secret = credential.get_secret_value()
    forms = (
        auth_plain_encode(user, secret),
        auth_login_encode(user, secret)[1],
        auth_xoauth2_encode(user, secret),
    )
    return tuple(form.decode("ascii") for form in forms)


def concealment(user: str, credential: SecretStr | None) -> Concealment:
    """What takes this credential out of texts."""
    if credential is None:
        return Concealment()
    return Concealment(credential.get_secret_value(), wire_forms(user, credential))


def conceal_also(conceal: Concealment, user: str, credential: SecretStr) -> None:
    """Have one more credential taken out of texts."""
    conceal.also(credential.get_secret_value(), wire_forms(user, credential))


async def sign_in(send: Send, mechanism: Mechanism, user: str, credential: SecretStr) -> SignIn:
    """Sign in; a refusal is a result, not an error.

    Raises:
        RungError: the server stopped answering, or answers no SMTP.
    """
    if mechanism == "LOGIN":
        return await _login(send, user, credential)
    secret = credential.get_secret_value()
    encode = auth_plain_encode if mechanism == "PLAIN" else auth_xoauth2_encode
    reply = await _initial(send, mechanism.encode("ascii"), encode(user, secret))
    if reply.code != 334:
        return SignIn(reply)
    if mechanism == "XOAUTH2":  # the error as JSON; the empty line asks for the refusal itself
        return SignIn(await send(b"", doing="waiting for the reply after the XOAUTH2 challenge"), reply)
    return await _cancelled(send, reply)


async def _initial(send: Send, mechanism: bytes, response: bytes) -> Reply:
    """AUTH with its response on the same line where it fits, after an empty challenge where it does not."""
    if len(b"AUTH  \r\n") + len(mechanism) + len(response) <= LONGEST_LINE:
        return await send(b"AUTH", mechanism, response, doing="waiting for the reply to AUTH")
    reply = await send(b"AUTH", mechanism, doing="waiting for the reply to AUTH")
    return await send(response, doing="waiting for the reply to AUTH") if reply.code == 334 else reply


async def _login(send: Send, user: str, credential: SecretStr) -> SignIn:
    name, secret = auth_login_encode(user, credential.get_secret_value())
    reply = await send(b"AUTH", b"LOGIN", doing="waiting for the reply to AUTH")
    for answer, doing in ((name, "the sign-in name"), (secret, "the password")):
        if reply.code != 334:
            return SignIn(reply)
        reply = await send(answer, doing=f"waiting for the reply to {doing}")
    return await _cancelled(send, reply) if reply.code == 334 else SignIn(reply)


async def _cancelled(send: Send, challenge: Reply) -> SignIn:
    """Give up an exchange in which the server asks for more than the mechanism has (RFC 4954 4: "*")."""
    return SignIn(await send(b"*", doing="waiting for the end of the sign-in"), challenge)


def decoded(challenge: Reply) -> str:
    """The text of a 334 challenge, "" when it is not base64 or empty."""
    try:
        return base64.b64decode("".join(challenge.lines), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def challenge_facts(challenge: Reply) -> Facts:
    """A challenge as facts: the members of its JSON (XOAUTH2), or its text; untrusted, and not cut."""
    text = decoded(challenge)
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        return (("challenge", text or challenge.text),)
    plain = {str(name): str(value) for name, value in members.items() if isinstance(value, str | int | float)}
    known = [(f"challenge {name}", plain[name]) for name in CHALLENGE_MEMBERS if name in plain]
    others = [
        ("challenge", f"{name}: {value}") for name, value in plain.items() if name not in CHALLENGE_MEMBERS
    ]
    return (*known, *others[:MOST_OTHERS])


def canonical(challenge: Reply) -> str:
    """An XOAUTH2 error in the one form that can be looked up, however its JSON is spaced; "" for others."""
    status = dict(challenge_facts(challenge)).get("challenge status", "")
    if not status:
        return ""
    text = json.dumps({"status": status}, separators=(",", ":"))
    return f"334 {base64.b64encode(text.encode()).decode('ascii')}"
