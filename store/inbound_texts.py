"""What is kept of a message's texts: cleaned of what SQLite and its index cannot hold, and cut to a length;
and the words that the search index is given besides them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.folding import folded

if TYPE_CHECKING:
    from store.inbound_records import NewMessage

LENGTHS = {
    "source": 20,
    "mail_from": 320,  # RFC 5321, 4.5.3.1: 64 and 255, with what SRS and caf_= put around it cut here
    "rcpt_to": 320,
    "peer": 100,
    "message_id": 998,  # a line (RFC 5322, 2.1.1)
    "subject": 1_000,  # a screen shows 200; nobody writes more than a line
    "sender": 320,
    "sender_name": 200,
    "recipients": 4_000,  # about a hundred addresses: to find a mail by one of them
    "forwarded_by": 320,
    "detail": 500,
}
"""Characters kept of each; the source holds the rest."""
ATTACHMENTS = 100
ATTACHMENT_NAME = 255
"""As long as a file name may be."""
CONFIRMATION_TEXT = 4_000
"""Gmail's links have 300 characters."""

UNKEPT = re.compile("[\0\ud800-\udfff]")
"""NUL ends a text for half of SQLite's functions, and lone surrogates are no UTF-8."""
BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")

SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
IDEOGRAPH = re.compile(f"[{SPACELESS}]")
PIECE = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+")
RUN = re.compile(rf"\S*[{SPACELESS}]\S*")
STOP = "\ue000"
"""Stands between two runs, so that no phrase is found across them; the tokenizer takes it for a word."""


def kept(text: str, length: int) -> str:
    """A text as SQLite can keep it, at most so many characters."""
    text = text[:length]
    return UNKEPT.sub("\ufffd", text) if UNKEPT.search(text) else text


def attachment_names(names: tuple[str, ...]) -> str:
    """Names of attachments, one a line."""
    return "\n".join(BREAKS.sub(" ", kept(name, ATTACHMENT_NAME)) for name in names[:ATTACHMENTS])


def pieces(text: str) -> list[str]:
    """A text in a script without spaces, cut into what its index holds: each such character, and what is
    between them."""
    return PIECE.findall(text)


def ideographs(*texts: str) -> str:
    """What the index is given of texts, so that any part of a sentence without spaces is found; "" for
    others.

    SQLite's tokenizer takes such a sentence for one word.
    """
    return f" {STOP} ".join(
        " ".join(pieces(run)) for text in texts if IDEOGRAPH.search(text) for run in RUN.findall(text)
    )


def facets(message: NewMessage) -> str:
    """What is not typed as a word, as words of the index."""
    words = [asset_facet(message.asset_id), kind_facet(message.kind)]
    if message.attachments:
        words.append(HAS_ATTACHMENT)
    words += map(mark_facet, message.marks)
    return " ".join(words)


HAS_ATTACHMENT = "hasattachment"


def asset_facet(asset_id: int) -> str:
    return f"a{asset_id}"


def kind_facet(kind: str) -> str:
    return f"k{kind}"


def mark_facet(mark: str) -> str:
    return f"m{mark}"


def address(text: str) -> str:
    """An address as it is kept and compared."""
    return folded(kept(text, LENGTHS["sender"])) or ""


def repeat_key(digest: bytes) -> int:
    """The number under which the digest of a content is looked for."""
    return int.from_bytes(digest[:4], "big")
