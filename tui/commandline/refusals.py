"""Tells on stderr why no token came, or was not taken: what happened, why, what to do, who can do it."""

from __future__ import annotations

from tui.commandline.printing import narrate, narrate_pairs
from tui.commandline.rungs import meaning


def tell(headline: str, words: str, diagnosis: str | None, references: str = "") -> None:
    """One refusal in full.

    Args:
        words: the provider's, or a sentence; untrusted.
        diagnosis: id of an entry of `live.diagnosis`.
        references: the provider's ids of its answer; untrusted.
    """
    narrate(headline)
    happened = [("What happened", words)]
    told = [("For its support", references)] if references else []
    narrate_pairs([*happened, *meaning(diagnosis), *told], "  ")
