"""Turns a `Search` into SQL: one expression for the search index, bounds of ids, and what is left to compare.

Everything that is searched for often (words, asset, kind, attachments, marks) is in the search index, which
steps through the matches newest first without collecting them: a page of a common word takes as long as one
of a rare word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from store.columns import utc_text
from store.folding import folded
from store.inbound_tables import SPAN_BITS
from store.inbound_texts import (
    HAS_ATTACHMENT,
    IDEOGRAPH,
    UNKEPT,
    asset_facet,
    kind_facet,
    mark_facet,
    pieces,
)

if TYPE_CHECKING:
    from sqlmodel import Session

    from store.inbound_search import Search

ASSETS_AT_ONCE = 50
"""Assets looked for by the search index; of more, each row is compared."""
ALL_ROWS_FROM = 0.05
"""Share of all mail from which comparing every row, newest first, ends sooner than collecting and ordering
what the assets' own index finds: of 1,000,000 messages, that takes 15 ms for each 50,000."""

WORDS = "- facets"
SENDER = "{sender sender_name}"
RECIPIENTS = "recipients"
SUBJECT = "subject"


@dataclass(slots=True)
class Query:
    """The parts of a statement on `inbound_messages m` (with `inbound_fts f` where there is a match)."""

    match: str = ""
    """For the search index; empty: it is not asked."""
    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    nothing: bool = False
    """Nothing can match."""

    @property
    def rows_needed(self) -> bool:
        """Whether the index alone does not tell which messages match."""
        return any("m." in condition for condition in self.conditions)

    def tables(self, *, rows: bool) -> str:
        """What is read, in this order; without `rows`, no more than needed to tell which ids match."""
        if not self.match:
            return "inbound_messages m"
        if rows or self.rows_needed:
            return "inbound_fts f CROSS JOIN inbound_messages m ON m.id = f.rowid"
        return "inbound_fts f"

    @property
    def key(self) -> str:
        """The column that orders the matches."""
        return "f.rowid" if self.match else "m.id"

    def where(self, *more: str) -> str:
        """All conditions as a clause."""
        all_of = [condition.replace("{key}", self.key) for condition in (*self.conditions, *more)]
        if self.match:
            all_of.insert(0, "f.inbound_fts MATCH :match")
        return f"WHERE {' AND '.join(all_of)}" if all_of else ""


def query(session: Session, search: Search) -> Query:
    """The statement for a search; asset names and times are looked up in the transaction of `session`."""
    made = Query()
    terms = [
        *_terms(made, search.words, WORDS, ""),
        *_terms(made, search.from_, SENDER, "m.sender_name"),
        *_terms(made, search.to, RECIPIENTS, "m.recipients"),
        *_terms(made, search.subject, SUBJECT, "m.subject"),
        *(f'facets : "{word}"' for word in _facets(search)),
    ]
    terms += _asset_terms(session, search, made)
    _bound_by_time(session, search, made)
    made.match = " AND ".join(f"({term})" for term in terms)
    if made.match:
        made.values["match"] = made.match
    return made


def _facets(search: Search) -> Iterator[str]:
    if search.asset_id is not None:
        yield asset_facet(search.asset_id)
    if search.kind:
        yield kind_facet(search.kind)
    if search.has_attachment:
        yield HAS_ATTACHMENT
    yield from map(mark_facet, search.marks)


def _terms(made: Query, words: tuple[str, ...], columns: str, compared: str) -> Iterator[str]:
    """The index's expressions for words in columns; in scripts without spaces one column holds all texts, and
    the one that is meant is compared."""
    for word in words:
        text = UNKEPT.sub(" ", word.rstrip("*"))
        if not IDEOGRAPH.search(text):
            if has_tokens(text):
                yield f"{columns} : {_quoted(text)}{' *' if word.endswith('*') else ''}"
            continue
        for part in text.split():
            if IDEOGRAPH.search(part):
                yield f"ideographs : {_quoted(' '.join(pieces(part)))}"
            elif has_tokens(part):
                yield f"{columns} : {_quoted(part)}"
        if compared:
            name = f"text_{len(made.values)}"
            made.conditions.append(f"instr(folded({compared}), :{name}) > 0")
            made.values[name] = folded(text)


def has_tokens(text: str) -> bool:
    """Whether SQLite's tokenizer finds anything in a text: letters, digits or private characters."""
    return any(unicodedata.category(one)[0] in "LN" or unicodedata.category(one) == "Co" for one in text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


ASSETS = "SELECT id FROM assets WHERE instr(name_key, :asset) > 0 OR instr(address_key, :asset) > 0"
SHARE = f"""
    SELECT sum(messages) * 1.0 / nullif((SELECT messages FROM inbound_totals), 0)
      FROM inbound_states WHERE asset_id IN ({ASSETS})
"""  # noqa: S608  # no value is put into it
EXACT = "SELECT id FROM assets WHERE name_key = :asset OR address_key = :asset"


def _asset_terms(session: Session, search: Search, made: Query) -> list[str]:
    """The asset of that name or address or, where there is none, all whose name or address holds the text."""
    wanted = folded(UNKEPT.sub(" ", search.asset))
    if not wanted:
        return []
    connection = session.connection()
    for statement in (EXACT, ASSETS):
        ids = [row[0] for row in connection.exec_driver_sql(statement, {"asset": wanted})]
        if ids:
            break
    if not ids:
        made.nothing = True
    if len(ids) > ASSETS_AT_ONCE:
        share = connection.exec_driver_sql(SHARE, {"asset": wanted}).scalar_one()
        by_rows = "+" if share is None or share >= ALL_ROWS_FROM else ""  # keeps SQLite from the index
        made.conditions.append(f"{by_rows}m.asset_id IN ({ASSETS})")
        made.values["asset"] = wanted
        return []
    return [" OR ".join(f'facets : "{asset_facet(one)}"' for one in ids)] if ids else []


SPANS = """
    SELECT min(span), max(span) FROM inbound_spans
     WHERE (:after IS NULL OR latest >= :after) AND (:before IS NULL OR earliest < :before)
"""


def _bound_by_time(session: Session, search: Search, made: Query) -> None:
    """Ids nearly grow with time, so the spans give bounds; within them each row's time is compared."""
    if search.before is None and search.after is None:
        return
    times = {"before": search.before, "after": search.after}
    texts = {name: utc_text(time) if time else None for name, time in times.items()}
    first, last = session.connection().exec_driver_sql(SPANS, texts).one()
    if first is None:
        made.nothing = True
        return
    made.conditions.append("{key} >= :lowest AND {key} < :highest")
    made.values |= {"lowest": first << SPAN_BITS, "highest": (last + 1) << SPAN_BITS}
    for name, comparison in (("before", "<"), ("after", ">=")):
        if texts[name] is not None:
            made.conditions.append(f"m.received_at {comparison} :{name}_time")
            made.values[f"{name}_time"] = texts[name]
