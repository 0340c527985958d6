"""The parts of a mail without parts, decoded, for those few mails that are sorted by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from live.mail.charsets import decoded
from live.mail.fields import Block, with_line_feeds
from live.mail.glance import Glance
from live.mail.parts import Part, tree
from live.mail.transfer import decoded_body

CONTENT_BYTES = 256_000
"""What is looked at: a confirmation has 3 KB, and a bounce says why before it gives the mail back."""
DEPTH = 4
LEAVES = 20
"""Both a handful more than such mail has, so that no mail is slow to sort."""

_PADDED_SOFT_BREAK = re.compile(rb"=[ \t]{1,20}(?=\r?\n)")
"""White space at the end of a line is to be ignored (RFC 2045, 6.7), and Python's decoder does not."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part without parts."""

    kind: str
    """Its type in small letters: "text/plain"."""
    text: str = field(repr=False)
    """Freed of its transfer encoding and its charset, lines ending as they came."""


def leaves(content: bytes, look: Glance) -> Iterator[Leaf]:
    """The first of them in order, mails within the mail being one each. Never raises."""
    bounded = with_line_feeds(content[: look.body + CONTENT_BYTES])
    found = tree(bounded, Block(look.headers, look.body, False), messages=False, depth=DEPTH)
    for part in islice((part for part in found.walk() if not part.children), LEAVES):
        charset = part.parameters.get("charset", "")
        yield Leaf(part.content_type, decoded(_bare(part), charset, guess=False))


def _bare(part: Part) -> bytes:
    if part.encoding == "quoted-printable":
        return decoded_body(_PADDED_SOFT_BREAK.sub(b"=", part.raw()), part.encoding)
    return part.decoded()
