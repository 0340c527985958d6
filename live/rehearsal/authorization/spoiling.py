"""How a token answer goes wrong: refused, replaced by something else, or good and then spoiled."""

from collections.abc import Callable
from typing import Any

from live.rehearsal.authorization import google, microsoft
from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.http import Answer, json_answer, page
from live.rehearsal.authorization.issuer import Pace
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import Dialect

FLOOD_OCTETS = 10_000_000
LONG_TOKEN = 12_000  # characters
ELSEWHERE = "/rehearsal/elsewhere"  # where nothing is; whoever follows is counted there
PORTAL = """<!doctype html>
<html><head><title>Welcome</title></head><body><h1>Sign in to the network</h1></body></html>
"""
NO_TEXT = b'{"access_token": "\xff\xfe\x80", "token_type": "Bearer"}'
ESCAPES = (
    "\x1b]52;c;cGFzdGVk\x07\x1b[2J\x1b[31mgranted\x1b[0m \u202etxt.exe\u202c \x9b2J "
    "[/b] [@click=app.quit]press[/] [type=x, v={'a[0]'}]"
)

REFUSALS: dict[Fault, Why] = {
    Fault.REVOKED: Why.GRANT_REVOKED,
    Fault.WEEK_OVER: Why.GRANT_REVOKED,
    Fault.IDLE: Why.GRANT_IDLE,
    Fault.SECRET_EXPIRED: Why.SECRET_EXPIRED,
    Fault.SLOW_DOWN: Why.SLOW_DOWN,
    Fault.DEVICE_BLOCKED: Why.DEVICE_BLOCKED,
    Fault.ADMIN_CONSENT_NEEDED: Why.CONSENT_MISSING,
}
"""What a client hears once it has said who it is."""


def refusal(dialect: Dialect, refused: Refused, retry_after: float | None = None) -> Answer:
    """A refusal in the provider's words; `retry_after` is in seconds."""
    headers = (("Retry-After", f"{retry_after:.0f}"),) if retry_after is not None else ()
    say = google.refusal if dialect is Dialect.GOOGLE else microsoft.refusal
    return say(refused, headers)


def instead(dialect: Dialect, fault: Fault | None, pace: Pace) -> Answer | None:
    """What comes in place of an answer, before anything was looked at; None: the request is looked at."""
    match fault:
        case Fault.UNAVAILABLE:
            return refusal(dialect, Refused(Why.UNAVAILABLE), pace.retry_after)
        case Fault.THROTTLED:
            return refusal(dialect, Refused(Why.THROTTLED), pace.retry_after)
        case Fault.SERVER_ERROR:
            return refusal(dialect, Refused(Why.BROKEN))
        case Fault.DEAD:
            return Answer(500, hang_up=True)
        case Fault.HTML:
            return page(PORTAL)
        case Fault.REDIRECTING:
            # 307 and not 302: whoever follows it sends the secrets along.
            return Answer(307, headers=(("Location", ELSEWHERE),))
        case Fault.FLOOD:
            return json_answer({"access_token": "x" * FLOOD_OCTETS})
        case Fault.NO_OBJECT:
            return json_answer([])
        case Fault.NO_TEXT:
            return Answer(200, NO_TEXT, (("Content-Type", "application/json"),))
        case Fault.ESCAPES:
            return json_answer({"error": f"odd{ESCAPES}", "error_description": ESCAPES}, 400)
    return None


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda tokens: tokens.pop(name, None)


def _with(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda tokens: tokens.update({name: value})


def _broken(name: str, octet: str) -> Callable[[dict[str, Any]], None]:
    """Put a character into the middle of a token."""

    def put(tokens: dict[str, Any]) -> None:
        if token := tokens.get(name, ""):
            tokens[name] = token[: len(token) // 2] + octet + token[len(token) // 2 :]

    return put


def _long(tokens: dict[str, Any]) -> None:
    tokens["access_token"] = tokens["access_token"].ljust(LONG_TOKEN, "x")


SPOILERS: dict[Fault, Callable[[dict[str, Any]], None]] = {
    Fault.NO_REFRESH_TOKEN: _without("refresh_token"),
    Fault.NO_SCOPE: _without("scope"),
    Fault.NO_ACCESS_TOKEN: _without("access_token"),
    Fault.NO_EXPIRES_IN: _without("expires_in"),
    Fault.NEGATIVE_EXPIRES_IN: _with("expires_in", -3_600),
    Fault.TEXT_EXPIRES_IN: _with("expires_in", "3599"),
    Fault.WORD_EXPIRES_IN: _with("expires_in", "soon"),
    Fault.HUGE_EXPIRES_IN: _with("expires_in", 10**30),
    Fault.LONG_TOKEN: _long,
    Fault.TOKEN_CR: _broken("access_token", "\r"),
    Fault.TOKEN_LF: _broken("access_token", "\n"),
    Fault.TOKEN_SOH: _broken("access_token", "\x01"),
    Fault.REFRESH_TOKEN_LF: _broken("refresh_token", "\n"),
}


def answered(fault: Fault | None, tokens: dict[str, Any], pace: Pace) -> Answer:
    """The tokens as an answer, spoiled by the fault."""
    if fault in SPOILERS:
        SPOILERS[fault](tokens)
    answer = json_answer(tokens)
    if fault is Fault.CUT_OFF:
        return Answer(answer.status, answer.body, answer.headers, cut_after=len(answer.body) // 2)
    if fault is Fault.SLOW:
        return Answer(answer.status, answer.body, answer.headers, delay_s=pace.slow)
    return answer


STRIKES = frozenset({*REFUSALS, *SPOILERS, Fault.CUT_OFF, Fault.SLOW})
"""What strikes after the client was looked at; the rest of the token endpoint's faults are `instead`'s."""
