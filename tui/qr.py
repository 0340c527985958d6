"""A link as a QR code in the terminal's own characters, two modules to a line."""

from __future__ import annotations

QUIET = 2
"""Light modules around the code. ISO 18004 asks for four; readers do with two, and two lines are saved."""
HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
"""By (upper, lower) module, True where dark. Light modules are drawn, since most terminals are dark; readers
take it the other way round as well."""


def lines(text: str) -> list[str]:
    """The lines of the code; each is as many cells wide as the first.

    Raises:
        ValueError: the text is longer than a code can hold (2,953 octets).
    """
    import segno  # 10 ms, for a code only

    code = segno.make_qr(text, error="l")
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
