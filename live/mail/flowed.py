"""Text that is sent as format=flowed (RFC 3676) to the lines that its writer meant."""

from __future__ import annotations


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Join the lines that a sender's program broke; quote marks stay, "> " for each level.

    Args:
        text: with "\\n" between lines.
        delete_space: the parameter DelSp: the space at a soft break belongs to the break (RFC 3676, 4.5).
    """
    told: list[str] = []
    held: list[str] = []
    depth = 0

    def end() -> None:
        if held:
            told.append(_marked(depth, "".join(held)))
            held.clear()

    for line in text.split("\n"):
        level = len(line) - len(line.lstrip(">"))
        words = line[level:].removeprefix(" ")
        if held and level != depth:
            end()  # a soft break before another depth is a fault of the sender's: the paragraph ends
        depth = level
        if words == "-- ":
            end()
            told.append(_marked(depth, words))
        elif words.endswith(" "):
            held.append(words[:-1] if delete_space else words)
        else:
            held.append(words)
            end()
    end()
    return "\n".join(told)


def _marked(depth: int, words: str) -> str:
    return "> " * depth + words if depth else words
