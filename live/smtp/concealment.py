"""Takes the credential out of whatever is kept or shown, in every form that it had on the wire."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

RUN = re.compile(r"[A-Za-z0-9+/=_.~-]{12,}")
"""What base64 and tokens are made of. Servers echo the command they refuse: whole, cut short, or folded."""
PIECE = 12
"""So many characters in a row of an encoded credential give a run away: nothing has them by chance."""
SHORTEST = 4
"""A shorter secret is only taken out where it stands alone, or every reply would be riddled."""


class Concealment:
    """Replaces a secret by "[credential, 44 characters]".

    Matches by plain search: a pattern made of the secret would stay in Python's cache of patterns.
    """

    __slots__ = ("_forms", "_pieces", "_secrets")

    def __init__(self, secret: str = "", forms: Iterable[str] = ()) -> None:
        """
        Args:
            secret: the credential itself.
            forms: what goes over the wire instead: the base64 texts.
        """
        self._secrets: list[str] = []
        self._forms: list[str] = []
        self._pieces: set[str] = set()
        self.also(secret, forms)

    def also(self, secret: str, forms: Iterable[str] = ()) -> None:
        """Conceal one more secret from now on."""
        new = {form for form in (secret, *forms) if form}
        self._secrets.append(secret)
        self._forms = sorted({*self._forms, *new}, key=len, reverse=True)
        self._pieces |= {form[at : at + PIECE].lower() for form in new for at in range(len(form) - PIECE + 1)}

    def __repr__(self) -> str:
        return "Concealment(…)"

    def __call__(self, text: str) -> str:
        """The text without the secret."""
        if not self._forms:
            return text
        for form in self._forms:
            text = _without(text, form)
        return RUN.sub(self._run, text)

    def _run(self, match: re.Match[str]) -> str:
        run = match[0]
        low = run.lower()
        if any(low[at : at + PIECE] in self._pieces for at in range(len(low) - PIECE + 1)) or self._holds(
            run
        ):
            return _mark(len(run))
        return run

    def _holds(self, run: str) -> bool:
        """Whether the run is base64 of a text with a secret in it, such as a challenge that repeats it."""
        try:
            inside = base64.b64decode(run, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(len(secret) >= SHORTEST and secret.encode() in inside for secret in self._secrets)


def _mark(length: int) -> str:
    return f"[credential, {length} characters]"


def _without(text: str, form: str) -> str:
    low, sought = text.lower(), form.lower()
    if sought not in low:
        return text
    if len(low) != len(text) or len(sought) != len(
        form
    ):  # a letter whose small form is longer: places do not agree
        return text.replace(form, _mark(len(form)))
    parts: list[str] = []
    done = 0
    while (at := low.find(sought, done)) >= 0:
        end = at + len(sought)
        alone = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        parts += [text[done:at], _mark(len(form)) if alone or len(form) >= SHORTEST else text[at:end]]
        done = end
    return "".join([*parts, text[done:]])
