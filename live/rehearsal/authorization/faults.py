"""What can go wrong with an account or a client at the authorization server, by name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Occasion = Literal["any", "code", "refresh"]


class Fault(StrEnum):
    """One thing that goes wrong; the words are those of `/rehearsal/fault`."""

    # On the way to the code
    NOT_TEST_USER = "not-a-test-user"
    ADMIN_POLICY = "admin-policy"
    BOX_UNTICKED = "box-unticked"  # the page comes with the mail scope's box empty
    WRONG_ACCOUNT = "wrong-account"  # the browser is signed in as somebody else
    USER_CONSENT_OFF = "user-consent-off"  # an administrator has consented; people may not
    ADMIN_CONSENT_NEEDED = "admin-consent-needed"
    REDIRECT_SERVER_ERROR = "redirect-server-error"
    WRONG_STATE = "wrong-state"
    WRONG_ISSUER = "wrong-issuer"
    # Refused at the token endpoint
    REVOKED = "revoked"
    WEEK_OVER = "week-over"  # a project in Testing, seven days later
    IDLE = "idle"
    SECRET_EXPIRED = "secret-expired"
    SLOW_DOWN = "slow-down"
    THROTTLED = "throttled"  # 429
    DEVICE_BLOCKED = "device-blocked"  # security defaults
    # Something else in place of an answer
    UNAVAILABLE = "unavailable"  # 503 with Retry-After
    SERVER_ERROR = "server-error"
    DEAD = "dead"  # the connection closes without an answer
    HTML = "html"
    SLOW = "slow"
    CUT_OFF = "cut-off"  # processed, and lost on the way back
    REDIRECTING = "redirecting"
    FLOOD = "flood"
    NO_OBJECT = "no-object"
    NO_TEXT = "no-text"  # octets that are no UTF-8
    ESCAPES = "escapes"  # an error full of terminal control sequences
    # A good answer, spoiled
    NO_REFRESH_TOKEN = "no-refresh-token"
    NO_SCOPE = "no-scope"
    NO_ACCESS_TOKEN = "no-access-token"
    NO_EXPIRES_IN = "no-expires-in"
    NEGATIVE_EXPIRES_IN = "negative-expires-in"
    TEXT_EXPIRES_IN = "text-expires-in"  # "3599"
    WORD_EXPIRES_IN = "word-expires-in"  # "soon"
    HUGE_EXPIRES_IN = "huge-expires-in"
    LIMITED = "limited"  # a refresh token with an end that is told (refresh_token_expires_in)
    LONG_TOKEN = "long-token"  # 12 kB
    TOKEN_CR = "token-cr"
    TOKEN_LF = "token-lf"
    TOKEN_SOH = "token-soh"  # \x01, which ends a field of XOAUTH2
    REFRESH_TOKEN_LF = "refresh-token-lf"


@dataclass(frozen=True, slots=True)
class Mishap:
    """A fault, on which occasion it strikes, and how often."""

    fault: Fault
    on: Occasion = "any"
    """At the token endpoint: for a code, for a refresh, or for both. Other faults have one occasion only."""
    times: int | None = None
    """After so many it is over; None: it lasts."""
