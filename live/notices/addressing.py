"""Whom a telling goes to. Pure: from the settings, the owners of the assets, and who cannot be reached."""

from __future__ import annotations

from collections.abc import Collection

from store.notice_records import Cause, Kind, Role, Way
from store.notice_settings import NoticeSettings
from store.notice_settings import To as Whom
from store.notice_writing import Telling, To

MOST_OWNERS = 100
"""Owners who are written to at once: Gmail takes 500 mails a day, Exchange Online 30 a minute."""
NO_OWNER = "No owner's address is kept for {count} of the assets."
TOO_MANY = "{count:,} owners are concerned; the first {most} are written to."
UNREACHED = "Left out, since mail to them comes back: {who}."
NOBODY = "Nobody is written to: the configuration names no operators."


def addressed(cause: Cause, settings: NoticeSettings, shunned: Collection[str]) -> Telling:
    """Who is told of a cause, by what, and why somebody is left out.

    Args:
        shunned: addresses from which mail came back.
    """
    words: list[str] = []
    owners = _owners(cause, settings, words)
    left_out = [address for address in owners if address in shunned]
    owners = [address for address in owners if address not in shunned]
    to = [To(Way.MAIL, Role.OWNER, address) for address in owners[:MOST_OWNERS]]
    if len(owners) > MOST_OWNERS:
        words.append(TOO_MANY.format(count=len(owners), most=MOST_OWNERS))
    ownerless = any(not member.owner for member in cause.members)
    whole = bool(owners) and not left_out and not ownerless and len(owners) <= MOST_OWNERS
    if settings.to is not Whom.OWNER or not whole:  # what no owner hears of, somebody has to
        operators = [one for one in settings.operators if one not in shunned and not _is_about(cause, one)]
        left_out += [one for one in settings.operators if one in shunned]
        to += [To(Way.MAIL, Role.OPERATOR, address) for address in operators]
    if left_out:
        words.append(UNREACHED.format(who=", ".join(left_out[:10])))
    if settings.hook:
        to.append(To(Way.HOOK, Role.NONE, ""))
    if not any(one.way is Way.MAIL for one in to) and not settings.operators:
        words.append(NOBODY)
    return Telling(tuple(to), " ".join(words))


def _owners(cause: Cause, settings: NoticeSettings, words: list[str]) -> list[str]:
    """The owners who can do something about it, each once."""
    if settings.to is Whom.OPERATORS or not cause.owner_acts:
        return []
    missing = sum(not member.owner for member in cause.members)
    if missing:
        words.append(NO_OWNER.format(count=missing))
    return list(dict.fromkeys(member.owner for member in cause.members if member.owner))


def _is_about(cause: Cause, address: str) -> bool:
    """Whether it tells that this very address cannot be reached."""
    return cause.kind is Kind.UNREACHABLE and cause.key == f"unreachable {address}"
