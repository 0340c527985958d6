"""What the tests of platform events share: an event as the platform's documentation has it, signed."""

from __future__ import annotations

import hmac
import json
from typing import Any

from pydantic import SecretStr

SECRET = SecretStr("planted-Secret-of-the-platform")
CONTENT = {
    "subject": "Where is my order?",
    "textMessage": "Hello,\nit has not come.\n",
    "htmlMessage": '<p class="x">Hello,<br>it has not come.</p>',
}


def event(**more: Any) -> dict[str, Any]:
    """An inbound e-mail event, with the fields of https://developers.webexconnect.io/reference/data-streams-email;
    a field that is given as None is left out."""
    fields: dict[str, Any] = {
        "event": "Inbound Message",
        "event_identifier": "MO",
        "channel": "Email",
        "channel_identifier": "EMAIL",
        "transid": "7a1c2e7e-8a52-4f3e-9d8c-2f0f5be0a001",
        "tid": "7a1c2e7e-8a52-4f3e-9d8c-2f0f5be0a001",
        "appId": "a_637812345",
        "tenantId": "4711",
        "clientUUID": "",
        "userId": "",
        "x-wx-gtrid": "gt-1",
        "from": "ann@example.net",
        "to": json.dumps(["Help desk <Help.desk@example.com>"]),
        **CONTENT,
        "attachments": "[]",
        "dataIntegration": [{}],
        "appContext": {},
        **more,
    }
    return {name: value for name, value in fields.items() if value is not None}


def body_of(**more: Any) -> bytes:
    """The same as it is sent."""
    return json.dumps(event(**more)).encode()


def signature(body: bytes, secret: SecretStr = SECRET, name: str = "sha256") -> str:
    """The value of x-hub-signature."""
    return f"{name}={hmac.digest(secret.get_secret_value().encode(), body, name).hex()}"
