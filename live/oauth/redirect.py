"""The address that a browser ended on, as a person pastes it or a listener hears it, taken apart.

authlib's `parse_authorization_code_response` is not used: it reads no errors, takes the last of a repeated
parameter, and knows no address that came through a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pydantic import SecretStr

from live.oauth.answers import printable_token

LONGEST_ADDRESS = 32_768
"""Characters: Microsoft's have up to 4,000, and nobody pastes a longer one on purpose."""
MOST_FIELDS = 100
LONGEST_WORDS = 2_000
"""Characters of each of the provider's words."""

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
"""A terminal's sequence, such as the marks of a bracketed paste."""
LINE_BREAK = re.compile(r"[^\S\r\n]*[\r\n]+[\s>|\u2502]*")
"""Where a terminal or a mail broke the address, with what it put before the next line."""
AROUND = " \t\"'<>`"
ANSWERS = frozenset({"code", "error"})
"""One of them is in every answer."""
TOKENS = ("code", "state", "iss")
WORDS = ("error", "error_description", "error_subtype")

NOT_WHOLE = (
    "Paste the whole address from the browser's address bar, from http to its end: the code is not enough."
)
SENT_OUT = (
    "This is the address that leads to the provider. Paste the one that the browser ends on after consent, "
    "even if its page failed to load."
)


class AddressUnreadable(Exception):
    """A pasted address is no answer of a provider; the text says what to paste. Nothing is used up."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """What an authorization server sent with the browser (RFC 6749 4.1.2, RFC 9207)."""

    state: SecretStr
    code: SecretStr | None
    """None where there is an error."""
    iss: str = ""
    error: str = ""
    description: str = ""
    """With its subtype; untrusted."""


def parse_redirect(address: SecretStr) -> Redirect:
    """Read a whole address, or its query or fragment alone, with white space and line breaks from a terminal.

    Host, port and path are not compared with the redirect URI: they may be missing, a tunnel changes them,
    and the state proves whose answer it is.

    Raises:
        AddressUnreadable: it holds no answer of a provider. Neither it nor its traceback holds the address.
    """
    found = _parsed(address.get_secret_value())
    if isinstance(found, str):
        raise AddressUnreadable(found)
    return found


def _parsed(address: str) -> Redirect | str:
    """The redirect, or a sentence on why it is none."""
    if len(address) > LONGEST_ADDRESS:
        return f"That is longer than {LONGEST_ADDRESS:,} characters: no address of a provider is."
    cleaned = _cleaned(address)
    if "=" not in cleaned:
        return NOT_WHOLE
    query, fragment = (_fields(part) for part in _parts(cleaned))
    fields = fragment if not ANSWERS & query.keys() and ANSWERS & fragment.keys() else query
    repeated = [name for name in (*TOKENS, *WORDS) if len(fields.get(name, ())) > 1]
    if repeated:
        return f"The address holds {repeated[0]} more than once: that is no provider's answer."
    return _redirect({name: values[0] for name, values in fields.items()})


def _redirect(fields: Mapping[str, str]) -> Redirect | str:
    if not ANSWERS & fields.keys():
        return SENT_OUT if "client_id" in fields or "response_type" in fields else NOT_WHOLE
    tokens = {name: "".join(fields[name].split()) for name in TOKENS if name in fields}
    state, code = printable_token(tokens.get("state")), printable_token(tokens.get("code"))
    if state is None:
        return "The address holds no state: it is cut short, or no answer to what was asked. Paste it whole."
    if "error" in fields:
        described = " ".join(fields[name] for name in WORDS[1:] if name in fields)
        return Redirect(
            state,
            None,
            iss=tokens.get("iss", ""),
            error=fields["error"].strip()[:LONGEST_WORDS],
            description=described.strip()[:LONGEST_WORDS],
        )
    if code is None:
        return "The code in the address holds letters that no code has: paste the address again."
    return Redirect(state, code, iss=tokens.get("iss", ""))


def _cleaned(address: str) -> str:
    joined = LINE_BREAK.sub("", ESCAPE.sub("", address).strip())
    joined = joined.replace("\t", " ")
    visible = "".join(char for char in joined if unicodedata.category(char) not in ("Cc", "Cf"))
    return visible.strip(AROUND).replace("&amp;", "&")


def _parts(address: str) -> list[str]:
    """Where the parameters may be: the query, then the fragment (response_mode=fragment)."""
    before, _, fragment = address.partition("#")
    _, mark, query = before.partition("?")
    return [query if mark else before, fragment]


def _fields(part: str) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(part.lstrip("?&"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name.strip(), []).append(value)
    return fields
