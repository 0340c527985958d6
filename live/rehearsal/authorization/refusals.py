"""Why the authorization server refuses, in words of its own; each dialect says it in its provider's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Why(Enum):
    """A reason for refusing."""

    MALFORMED = auto()
    GRANT_TYPE = auto()
    RESPONSE_TYPE = auto()
    CLIENT_UNKNOWN = auto()
    CLIENT_DELETED = auto()
    CLIENT_DISABLED = auto()
    SECRET_MISSING = auto()
    SECRET_WRONG = auto()
    SECRET_EXPIRED = auto()
    SECRET_UNWANTED = auto()
    SPA_ORIGIN = auto()  # a single-page application's code or token, and no browser asks
    REDIRECT_MISMATCH = auto()
    PROMPT = auto()
    PKCE_MISSING = auto()
    PKCE_METHOD = auto()
    VERIFIER_MISSING = auto()
    VERIFIER_WRONG = auto()
    SCOPE_MISSING = auto()
    SCOPE_INVALID = auto()
    SCOPE_UNGRANTED = auto()
    DEVICE_SCOPE = auto()
    TENANT_UNKNOWN = auto()
    TENANT_OTHER = auto()
    TENANT_COMMON = auto()  # a client of one tenant at the address for all
    TENANT_NEEDED = auto()  # app-only at the address for all
    PERSON_UNKNOWN = auto()
    PERSON_FOREIGN = auto()  # of another tenant
    DENIED = auto()
    NOT_TEST_USER = auto()
    ADMIN_POLICY = auto()
    ADMIN_ONLY = auto()
    CONSENT_MISSING = auto()
    CODE_UNKNOWN = auto()
    CODE_USED = auto()
    CODE_ENDED = auto()
    GRANT_UNKNOWN = auto()
    GRANT_FOREIGN = auto()  # given to another client
    GRANT_REVOKED = auto()
    GRANT_IDLE = auto()
    GRANT_SPA_ENDED = auto()
    PENDING = auto()
    SLOW_DOWN = auto()
    DECLINED = auto()
    DEVICE_ENDED = auto()
    DEVICE_UNKNOWN = auto()
    DEVICE_BLOCKED = auto()
    ASSERTION_MALFORMED = auto()
    ASSERTION_SIGNATURE = auto()
    ASSERTION_TIMES = auto()
    ASSERTION_AUDIENCE = auto()
    ASSERTION_PERSON = auto()
    ASSERTION_UNAUTHORISED = auto()
    THROTTLED = auto()
    UNAVAILABLE = auto()
    BROKEN = auto()
    TOKEN_UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Words:
    """How a provider says it; `description` is a template that `Refused.details` fill."""

    status: int
    error: str
    description: str = ""
    number: int = 0
    """Microsoft's AADSTS number; 0: there is none."""
    suberror: str = ""


class Refused(Exception):
    """The answer is no; `details` fill the provider's words, and never hold a secret."""

    def __init__(self, why: Why, **details: str) -> None:
        super().__init__(why.name)
        self.why = why
        self.details = details

    def said(self, words: Mapping[Why, Words]) -> tuple[Words, str]:
        """How a provider says it, and its description filled in."""
        found = words.get(self.why) or words[Why.MALFORMED]
        return found, found.description.format_map(_Details(self.details))


class _Details(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"<{name}>"
