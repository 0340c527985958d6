"""Finds our notices that came back: a bounce in the log that names the person whom one was sent to.

A bounce makes no notice of its own; it says of a sending that it reached nobody. However many come, that is
told once (see `live.notices.causes`), and never to the address itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from live.mail.heads import addresses_in
from live.mail.mailbox import same_mailbox
from store import inbound, notice_queue
from store.database import Store
from store.inbound_kinds import MailKind
from store.inbound_records import InboundMessage
from store.inbound_search import Search
from store.notice_queue import Watched

PUT_OFF = re.compile(r"^4[.\d]|\((?:delayed|relayed|expanded)\)")
"""A report that the mail was put off, and is tried again (RFC 3464 2.3.3)."""
AT_ONCE = 500
"""Bounces that are read at once."""


@dataclass(slots=True)
class Bounces:
    """Reads on in the log from where it was."""

    store: Store
    _seen: int | None = field(default=None, init=False)

    def look(self, now: datetime) -> int:
        """Look at what came since the last time; returns how many sendings came back. Blocks for the disk: a
        millisecond where nothing came.

        Raises:
            StoreError.
        """
        watched = notice_queue.watched(self.store, now)
        newest = inbound.newest_id(self.store)
        if not watched:
            self._seen = newest
            return 0
        if self._seen is None:
            self._seen = min(one.log_id for one in watched)
        found = 0
        while self._seen < newest:
            lines = inbound.page(
                self.store, Search(kind=MailKind.BOUNCE.value), after=self._seen, limit=AT_ONCE
            )
            for message in inbound.messages(self.store, [line.id for line in lines]):
                found += self._matched(message, watched)
            self._seen = max((line.id for line in lines), default=newest)
        return found

    def _matched(self, message: InboundMessage, watched: list[Watched]) -> int:
        if PUT_OFF.search(message.detail):
            return 0
        named = list(addresses_in(message.detail))
        ids = [
            one.id
            for one in watched
            if one.log_id < message.id and any(same_mailbox(one.recipient, address) for address in named)
        ]
        if ids:
            notice_queue.came_back(self.store, ids, f"It came back: {message.detail}")
        return len(ids)
