"""Finds the lines of a mail that repeat an earlier one, so that a screen can fold them.

Two customs: lines behind ">" with a line like "On Monday, Ann wrote:" before them; and, in Outlook's way, the
whole earlier mail below a block of its headers, or below a rule, to the end.
"""

from __future__ import annotations

import re

LINES = 50_000
"""Lines that are looked at: a thousand pages. Nothing below is folded."""
HEADED_WITHIN = 6
"""Lines of a header block among which three headers must stand."""
LINE_CHARACTERS = 400
"""What is looked at of a line."""

_FROM = (
    "from|von|de|da|van|från|fra|lähettäjä|od|от|od kogo|nadawca|feladó|gönderen|kimden|de la"
    "|发件人|寄件者|差出人|보낸 사람"
)
_SENT = (
    "sent|date|gesendet|datum|envoyé|fecha|enviado(?: el| em)?|data|inviato|verzonden|skickat|sendt|dato"
    "|lähetetty|wysłano|odesláno|отправлено|дата|elküldve|küldve|gönderildi|gönderilme tarihi|tarih|trimis"
    "|发送时间|日期|寄件日期|送信日時|보낸 날짜"
)
_TO = (
    "to|an|à|para|a|aan|till|til|vastaanottaja|do|komu|кому|címzett|kime|alıcı|către"
    "|收件人|收件者|宛先|받는 사람"
)
_SUBJECT = (
    "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|тема|tárgy|konu"
    "|subiect|主题|主旨|件名|제목"
)
_CC = "cc|kopie|copie|kopi|копия"
_HEADERS = {
    kind: re.compile(rf"\s*[*_]{{0,2}}(?:{names})\s?[*_]{{0,2}}\s?[:：]", re.IGNORECASE)
    for kind, names in (("from", _FROM), ("sent", _SENT), ("to", _TO), ("subject", _SUBJECT), ("cc", _CC))
}
_RULE = re.compile(r"\s*(?:[-_]{20,}|-{2,}\s?[^\s-][^-\n]{4,60}-{2,})\s*\Z")
"""A line across, or "-----Original Message-----" in whatever language."""
_FORWARDED = re.compile(
    r"forward|weitergeleitet|transf[eé]r|reenvi|inoltrat|doorgestuurd|vidarebefordra|转发|転送", re.IGNORECASE
)
_WROTE = re.compile(
    r"wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|kirjoitti|napisał|napsal|написал|пишет"
    r"|írta|yazdı|a scris|写道|寫道|のメール|님이 작성",
    re.IGNORECASE,
)

_OPENS = re.compile(r"(?:on|am|le|el|il|em|op|den|pe|w dniu|dnia|dne|vào|pada)\b", re.IGNORECASE)


def quoted_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """(first line, line after the last) of each quoted part, in order and apart; lines count from 0.

    Never the whole text: what is nothing but a quotation is what its sender had to say.
    """
    lines = text.split("\n", LINES)[:LINES]
    found = _marked(lines)
    tail = _tail(lines)
    if tail is not None:
        found = [(start, end) for start, end in found if end <= tail]
        found.append((tail, _last(lines, tail)))
    own = len(lines) - sum(end - start for start, end in found)
    blank = sum(1 for number in _outside(found, len(lines)) if not lines[number].strip()) if found else 0
    return tuple(found) if own > blank else ()


def _outside(found: list[tuple[int, int]], count: int) -> list[int]:
    """The numbers of the lines that are in no range."""
    told: list[int] = []
    at = 0
    for start, end in found:
        told.extend(range(at, start))
        at = end
    told.extend(range(at, count))
    return told


def _marked(lines: list[str]) -> list[tuple[int, int]]:
    """Runs of lines behind ">", each with the line that announces it."""
    found: list[tuple[int, int]] = []
    number, count = 0, len(lines)
    while number < count:
        if not lines[number].startswith(">"):
            number += 1
            continue
        start = number
        end = number + 1
        number = end
        # An empty line between two quoted ones belongs to them.
        while number < count and (lines[number].startswith(">") or not lines[number].strip()):
            if lines[number].startswith(">"):
                end = number + 1
            number += 1
        floor = found[-1][1] if found else 0
        found.append((_announced(lines, start, floor), end))
        number = end
    return found


def _announced(lines: list[str], start: int, floor: int) -> int:
    """Where a quotation starts: at "On …, … wrote:" on up to three lines before, else at its first line."""
    above = start - 1
    while above >= floor and start - above <= 2 and not lines[above].strip():
        above -= 1
    if above < floor or not lines[above].rstrip().endswith((":", "：", ">")):
        return start
    for first in range(above, max(floor, above - 2) - 1, -1):
        if not lines[first].strip():
            break
        told = " ".join(line[:LINE_CHARACTERS] for line in lines[first : above + 1])
        if not (_WROTE.search(told) or ("@" in told and told.rstrip().endswith((":", "：")))):
            continue
        if any(letter.isdigit() or letter in "@<" for letter in told):
            while first > max(floor, above - 2) and _goes_on(lines[first - 1][:LINE_CHARACTERS]):
                first -= 1
            return first
    return start


def _goes_on(line: str) -> bool:
    """Whether a line is the start of such a sentence: "On Mon, 24 Nov 2025 at 10:00, Ann Example <"."""
    if not any(letter.isdigit() for letter in line):
        return False
    return line.rstrip().endswith((",", "<")) or _OPENS.match(line) is not None


def _tail(lines: list[str]) -> int | None:
    """The line from which on everything is an earlier mail, or None."""
    said = False  # something of the sender's own stands above
    rule: int | None = None
    for number, line in enumerate(lines):
        told = line[:LINE_CHARACTERS]
        if not told.strip():
            continue
        if _RULE.match(told):
            if _FORWARDED.search(told):
                return None  # a mail that is passed on is what its sender means
            rule = number
            continue
        # In a list of headers, as a bounce has it, From is not the first, and no empty line before it.
        if (number == 0 or rule is not None or not lines[number - 1].strip()) and _headed(lines, number):
            return (number if rule is None else rule) if said else None
        said, rule = True, None
    return None


def _headed(lines: list[str], number: int) -> bool:
    """Whether a block of headers as Outlook writes it starts here: From, and two others close behind."""
    if not _HEADERS["from"].match(lines[number][:LINE_CHARACTERS]):
        return False
    kinds = {
        kind
        for line in lines[number : number + HEADED_WITHIN]
        for kind, pattern in _HEADERS.items()
        if pattern.match(line[:LINE_CHARACTERS])
    }
    return len(kinds) >= 3


def _last(lines: list[str], first: int) -> int:
    end = len(lines)
    while end > first and not lines[end - 1].strip():
        end -= 1
    return end
