"""What the keys do to inbound messages. Each is awaited in a worker; bodies are opened where shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live.inbound import body_search
from live.inbound import export as exports
from live.mail.masking import masked_source
from live.mail.reading import read as read_mail
from store import audit, confirmations, inbound
from store.inbound_search import Search
from store.vault_errors import VaultError
from tui import inbound_list, times
from tui.desk import Desk
from tui.dialogs.ask_line import AskLine
from tui.dialogs.base import Choice, Question, confirmation, message
from tui.dialogs.confirmation_card import ConfirmationCard
from tui.dialogs.message_screen import MessageScreen
from tui.dialogs.progress import Progress
from tui.message_views import Opened
from tui.panes.inbound import InboundPane

if TYPE_CHECKING:
    from tui.hub import Hub

NAMED = 6
"""Messages that a question names: it fits a terminal of 24 lines with them."""
GONE = "This message is gone: deleted, or past its time."
SEALED = "The bodies of messages are sealed; the passphrase opens them."


async def read(console: Hub, desk: Desk, message_id: int) -> None:
    """Open one message, with a reason where the configuration asks for one."""
    reason = await _may_read(console, desk, "Read this message")
    if reason is None:
        return
    opened = await asyncio.to_thread(_opened, desk, message_id, reason)
    if opened is None:
        console.notify(GONE, severity="warning", markup=False)
        return
    console.push_screen(MessageScreen(opened))


async def _may_read(console: Hub, desk: Desk, act: str) -> str | None:
    """Why somebody reads: "" where nobody asks, None where the person thinks better of it.

    The passphrase comes first: whoever expects to be asked for it types it into what is asked in clear.
    """
    if not await console.log_unlocked(SEALED):
        return None
    if not desk.settings.reading_needs_reason:
        return ""
    words = "Reading mail is recorded in the audit log, here with a reason:"
    return await console.push_screen_wait(AskLine(act, words, "read", check=_needed))


def _needed(text: str) -> str:
    if not text.strip():
        raise ValueError("A reason is needed; the configuration asks for it (reading_needs_reason).")
    return text.strip()


def _opened(desk: Desk, message_id: int, reason: str) -> Opened | None:
    row = inbound.message(desk.store, message_id)
    if row is None:
        return None
    content = inbound.opened(desk.store, desk.vault, message_id, reason=reason)
    if row.pci:
        content = masked_source(content)
    readers = audit.page(desk.store, words=[inbound.audit_name(message_id)], limit=20)
    return Opened(row, content, read_mail(content), tuple(readers))


async def card(console: Hub, desk: Desk, message_id: int | None) -> None:
    """The open confirmations one by one, the one of this message first; marks one as done."""
    cards = await asyncio.to_thread(_cards, desk, message_id)
    if not cards:
        console.notify("No confirmation is waiting.", markup=False)
        return
    at = next((place for place, one in enumerate(cards) if one.message_id == message_id), 0)
    done = await console.push_screen_wait(ConfirmationCard(cards, times.now(), at))
    if done is not None:
        await asyncio.to_thread(confirmations.confirmation_done, desk.store, done)
        console.notify(
            "Marked as done. A forwarded mail that arrives is the proof: send one to the mailbox.",
            markup=False,
        )


async def card_of(console: Hub, desk: Desk, asset_id: int) -> None:
    """The newest confirmation of one asset, done or not."""
    found = await asyncio.to_thread(
        confirmations.confirmations, desk.store, open_only=False, asset_id=asset_id
    )
    if not found:
        words = "The provider has not asked to confirm a forwarding address of this asset."
        console.notify(words, severity="warning", markup=False)
        return
    await card(console, desk, found[0].message_id)


async def mail_of(console: Hub, desk: Desk, name: str) -> None:
    """The Inbound pane with the mail of one asset."""
    pane: Any = await console.to_pane("inbound")
    await pane.set_filter(f'asset:"{name}"')
    pane.table.focus()


def _cards(desk: Desk, message_id: int | None) -> list[Any]:
    waiting = list(confirmations.confirmations(desk.store, open_only=True))
    if message_id is None or any(one.message_id == message_id for one in waiting):
        return waiting
    found = confirmations.confirmation(desk.store, message_id)
    return [found] if found is not None else []


async def delete(console: Hub, desk: Desk, ids: Sequence[int]) -> None:
    """Delete for good, after asking by name: mail that comes in moves the list under the cursor."""
    named = await asyncio.to_thread(_named, desk, ids)
    if not named:
        console.notify(GONE, severity="warning", markup=False)
        return
    one = len(ids) == 1
    if len(ids) > len(named):
        named.append(f"and {len(ids) - len(named):,} more")
    goes = f"The sealed {'original goes with it' if one else 'originals go with them'}; nothing brings "
    words = "\n".join([*named, "", f"{goes}{'it' if one else 'them'} back."])
    title = "Delete this message?" if one else f"Delete these {len(ids):,} messages?"
    if await console.push_screen_wait(confirmation(title, words, "Delete")):
        deleted = await asyncio.to_thread(inbound.delete, desk.store, ids)
        for pane in [pane for screen in console.screen_stack for pane in screen.query(InboundPane)]:
            pane.deleted(ids)
        console.notify(f"{deleted:,} deleted.", markup=False)


def _named(desk: Desk, ids: Sequence[int]) -> list[str]:
    """The messages as a question names them, those that are still there: one in full, or the first few."""
    rows = [row for id_ in ids[:NAMED] if (row := inbound.message(desk.store, id_)) is not None]
    return inbound_list.named(rows[0]) if len(ids) == 1 and rows else list(map(inbound_list.in_a_line, rows))


async def search_bodies(console: Hub, desk: Desk, ids: Sequence[int], search: Search) -> None:
    """Look for words in the bodies of the marked messages, or of all that match; show what holds them."""
    asked = AskLine(
        "Search in bodies",
        "Each message shown is opened and searched for all of these words; the audit log says so.",
        "search",
        check=_words_needed,
    )
    words = await console.push_screen_wait(asked)
    if words is None:
        return
    reason = await _may_read(console, desk, "Search in bodies")
    if reason is None:
        return
    steps = body_search.looked(desk.store, desk.vault, search, ids, words.split(), reason=reason)
    screen: Progress[body_search.Looked] = Progress("Search in bodies", steps, body_search.Looked.words)
    found = screen.settled(await console.push_screen_wait(screen))
    if found is None or not found.hits:
        console.notify(f"No body holds {words}." if found else "Nothing was searched.", markup=False)
        return
    pane: Any = await console.to_pane("inbound")
    pane.show_hits(words, found.hits)


def _words_needed(text: str) -> str:
    if not text.split():
        raise ValueError("Type at least one word.")
    return text.strip()


async def export(console: Hub, desk: Desk, ids: Sequence[int], search: Search) -> None:
    """Write the marked messages, or all that match, into a file or directory of the person's choice."""
    what = ("this one" if len(ids) == 1 else f"these {len(ids):,}") if ids else "all that are shown"
    choices: list[Choice[exports.Form | None]] = [
        Choice(form.key, form.title, form) for form in exports.FORMS
    ]
    form = await console.push_screen_wait(
        Question("Export", f"Export {what}: in which form?", choices, None, stacked=True)
    )
    if form is None:
        return
    asked = AskLine("Export", form.explained, "export", value=str(Path.cwd() / form.file_name), check=_path)
    path = await console.push_screen_wait(asked)
    if path is None:
        return
    reason = await _may_read(console, desk, "Export messages") if form.needs_bodies else ""
    if reason is None:
        return
    steps = exports.exported(desk.store, desk.vault, search, ids, form, Path(path), reason=reason)
    screen: Progress[exports.Exported] = Progress("Export", steps, exports.Exported.words)
    try:
        done = screen.settled(await console.push_screen_wait(screen))
    except (OSError, VaultError) as error:
        console.push_screen(message("The export ended early", f"{error}\n\nWhat was written stays there."))
        return
    if done is not None:
        console.notify(f"{done.words()} They are in {path}.", markup=False)


def _path(text: str) -> str:
    path = Path(text.strip()).expanduser()
    if not text.strip():
        raise ValueError("Type a file name.")
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise ValueError(f"{path} exists; name another one, nothing is written over.")
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is not a directory.")
    return str(path)
