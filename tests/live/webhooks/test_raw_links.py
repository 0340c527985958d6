"""Links to sources: signed, ending, told in the audit log, served by the agent's HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from live.agent.http.raw_source import route
from live.webhooks.raw_links import Links, Unserved, followed, follower
from store import audit, outbox_key
from tests.live.webhooks.kit import Desk, mail

SOON = timedelta(hours=1)


def link(desk: Desk, until: datetime) -> str:
    """A link to the mail that waits for the desk's webhook."""
    with desk.store.read() as session:
        key = outbox_key.link_key(session, desk.vault)
    assert key is not None
    return Links("http://test", key).made(desk.delivery().uid, until)


async def get(desk: Desk, url: str, method: str = "GET") -> httpx.Response:
    app = Starlette(routes=[route(follower(desk.store, desk.vault))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        return await client.request(method, url)


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    desk.webhook("https://hooks.example.com/")
    desk.receive(mail())
    return desk


async def test_a_link_gives_the_mail_and_is_told_in_the_audit_log(waiting: Desk) -> None:
    found = await get(waiting, link(waiting, datetime.now(UTC) + SOON))
    assert (found.status_code, found.content) == (200, mail())
    assert found.headers["content-type"] == "message/rfc822"
    assert found.headers["content-disposition"].startswith("attachment")
    entry = audit.page(waiting.store)[0]
    assert (entry.action, entry.asset_name) == ("message fetched", "Billing")


async def test_a_link_ends(waiting: Desk) -> None:
    found = await get(waiting, link(waiting, datetime.now(UTC) - SOON))
    assert found.status_code == 410
    assert audit.page(waiting.store)[0].action != "message fetched"


@pytest.mark.parametrize("change", ["expires", "signature", "uid"])
async def test_a_link_that_was_altered_gives_nothing(waiting: Desk, change: str) -> None:
    url = link(waiting, datetime.now(UTC) + SOON)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    uid = urlsplit(url).path.rpartition("/")[2]
    if change == "expires":
        query["expires"] = str(int(query["expires"]) + 1)
    elif change == "signature":
        query["signature"] = "0" * 64
    else:
        uid = "msg_" + "0" * 24
    found = followed(waiting.store, waiting.vault, uid, query["expires"], query["signature"], "192.0.2.1")
    assert found is Unserved.NO_LINK


@pytest.mark.parametrize(
    "path", ["x", "msg_", "msg_" + "g" * 24, "msg_" + "a" * 24, "..%2f..", "msg_" + "a" * 24 + "%0a"]
)
async def test_what_is_no_link_is_404(waiting: Desk, path: str) -> None:
    found = await get(waiting, f"http://test/webhooks/raw/{path}?expires=1&signature=" + "a" * 64)
    assert found.status_code == 404


async def test_a_locked_vault_serves_nothing(waiting: Desk) -> None:
    url = link(waiting, datetime.now(UTC) + SOON)
    waiting.vault.lock()
    assert (await get(waiting, url)).status_code == 503
    assert (await get(waiting, url, "HEAD")).status_code == 405
