"""Why no tokens came, and what that means for a grant: faults of the network, and refusals."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What a failure makes of the grant that it meets; the words of `live.diagnosis.Effect`."""

    PASSING = "passing"
    """It may be over at the next try: the grant is kept as it is."""
    CONSENT = "consent"
    """A definite answer: only a person's sign-in or consent helps."""
    CLIENT = "client"
    """The OAuth client must be edited; every asset of it is touched, and no new consent is needed."""


class NetworkFault(Exception):
    """No answer came, or none that can be read to its end.

    Args:
        words: one sentence for a person, that names the host.
        cause: what is diagnosed: "ClassName: message" of the system, or "condition:<name>".
        sent: whether the request may have reached the server; False: it certainly has not.
        edit: only an edit of the OAuth client helps, since its URL is one that nothing is sent to.
    """

    def __init__(self, words: str, cause: str, *, sent: bool = True, edit: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.cause = cause
        self.sent = sent
        self.edit = edit
        self.ms = 0.0
        """Milliseconds until it was given up."""


class TokenRefused(Exception):
    """No tokens came.

    Args:
        words: what the server said, or a sentence; untrusted, at most 2,000 characters, without the secrets
            that were sent.
        diagnosis: the id of an entry of `live.diagnosis`.
        references: the server's ids of this answer, for the provider's support; untrusted.
        retry_after: seconds that the server asked to wait; None: it did not say.
        ms: milliseconds until the answer, or until it was given up.
        skew_seconds: by how much this machine's clock is ahead of the server's (negative: behind), if known.
    """

    def __init__(
        self,
        kind: Fault,
        words: str,
        diagnosis: str,
        *,
        references: str = "",
        retry_after: float | None = None,
        ms: float = 0.0,
        skew_seconds: float | None = None,
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.diagnosis = diagnosis
        self.references = references
        self.retry_after = retry_after
        self.ms = ms
        self.skew_seconds = skew_seconds
