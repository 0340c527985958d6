"""Counts what came from platform sources: gathered in memory, and written down together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from store.columns import utc_text
from store.database import Store
from store.outside_words import kept_words

WORDS_CHARACTERS = 300


@dataclass(slots=True)
class News:
    """What came of a source since it was last written down."""

    kept: int = 0
    repeats: int = 0
    passed: int = 0
    refused: int = 0
    last_at: datetime | None = None
    refused_at: datetime | None = None
    refused_words: str = ""


COUNT = text(
    """
    UPDATE platform_figures SET kept = kept + :kept, repeats = repeats + :repeats, passed = passed + :passed,
           refused = refused + :refused, last_at = coalesce(:last_at, last_at),
           refused_at = coalesce(:refused_at, refused_at),
           refused_words = CASE WHEN :refused THEN :refused_words ELSE refused_words END
     WHERE source_id = :source_id
    """
)


def put_figures(store: Store, news: Mapping[int, News]) -> None:
    """Add to the figures of sources, by id; those that are gone are passed over.

    Raises:
        StoreError: nothing was written.
    """
    rows: list[dict[str, Any]] = [
        {
            "source_id": source_id,
            **{name: getattr(one, name) for name in ("kept", "repeats", "passed", "refused")},
            "last_at": utc_text(one.last_at) if one.last_at else None,
            "refused_at": utc_text(one.refused_at) if one.refused_at else None,
            "refused_words": kept_words(one.refused_words, WORDS_CHARACTERS),
        }
        for source_id, one in news.items()
    ]
    if rows:
        with store.write() as session:
            session.connection().execute(COUNT, rows)
