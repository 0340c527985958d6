"""The plain pages that a mailbox's owner sees: no scripts, nothing from elsewhere, every word escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = (
    "body{font:1.1em/1.5 sans-serif;max-width:36em;margin:3em auto;padding:0 1em}"
    "blockquote{border-left:.2em solid;margin:0;padding-left:1em}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the page's address holds a code
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page in words; they may be untrusted."""

    status: int
    title: str
    words: Sequence[str]
    """Paragraphs."""
    quoted: str = ""
    """What somebody else said, shown as a quotation."""

    def html(self) -> bytes:
        """The page."""
        paragraphs = "".join(f"<p>{escape(shown(words))}</p>" for words in self.words)
        quotation = f"<blockquote>{escape(shown(self.quoted))}</blockquote>" if self.quoted else ""
        title = escape(shown(self.title))
        text = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f"<body><h1>{title}</h1>{paragraphs}{quotation}</body></html>\n"
        )
        return text.encode()


def shown(text: str) -> str:
    """Without what is not printed: controls, and the marks that turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text)[:2_000]
