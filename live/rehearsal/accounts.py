"""The rehearsal's accounts: every sample, and what each answers to a sign-in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal, Protocol

from pydantic import SecretStr

from live.rehearsal.desk_samples import DESK
from live.rehearsal.other_samples import OTHERS
from live.rehearsal.sample import Sample

SAMPLES: tuple[Sample, ...] = DESK + OTHERS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a sign-in: accepted, or refused in the account's words ("": its provider's usual)."""

    sample: Sample | None
    accepted: bool
    reply: str = ""


class TokenJudge(Protocol):
    """Who gave out access tokens, and knows what each is worth."""

    def judge(self, login: str, token: SecretStr) -> Literal["good", "bad", "unknown"]: ...


class Accounts:
    """The accounts of one running provider, which remember how often they were signed in to."""

    def __init__(self, samples: Iterable[Sample] = SAMPLES, tokens: TokenJudge | None = None) -> None:
        self._tokens = tokens
        self._by_login = {sample.login.lower(): sample for sample in samples}
        self._sign_ins: Counter[str] = Counter()

    def sign_in(self, login: str, secret: SecretStr) -> Verdict:
        """Judge a sign-in; an unknown login and a wrong secret are refused in the provider's usual words."""
        sample = self._by_login.get(login.lower())
        if sample is None:
            return Verdict(None, accepted=False)
        if sample.works_with is not None and _same(secret, sample.works_with):
            return Verdict(sample, accepted=True)
        if not _same(secret, sample.password):
            return Verdict(sample, accepted=False)
        return self._let_in(sample)

    def sign_in_by_token(self, login: str, token: SecretStr) -> Verdict:
        """Judge a sign-in by access token; a token that nobody gave out is taken for a password."""
        worth = self._tokens.judge(login, token) if self._tokens else "unknown"
        sample = self._by_login.get(login.lower())
        if worth == "unknown":
            return self.sign_in(login, token)
        return self._let_in(sample) if worth == "good" and sample else Verdict(sample, accepted=False)

    def _let_in(self, sample: Sample) -> Verdict:
        """The secret is right; what remains is whether the account lets anybody in."""
        refusal = sample.refusal
        if refusal and refusal.step == "auth" and self._sign_ins[sample.key] >= refusal.after_sign_ins:
            return Verdict(sample, accepted=False, reply=refusal.reply)
        self._sign_ins[sample.key] += 1
        return Verdict(sample, accepted=True)


def _same(one: SecretStr, other: SecretStr) -> bool:
    return compare_digest(one.get_secret_value().encode(), other.get_secret_value().encode())


__all__ = ["SAMPLES", "Accounts", "Sample", "Verdict"]
