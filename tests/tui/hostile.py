"""Text that attacks a terminal, or the markup of the library that draws on it."""

from __future__ import annotations

import re
import unicodedata

ATTACKS = {
    "clipboard": "\x1b]52;c;RVZJTA==\x07",
    "clear": "\x1b[2J\x1b[31mEVIL",
    "title": "\x1b]0;EVIL\x1b\\",
    "device": "\x1bP+q544e\x1b\\",
    "question": "\x1b[6n\x1bc",
    "C1": "\x9b31mEVIL\x9d52;c;RVZJTA==\x9c",
    "C0": "a\x00b\x08\x08c\x0e\x7fd\te\rf",
    "bidirectional": "invoice \u202egnp.exe\u202c \u2066x\u2069",
    "invisible": "pay\u200bpal \u2060\ufeff\u00ad \U000e0041",
    "markup end": "Re: [/b] hi",
    "markup half": "open [/",
    "markup of an error": "[type=x, v={'a[0]'}]",
    "markup action": "[@click=app.quit]quit[/]",
    "markup style": "[bold red on blue]x[/bold red on blue]",
    "long": "long" * 500,
    "wide": "東京都港区芝公園四丁目",
    "emoji": "👩‍👩‍👧‍👦 ❤️ 🇩🇪",
    "combining": "e\u0301" * 40,
    "lines": "one\ntwo\r\nthree\u2028four",
}
MIXTURES = {
    "escapes": " ".join(ATTACKS[name] for name in ("clipboard", "clear", "title", "device", "question")),
    "C0 and C1": ATTACKS["C1"] + ATTACKS["C0"],
    "unseen": ATTACKS["bidirectional"] + ATTACKS["invisible"],
    "markup": " ".join(text for name, text in ATTACKS.items() if name.startswith("markup")),
    "long": ATTACKS["long"],
    "wide": ATTACKS["emoji"] + ATTACKS["wide"] + ATTACKS["combining"],
    "lines": ATTACKS["lines"],
}
"""The same with several in one text, for where each text costs a second."""
KEPT_FORMATS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that are drawn."""


def dangerous(text: str) -> list[str]:
    """The characters that a terminal would obey or not show, judged by the interpreter's own table."""
    return [
        f"U+{ord(one):04X}"
        for one in text
        if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")
        or (
            unicodedata.category(one) == "Cf"
            and one not in KEPT_FORMATS
            and not 0x13430 <= ord(one) <= 0x1343F
        )
    ]


SENT = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours
    rb"|\x1b\[[0-9;]*H"  # cursor
    rb"|\x1b\[\?[0-9;]+[hl]"  # modes
    rb"|\x1b\[\?[0-9]+\$p"  # "do you know this mode?"
    rb"|\x1b\[>[0-9]*u|\x1b\[<u"  # keyboard protocol
    rb"|\x1b\]22;[a-z-]*\x07"  # pointer's shape
    rb"|\x1b\[\?u|\x1b\[c"
)
"""Every kind of sequence that the console itself sends."""


def foreign(written: bytes) -> str:
    """What was written to the terminal besides the console's own sequences and line ends."""
    return SENT.sub(b"", written).decode().replace("\r", "").replace("\n", "")
