"""The body of a delivery in the platform's style: the fields of its inbound e-mail event, so that a receiver
that was written for it works unchanged (https://developers.webexconnect.io/reference/data-streams-email).

`to` and `attachments` are JSON arrays inside strings there. Its sample escapes the bodies twice; here they
are escaped once, as JSON has it. What postroom knows besides stands under `postroom`.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from email.utils import formataddr
from typing import Any

from live.webhooks.letters import Letter, Person, without_code
from live.webhooks.payloads import Asking, is_hidden, moment, raw, written
from store.delivery_queue import Claimed

NAMESPACE = uuid.UUID("0d0d5a4c-6b0e-5c3c-9d4e-2f6f1a6e7b11")
"""Of the transaction ids that are made out of events' names: each is the same in every try."""


def body(claimed: Claimed, letter: Letter | None, asking: Asking, now: datetime) -> bytes:
    """The octets that are signed and sent."""
    transaction = str(uuid.uuid5(NAMESPACE, claimed.uid))
    told: dict[str, Any] = {
        "event": "Inbound Message" if "message" in claimed.data else claimed.event.value,
        "event_identifier": "MO" if "message" in claimed.data else "EVENT",
        "channel": "Email",
        "channel_identifier": "EMAIL",
        "transid": transaction,
        "tid": transaction,
        "appId": str(claimed.asset_id or ""),
        "ts": moment(claimed.at),
    }
    if "message" not in claimed.data:
        return written(told | {"postroom": {"type": claimed.event.value, **claimed.data}})
    return written(told | _mail(claimed, letter, asking, now))


def _mail(claimed: Claimed, letter: Letter | None, asking: Asking, now: datetime) -> dict[str, Any]:
    known: dict[str, Any] = {"type": claimed.event.value, "id": claimed.data["message"], "uid": claimed.uid}
    if letter is None:
        return {"from": "", "to": "[]", "subject": "", "postroom": known | {"content": "gone"}}
    hidden = is_hidden(claimed, asking)
    code = str((claimed.data.get("confirmation") or {}).get("code") or "")
    told: dict[str, Any] = {
        "from": letter.sender[1],
        "to": json.dumps([_shown(person) for person in letter.to], ensure_ascii=False),
        "subject": without_code(letter.subject, code) if hidden else letter.subject,
        "textMessage": "" if hidden else letter.text,
        "htmlMessage": "" if hidden else letter.html,
        "attachments": "[]" if hidden else _attachments(claimed, letter, asking, now),
    }
    known |= {"message_id": letter.message_id, "in_reply_to": letter.in_reply_to}
    known |= {"kind": claimed.data["kind"], "marks": claimed.data["marks"]}
    if not hidden:
        known["raw"] = raw(claimed, letter, asking, now)
    return told | {"postroom": known}


def _attachments(claimed: Claimed, letter: Letter, asking: Asking, now: datetime) -> str:
    source = raw(claimed, letter, asking, now) or {}
    told = [
        {"name": one["name"], "contentType": one["content_type"], "url": source.get("url", "")}
        for one in letter.attachments
    ]
    return json.dumps(told, ensure_ascii=False)


def _shown(person: Person) -> str:
    name, address = person
    try:
        return formataddr((name, address), "utf-8") if name.isascii() else f"{name} <{address}>"
    except UnicodeError:  # an address that is not ASCII
        return f"{name} <{address}>" if name else address
