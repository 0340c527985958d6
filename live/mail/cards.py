"""Finds card numbers in text and masks them: by length, the ranges of the brands, and the check digit (Luhn).

What may be left of a number in clear is its first six and last four digits (PCI DSS 4.0, 3.4.1).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

CHECKS = 100_000
"""Check digits that are computed for one text: half a second. What looks like a number of a brand after
that is masked without: rather too much than too little."""
LOOK_BACK = 2_000
"""How far back the start of an address, of mail or on the web, is looked for."""
FIRST, LAST = 6, 4

_ANY = tuple(range(13, 20))
_LONG = (16, 17, 18, 19)
_BRANDS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (2221, 2720, (16,)),  # Mastercard, 2-series
    (3000, 3059, (14, 16)),  # Diners Club
    (3095, 3095, (14, 16)),
    (3400, 3499, (15,)),  # American Express
    (3528, 3589, _LONG),  # JCB
    (3600, 3699, (14, *_LONG)),  # Diners Club
    (3700, 3799, (15,)),  # American Express
    (3800, 3999, (14, *_LONG)),  # Diners Club
    (4000, 4999, (13, 16, 18, 19)),  # Visa
    (5018, 5018, _ANY),  # Maestro, as the next ones
    (5020, 5020, _ANY),
    (5038, 5038, _ANY),
    (5100, 5599, (16,)),  # Mastercard
    (5600, 5892, (16, 18, 19)),  # Maestro
    (5893, 5893, _ANY),
    (6011, 6011, _LONG),  # Discover
    (6200, 6299, _LONG),  # UnionPay, Discover
    (6304, 6304, _ANY),  # Maestro
    (6390, 6390, _ANY),
    (6440, 6599, _LONG),  # Discover
    (6700, 6799, _ANY),  # Maestro
    (8100, 8171, _LONG),  # UnionPay
)
"""(first, last value of the first four digits, lengths), as the brands publish them (ISO/IEC 7812)."""

_LENGTHS = {
    f"{value:04}": tuple(sorted(lengths, reverse=True))
    for low, high, lengths in _BRANDS
    for value in range(low, high + 1)
}

RUN_DIGITS = 400
"""Digits that are looked at together: a text of nothing else would take a hundred times its own memory."""
_RUN = re.compile(
    r"[0-9](?:[ \t._-]{0,3}[0-9]|[ \t>]{0,20}(?:\n[ \t>]{0,40}){1,8}[0-9])" f"{{12,{RUN_DIGITS}}}"
)
"""Thirteen digits or more, with what people, quotes and soft line ends put between them."""
_DIGITS = re.compile(r"[0-9]+")
_IN_MAIL_ADDRESS = re.compile(r"[\w.+%-]{0,64}@\w")
_AFTER_MAIL_ADDRESS = re.compile(r"\w@[\w.-]*\Z")
_WEB = re.compile(r"(?:://|www\.)\S*\Z", re.IGNORECASE)
PRINTED_GROUPS = 5
"""Of the longest number, 19 digits, in groups of four."""
_SHAPES = ((4, 6, 5), (4, 6, 4))
"""How American Express and Diners Club print theirs; all others print groups of four."""

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063"
    "\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_DASHES = (
    "\u00b7\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2027\u2043\u2212\u2219\u22c5\u30fb\ufe58\ufe63\uff0d\uff0e"
    "\uff3f\u3002"
)


def masked(text: str) -> str:
    """The text with the middle digits of every card number as "*"; as long as before. Never raises."""
    letters: list[str] | None = None
    for place in masked_places(text):
        if letters is None:
            letters = list(text)
        letters[place] = "*"
    return text if letters is None else "".join(letters)


def has_cards(text: str) -> bool:
    """Whether there is a card number in the text."""
    return next(masked_places(text), None) is not None


def masked_places(text: str) -> Iterator[int]:
    """The offsets of the digits to be masked, in order."""
    plain = text.replace("\r", "\n")
    if not plain.isascii():
        plain = plain.translate(_plain())
    position = checks = 0
    while (found := _RUN.search(plain, position)) is not None:
        run = _Run(plain, found.start(), found.end(), checks)
        position = run.next
        for start, end in run.cards():
            yield from run.at[start + FIRST : end - LAST]
            position = max(position, run.at[end - 1] + 1)
        checks = run.checks


class _Run:
    """Digits with separators in between."""

    def __init__(self, text: str, start: int, end: int, checks: int) -> None:
        self.text = text
        self.at = at = [place for place in range(start, end) if "0" <= text[place] <= "9"]
        self.next = end
        """Where to look on, past the cards that are found."""
        more = len(at) > RUN_DIGITS
        if more:
            # More may follow. The last group may go on there, and so may a card number that begins here.
            while at and text[at[-1] + 1 : at[-1] + 2].isdigit():
                at.pop()
            self.next = at[-1] + 1 if at else _DIGITS.match(text, start).end()  # type: ignore[union-attr]
        self.digits = "".join([text[place] for place in at])
        self.starts = [n for n in range(len(at)) if n == 0 or at[n] != at[n - 1] + 1]
        self.ends = {*self.starts[1:], len(at)}
        if more and at:
            self.next = next((at[n] for n in self.starts if n > max(0, len(at) - max(_ANY))), self.next)
        self.checks = checks
        """Check digits that were computed so far in the whole text."""

    def cards(self) -> Iterator[tuple[int, int]]:
        """(first digit, digit after the last) of each card number; it begins and ends with a group."""
        free = 0
        for start in self.starts:
            if start < free:
                continue
            for length in _LENGTHS.get(self.digits[start : start + 4], ()):
                end = start + length
                if end in self.ends and self._checks_out(start, end) and self._is_meant(start, end):
                    yield start, end
                    free = end
                    break

    def _checks_out(self, start: int, end: int) -> bool:
        self.checks += 1
        return self.checks > CHECKS or _luhn(self.digits[start:end])

    def _is_meant(self, start: int, end: int) -> bool:
        """Whether what surrounds the digits, and stands between them, lets them be a card number."""
        first, last = self.at[start], self.at[end - 1] + 1
        before, after = self.text[first - 1 : first], self.text[last : last + 1]
        if "*" in (before, after):
            return False  # what has been left of one that is masked
        if before == "+" and end - start <= 15:
            return False  # a telephone number (E.164)
        whole = last - first == end - start
        if not whole and self.text.find("\n", first, last) >= 0 and not self._is_printed(start, end):
            return False
        if _IN_MAIL_ADDRESS.match(self.text, last) or self._follows(_AFTER_MAIL_ADDRESS, ("@",), first):
            return False
        if self._follows(_WEB, ("://", "www."), first):
            return whole and not (before.isalnum() or after.isalnum())
        return True

    def _follows(self, pattern: re.Pattern[str], signs: tuple[str, ...], first: int) -> bool:
        """Whether the digits go on what began before them with one of the signs."""
        start = max(0, first - LOOK_BACK)
        if all(self.text.rfind(sign, start, first) < 0 for sign in signs):
            return False
        return pattern.search(self.text[start:first]) is not None

    def _is_printed(self, start: int, end: int) -> bool:
        """Whether the digits are in groups as on a card; or in two, for a number that a line's end cut."""
        low = bisect_left(self.starts, start)
        edges = self.starts[low : low + PRINTED_GROUPS + 1]
        if len(edges) > PRINTED_GROUPS and edges[-1] < end:
            return False
        edges = [*(edge for edge in edges if edge < end), end]
        groups = tuple(after - edge for edge, after in pairwise(edges))
        return len(groups) == 2 or groups in _SHAPES or all(group == 4 for group in groups[:-1])


def _luhn(number: str) -> bool:
    from stdnum import luhn  # 35 ms, and most mail has no number that gets as far as here

    return bool(luhn.is_valid(number))


@cache
def _plain() -> dict[int, str]:
    """What stands for each digit of whatever script, each space and each dash: one character for one."""
    table = {ord(letter): " " for letter in _SPACES + _INVISIBLE}
    table |= {ord(letter): "-" for letter in _DASHES}
    table |= {ord(letter): "\n" for letter in "\x0b\x0c\x85\u2028\u2029"}
    for point in range(128, sys.maxunicode + 1):
        digit = unicodedata.digit(chr(point), None)
        if digit is not None:
            table[point] = str(digit)
    return table
