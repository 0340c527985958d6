"""An answer of an authorization server, taken apart without believing it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from live.smtp.concealment import Concealment

KEPT_HEADERS = ("date", "retry-after", "content-type", "location", "x-ms-request-id")
LONGEST_HEADER = 500
"""Characters of one header that are kept; the longest, a redirect's target, is only named by its host."""
LONGEST_TOLD = 20_000
"""Characters of a server's words that are searched for secrets, in some 20 ms; real ones have under 1,000."""
LONGEST_WAIT = 86_400.0
"""Seconds: a server that asks for more is looked at again after a day."""
CLOCK_OFF = 300.0
"""Seconds: with more, signed requests are refused (RFC 7523 3 allows the server a leeway of minutes)."""

SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Body and headers are kept out of every repr, since they may hold tokens."""

    status: int
    data: Mapping[str, Any] | None = field(repr=False)
    """The body, where it is a JSON object, whatever its Content-Type says."""
    text: str = field(repr=False)
    """The body as text; what is no UTF-8 is replaced."""
    headers: Mapping[str, str] = field(repr=False)
    """Those of `KEPT_HEADERS`, by their small-letter names."""
    ms: float
    """Milliseconds from the request to the end of the answer."""
    skew_seconds: float | None
    """By how much this machine's clock is ahead of the server's (negative: behind); None: it sent no Date."""
    secrets: tuple[SecretStr, ...] = field(default=(), repr=False)
    """What was sent, so that it can be taken out of what is shown."""

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait (RFC 9110 10.2.3); a moment is taken by its own clock."""
        said = self.headers.get("retry-after", "").strip()
        if SECONDS.fullmatch(said):
            return min(float(said), LONGEST_WAIT)
        then, served_at = moment(said), moment(self.headers.get("date", ""))
        if then is None:
            return None
        left = (then - (served_at or datetime.now(UTC))).total_seconds()
        return min(max(left, 0.0), LONGEST_WAIT)

    @property
    def clock_off(self) -> bool:
        """Whether this machine's clock is so far off that signed requests are refused."""
        return self.skew_seconds is not None and abs(self.skew_seconds) >= CLOCK_OFF

    @property
    def is_page(self) -> bool:
        """Whether the body is a web page: of a portal, a proxy, or a wrong address."""
        return self.data is None and self.text.lstrip("\ufeff \t\r\n").startswith("<")

    def conceal(self, text: str) -> str:
        """The text, up to `LONGEST_TOLD`, without the secrets that were sent: some servers repeat them."""
        text = text[:LONGEST_TOLD]
        for secret in self.secrets:
            text = Concealment(secret.get_secret_value())(text)
        return text


def clock_words(skew_seconds: float) -> str:
    """A sentence on a clock that is off, for a person."""
    minutes = round(abs(skew_seconds) / 60)
    way = "ahead of" if skew_seconds > 0 else "behind"
    return f"This machine's clock is {minutes} minutes {way} the authorization server's."


def json_object(body: bytes) -> dict[str, Any] | None:
    """The body as a JSON object; None where it is anything else, nested too deep, or has endless numbers."""
    try:
        value = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def moment(http_date: str) -> datetime | None:
    """A date of HTTP (RFC 9110 5.6.7); None where it is none."""
    try:
        found = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
