"""Mails of postroom's own on their way: through assets of both kinds, by the plain route, and refused."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from live.outgoing.letter import Letter
from live.outgoing.routes import Plain, RouteUnusable, ThroughAsset
from live.outgoing.sending import NotSent, Sent, send
from live.smtp import tls
from live.smtp.names import WireNameError
from store import assets, audit, notice_route
from store.assets import Asset, Security, SignIn
from store.database import Store
from store.notice_smtp import NoticeSmtp
from store.vault import Vault
from tests.live.smtp_servers import (
    ADDRESS,
    CLOSE,
    HOST,
    OFFER,
    PASSWORD,
    SHORT,
    SIGNED_IN,
    TOKEN,
    Mailroom,
    Scripted,
    authority,
    ca_pem,
    expired_context,
    good_server,
    listening,
)
from tests.store import oauth_kit
from tests.store.kit import fields, raw

LINK = "https://login.example.com/authorize?state=planted-State-b17c93e0aa51"
STATE = SecretStr("planted-State-b17c93e0aa51")


def letter(**changed: Any) -> Letter:
    given: dict[str, Any] = {
        "to": "ada@example.org",
        "subject": "Please consent",
        "text": f"Open this:\n\n{LINK}\n",
        "purpose": "consent link",
        "about": None,
        "about_name": "Billing",
        "secrets": (STATE,),
    }
    return Letter(**{**given, **changed})


def kept(store: Store, vault: Vault, port: int, security: str = "starttls", **more: Any) -> Asset:
    """An asset of the good server's one account."""
    given: dict[str, Any] = {
        "name": "Support",
        "address": ADDRESS,
        "host": HOST,
        "port": port,
        "security": Security(security),
        "ca_pem": ca_pem(),
        **more,
    }
    password = SecretStr(PASSWORD) if given.get("sign_in") != SignIn.OAUTH else None
    return assets.create(store, vault, fields(**given), password=password)


def plain(port: int, security: str = "starttls", **more: Any) -> Plain:
    given = {"host": HOST, "port": port, "security": security, "from": ADDRESS, "username": ADDRESS, **more}
    return Plain(NoticeSmtp(**given))


