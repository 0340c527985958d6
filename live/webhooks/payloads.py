"""The body of a delivery as Standard Webhooks has it: `type`, `timestamp` of the event, `data`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from live.webhooks.letters import Letter, Person, without_code
from live.webhooks.raw_links import Links
from store.delivery_queue import Claimed
from store.webhook_kinds import Event, RawSource
from store.webhooks import EndpointFields

INLINE_OCTETS = 1_000_000
"""A larger source is told of by a link: few receivers take bodies of more than 2 MB."""
LINK_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom a body is made."""

    fields: EndpointFields
    links: Links | None
    """None: nobody serves links here."""


def body(claimed: Claimed, letter: Letter | None, asking: Asking, now: datetime) -> bytes:
    """The octets that are signed and sent."""
    told = {
        "type": claimed.event.value,
        "timestamp": moment(claimed.at),
        "data": _data(claimed, letter, asking, now),
    }
    return written(told)


def written(told: Mapping[str, Any]) -> bytes:
    """As compact JSON in UTF-8; halves of surrogate pairs become "?"."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def moment(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _data(claimed: Claimed, letter: Letter | None, asking: Asking, now: datetime) -> dict[str, Any]:
    name, address, _ = claimed.asset
    asset = {"id": claimed.asset_id, "name": name, "address": address} if claimed.asset_id else None
    if "message" not in claimed.data:
        return {"asset": asset, **claimed.data}
    known = claimed.data
    told: dict[str, Any] = {
        "asset": asset,
        "id": known["message"],
        "received_at": known["received_at"],
        "kind": known["kind"],
        "marks": known["marks"],
        "size": known["size"],
        "envelope": {"mail_from": known["mail_from"], "rcpt_to": known["rcpt_to"]},
        "forwarding": {"via": known["via"], "forwarded_by": known["forwarded_by"]},
    }
    if claimed.event is Event.EMAIL_BOUNCED:
        told["bounce"] = known["detail"]
    told |= (
        _confirmation(known, asking)
        if claimed.event is Event.EMAIL_CONFIRMATION
        else {"detail": known["detail"]}
    )
    if letter is None:
        return told | {"content": "gone"}
    if is_hidden(claimed, asking):
        return told | _head(letter, without_code(letter.subject, _code(known)))
    return told | _head(letter, letter.subject) | _text(letter) | {"raw": raw(claimed, letter, asking, now)}


def is_hidden(claimed: Claimed, asking: Asking) -> bool:
    """Whether only the head of the mail may be told: link and code of a confirmation stand in its text."""
    return claimed.event is Event.EMAIL_CONFIRMATION and not asking.fields.opt_in_confirmation


def _code(known: Mapping[str, Any]) -> str:
    return str((known.get("confirmation") or {}).get("code") or "")


def _confirmation(known: Mapping[str, Any], asking: Asking) -> dict[str, Any]:
    found = known.get("confirmation") or {}
    names = ["requester", "matches"]
    if asking.fields.opt_in_confirmation:
        names += ["link", "cancel_link", "code"]
    return {"confirmation": {name: found.get(name) for name in names}}


def _head(letter: Letter, subject: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "date": moment(letter.sent_at) if letter.sent_at else None,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "references": list(letter.references),
        "from": _person(letter.sender),
        "reply_to": _people(letter.reply_to),
        "to": _people(letter.to),
        "cc": _people(letter.cc),
    }


def _text(letter: Letter) -> dict[str, Any]:
    return {
        "text": letter.text,
        "text_cut": letter.text_cut,
        "html": letter.html,
        "html_cut": letter.html_cut,
        "headers": [[name, value] for name, value in letter.headers],
        "attachments": list(letter.attachments),
        "trouble": letter.trouble,
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person[0], "address": person[1]}


def _people(people: Sequence[Person]) -> list[dict[str, str]]:
    return [_person(person) for person in people]


def raw(claimed: Claimed, letter: Letter, asking: Asking, now: datetime) -> dict[str, Any] | None:
    """The source, or where it is fetched; None where the endpoint does not want it."""
    wants = asking.fields.raw
    if wants is RawSource.NONE:
        return None
    told: dict[str, Any] = {"size": len(letter.source), "sha256": letter.digest}
    if wants is RawSource.INLINE and len(letter.source) <= INLINE_OCTETS:
        return told | {"base64": base64.b64encode(letter.source).decode("ascii")}
    if asking.links is None:
        return told | {"omitted": "no address is configured under which links could be served"}
    until = now + LINK_LASTS
    return told | {"url": asking.links.made(claimed.uid, until), "expires_at": moment(until)}