@pytest.fixture
def _trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system trusts our authority: the plain route has none of its own."""
    path = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    yield
    tls._kept.clear()


def entries(store: Store) -> list[tuple[str, str]]:
    return [(entry.action, entry.detail) for entry in audit.page(store) if entry.action.startswith("mail")]


@pytest.mark.parametrize("security", ["ssl", "starttls"])
async def test_a_mail_through_an_asset_with_a_password(store: Store, vault: Vault, security: str) -> None:
    room = Mailroom()
    async with good_server(security, room) as port:
        asset = kept(store, vault, port, security)
        outcome = await send(store, vault, ThroughAsset(asset.id), letter(about=asset.id))
    assert isinstance(outcome, Sent)
    assert outcome.reply == "250 2.0.0 queued as 4F1B2"
    assert outcome.through == f"Support ({ADDRESS})"
    assert not outcome.unrecorded
    (envelope,) = room.delivered
    assert (envelope.mail_from, envelope.rcpt_tos) == (ADDRESS, ["ada@example.org"])
    assert isinstance(envelope.content, bytes)
    mail = email.message_from_bytes(envelope.content, policy=policy.default)
    assert mail["X-Postroom-Asset"].startswith(f"{asset.id}.")
    assert mail["Message-ID"] == outcome.message_id
    assert LINK in mail.get_content()
    (entry,) = [entry for entry in audit.page(store) if entry.action == "mail sent"]
    assert (entry.asset_id, entry.asset_name) == (asset.id, "Billing")
    assert entry.detail.startswith(
        f"consent link to ada@example.org, through Support ({ADDRESS}), Message-ID <"
    )
    assert "planted" not in repr(outcome)
    files = [path.read_bytes() for path in store.path.parent.iterdir() if path.is_file()]
    assert not any(STATE.get_secret_value().encode() in content for content in files)


async def test_a_mail_through_an_asset_with_a_token(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("starttls", room) as port:
        client = oauth_kit.made_client(store, vault)
        asset = kept(store, vault, port, sign_in=SignIn.OAUTH, oauth_client_id=client.id)
        now = datetime.now(UTC)
        oauth_kit.consent(
            store,
            vault,
            asset.id,
            tokens=oauth_kit.tokens(access=SecretStr(TOKEN)),
            obtained_at=now,
            expires_at=now + timedelta(hours=1),
            next_refresh_at=now + timedelta(minutes=50),
        )
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, Sent), outcome
    assert len(room.delivered) == 1


@pytest.mark.usefixtures("_trusted")
async def test_a_mail_by_the_plain_route(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("starttls", room) as port:
        with pytest.raises(RouteUnusable, match="no password is kept"):
            await send(store, vault, plain(port), letter())
        notice_route.keep_password(store, vault, SecretStr(PASSWORD))
        outcome = await send(store, vault, plain(port), letter())
        assert isinstance(outcome, Sent), outcome
        vault.lock()
        with pytest.raises(RouteUnusable, match="locked"):
            await send(store, vault, plain(port), letter())
        assert notice_route.drop_password(store, vault)
        assert not notice_route.drop_password(store, vault)
    (envelope,) = room.delivered
    assert isinstance(envelope.content, bytes)
    mail = email.message_from_bytes(envelope.content, policy=policy.default)
    assert str(mail["From"]) == f"postroom <{ADDRESS}>"
    assert mail["X-Postroom-Asset"].startswith("0.")
    assert [action for action, _ in entries(store)] == ["mail sent"]


async def test_a_relay_that_asks_for_no_sign_in(store: Store, vault: Vault) -> None:
    script = Scripted({"EHLO": b"250 mx.example.com\r\n", "DATA": b"354 go\r\n", ".": b"250 queued\r\n"})
    async with listening(script) as port:
        outcome = await send(store, vault, plain(port, "none", username=""), letter())
    assert isinstance(outcome, Sent)
    assert not any(line.startswith(b"AUTH") for line in script.heard)
    assert f"MAIL FROM:<{ADDRESS}>".encode() in script.heard


async def test_no_credential_without_verified_tls(store: Store, vault: Vault) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN})
    async with listening(script) as port:
        asset = kept(store, vault, port, "none")
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, NotSent)
    assert outcome.rung == "sign-in"
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in script.heard)
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN})
    async with listening(script, tls=expired_context()) as port:
        other = kept(store, vault, port, "ssl", name="Other", address="other@example.com")
        outcome = await send(store, vault, ThroughAsset(other.id), letter())
    assert isinstance(outcome, NotSent)
    assert outcome.rung == "certificate"
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in script.heard)
    assert entries(store) == []


@pytest.mark.parametrize(
    ("verb", "reply", "rung", "diagnosis"),
    [
        ("MAIL", b"553 5.7.1 Sender address rejected: not owned by user\r\n", "message",
         "any-send-sender-rejected"),
        ("RCPT", b"550 5.1.1 no such user\r\n", "message", "any-send-recipient-unknown"),
        ("AUTH", b"535 5.7.8 bad credentials\r\n", "sign-in", None),
    ],
)  # fmt: skip
async def test_a_refusal_is_told_and_diagnosed(
    store: Store, vault: Vault, verb: str, reply: bytes, rung: str, diagnosis: str | None
) -> None:
    async with listening(Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, verb: reply})) as port:
        asset = kept(store, vault, port, "none", cleartext_agreed=True)
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, NotSent)
    assert (outcome.rung, outcome.words) == (rung, reply.decode().strip())
    assert outcome.diagnosis == (diagnosis or outcome.diagnosis)
    assert not outcome.in_doubt
    assert entries(store) == []


async def test_a_server_that_repeats_the_link_does_not_bring_it_into_the_words(
    store: Store, vault: Vault
) -> None:
    reply = f"550 5.7.1 blocked link {LINK}\r\n".encode()
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "DATA": b"354 go\r\n", ".": reply})
    async with listening(script) as port:
        asset = kept(store, vault, port, "none", cleartext_agreed=True)
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, NotSent)
    assert outcome.words.startswith("550 5.7.1 blocked link")
    assert "planted" not in repr(outcome)
    assert not outcome.in_doubt


@pytest.mark.parametrize("end", [None, CLOSE])
async def test_a_message_without_an_answer_is_in_doubt(store: Store, vault: Vault, end: bytes | None) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "DATA": b"354 go\r\n", ".": end})
    async with listening(script) as port:
        asset = kept(store, vault, port, "none", cleartext_agreed=True)
        outcome = await send(store, vault, ThroughAsset(asset.id), letter(), limits=SHORT)
    assert isinstance(outcome, NotSent)
    assert outcome.in_doubt
    ((action, detail),) = entries(store)
    assert action == "mail sent, no answer"
    assert detail.startswith("consent link to ada@example.org")


async def test_the_whole_is_bounded(store: Store, vault: Vault) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "RCPT": None})
    async with listening(script) as port:
        asset = kept(store, vault, port, "none", cleartext_agreed=True)
        outcome = await send(store, vault, ThroughAsset(asset.id), letter(), whole_s=1)
    assert isinstance(outcome, NotSent)
    assert outcome.words.startswith("Given up after 1 seconds, at the rung message")
    assert outcome.in_doubt  # how far it came is not looked at so closely


async def test_who_is_stopped_while_the_server_takes_the_mail_leaves_an_entry(
    store: Store, vault: Vault
) -> None:
    script = Scripted({"EHLO": OFFER, "AUTH": SIGNED_IN, "DATA": b"354 go\r\n", ".": None})
    async with listening(script) as port:
        asset = kept(store, vault, port, "none", cleartext_agreed=True)
        task = asyncio.create_task(send(store, vault, ThroughAsset(asset.id), letter()))
        await script.silent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [action for action, _ in entries(store)] == ["mail sent, no answer"]


async def test_a_mail_that_went_is_sent_although_the_audit_log_cannot_be_written(
    store: Store, vault: Vault
) -> None:
    async with good_server("starttls") as port:
        asset = kept(store, vault, port)
        raw(store.path, "DROP TABLE audit")
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, Sent)
    assert str(store.path) in outcome.unrecorded


async def test_what_cannot_be_sent_is_refused_before_anybody_is_called(store: Store, vault: Vault) -> None:
    asset = kept(store, vault, 1)
    with pytest.raises(WireNameError):
        await send(
            store, vault, ThroughAsset(asset.id), letter(to="ada@example.org\r\nRCPT TO:<x@example.net>")
        )
    with pytest.raises(RouteUnusable, match="deleted"):
        await send(store, vault, ThroughAsset(4711), letter())


async def test_without_its_password_an_asset_says_so(store: Store, vault: Vault) -> None:
    async with good_server("starttls") as port:
        asset = kept(store, vault, port)
        vault.lock()
        outcome = await send(store, vault, ThroughAsset(asset.id), letter())
    assert isinstance(outcome, NotSent)
    assert outcome.diagnosis == "any-auth-vault-locked"


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "no address"},
        {"from": "Desk <desk@example.com>"},
        {"from": "desk@example.com\r\nBcc: x@example.net"},
        {"host": "smtp.example.com\r\n"},
        {"security": "none"},
        {"security": "tls"},
        {"port": 0},
        {"colour": "red"},
    ],
)
def test_a_plain_route_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    given = {"host": HOST, "from": ADDRESS, "username": "postroom", **wrong}
    with pytest.raises(ValidationError):
        NoticeSmtp(**given)
