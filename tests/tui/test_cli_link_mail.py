"""`postroom authorize --owner-link --mail-to`, and the plain route: shown, sent, answered, refused."""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import threading
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.desk import fields_of
from live.rehearsal.endpoints import Endpoints
from live.smtp import tls
from store import assets
from store.assets import Asset
from tests.live.smtp_servers import ADDRESS, HOST, PASSWORD, Mailroom, authority, good_server
from tests.tui.command_line import InProcess, Result, terminal
from tests.tui.oauth_kit import OAuthDesk, ended_on

WORKING = next(sample for sample in SAMPLES if sample.expected_rung is None and sample.security == "starttls")
BROKEN = next(sample for sample in SAMPLES if sample.expected_rung == "sign-in" and not sample.refusal)
OWNER = "ada@example.org"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def desk(empty_store: Path, endpoints: Endpoints) -> OAuthDesk:
    made = OAuthDesk(empty_store, endpoints)
    made.asset("oauth-well", made.client("google"), owner=OWNER)
    return made


def sender(desk: OAuthDesk, sample: object = WORKING) -> Asset:
    """Keep a mailbox with a password."""
    assert isinstance(sample, type(WORKING))
    with desk.opened() as (store, vault):
        return assets.create(store, vault, fields_of(sample, desk.endpoints), password=sample.password)


def authorize(postroom: InProcess, desk: OAuthDesk, *words: str) -> Result:
    return postroom(*desk.option, "authorize", "Sales", *words)


def audit_of(postroom: InProcess, desk: OAuthDesk) -> list[dict[str, object]]:
    told = postroom(*desk.option, "audit", "--json")
    assert told.status == 0, told.err
    return [entry for entry in json.loads(told.out)["entries"] if str(entry["action"]).startswith("mail")]


def test_a_link_is_mailed_to_the_owner(desk: OAuthDesk, postroom: InProcess) -> None:
    through = sender(desk)
    told = authorize(
        postroom, desk, "--owner-link", "--mail-to", "owner", "--signed", "Ada Lovelace", "--yes"
    )
    assert (told.status, told.out) == (0, "")
    assert f"To:      {OWNER}" in told.err
    assert f"From:    {through.address}, through {through.name}" in told.err
    assert "Ada Lovelace looks after the mailbox sales@example.com" in told.err
    assert f"✓ Mailed to {OWNER} through {through.name} ({through.address}). Its server answered:" in told.err
    assert "\n250 " in told.err
    assert "postroom authorize Sales --paste" in told.err
    assert "state=" not in told.err
    (entry,) = audit_of(postroom, desk)
    assert entry["asset"] == "Sales"
    assert str(entry["detail"]).startswith(f"consent link to {OWNER}, through {through.name}")
    assert "http" not in str(entry["detail"])


def test_the_way_is_the_one_that_is_named(desk: OAuthDesk, postroom: InProcess) -> None:
    through = sender(desk)
    words = ("--owner-link", "--mail-to", OWNER, "--yes", "--answers-to", "desk@example.com")
    told = authorize(postroom, desk, *words, "--through", through.address)
    assert told.status == 0, told.err
    assert "Answers to: desk@example.com" in told.err
    for name, why in (("Sales", "The mail is about Sales itself"), ("Nobody", "There is no asset 'Nobody'")):
        told = authorize(postroom, desk, *words, "--through", name)
        assert (told.status, told.out) == (2, "")
        assert why in told.err
        assert f"--through {through.name}" in told.err


def test_a_mail_that_is_refused_leaves_the_link(desk: OAuthDesk, postroom: InProcess) -> None:
    sender(desk, BROKEN)
    told = authorize(postroom, desk, "--owner-link", "--mail-to", OWNER, "--yes")
    assert told.status == 1
    assert "✗ The link was not mailed." in told.err
    assert "Who can do it:" in told.err
    assert audit_of(postroom, desk) == []
    link = told.out.strip()
    assert "state=" in link
    done = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=ended_on(link, "sales@example.com"))
    assert done.status == 0, done.err


def test_without_any_way_no_link_is_made(desk: OAuthDesk, postroom: InProcess) -> None:
    told = authorize(postroom, desk, "--owner-link", "--mail-to", OWNER, "--yes")
    assert (told.status, told.out) == (2, "")
    assert "No other asset can send this mail" in told.err
    assert "notice_smtp" in told.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--owner-link", "--mail-to", "ada", "--yes"), "name@domain"),
        (("--owner-link", "--mail-to", "ada@example.org\nBcc: x@example.net", "--yes"), "line break"),
        (("--owner-link", "--mail-to", OWNER, "--answers-to", "x", "--yes"), "name@domain"),
        (("--mail-to", OWNER), "--mail-to is about mailing the owner's link"),
        (("--owner-link", "--through", "x"), "--through is about mailing the owner's link"),
        (("--owner-link", "--mail-to", OWNER), "use --yes to send it without being asked"),
    ],
)
def test_wrong_usage_is_told(desk: OAuthDesk, postroom: InProcess, words: tuple[str, ...], why: str) -> None:
    sender(desk)
    told = authorize(postroom, desk, *words)
    assert told.status == 2
    assert why in told.err
    assert audit_of(postroom, desk) == []


def test_an_asset_without_an_owner_says_so(
    empty_store: Path, endpoints: Endpoints, postroom: InProcess
) -> None:
    desk = OAuthDesk(empty_store, endpoints)
    desk.asset("oauth-well", desk.client("google"), owner="")
    sender(desk)
    told = authorize(postroom, desk, "--owner-link", "--mail-to", "owner", "--yes")
    assert (told.status, told.out) == (2, "")
    assert "postroom assets set Sales --owner ADDRESS" in told.err


def test_who_says_no_gets_the_link(desk: OAuthDesk, tmp_path: Path) -> None:
    sender(desk)
    words = (*desk.option, "authorize", "Sales", "--owner-link", "--mail-to", "owner")
    with terminal(*words, home=tmp_path / "home", rows=50) as seen:
        seen.shows("Send this mail? [y/N]")
        assert "Please let postroom send mail as sales@example.com" in seen.text
        seen.type("n\n")
        seen.shows("Nothing was mailed.")
        assert seen.ends() == 0
        assert "state=" in seen.text


# The plain route


@contextlib.contextmanager
def relay(room: Mailroom) -> Iterator[int]:
    """A server with the one account of `Mailroom`, in a thread of its own; yields its port."""
    ready, done = threading.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with good_server("starttls", room) as port:
            ports.append(port)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    try:
        yield ports[0]
    finally:
        done.set()
        thread.join()


@pytest.fixture
def _trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    path = tmp_path / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    yield
    tls._kept.clear()


def configured(desk: OAuthDesk, port: int) -> None:
    file = desk.path.with_name("postroom.toml")
    lines = [
        "[notice_smtp]",
        f'host = "{HOST}"',
        f"port = {port}",
        f'username = "{ADDRESS}"',
        f'from = "{ADDRESS}"',
    ]
    file.write_text(file.read_text() + "\n".join(lines) + "\n")


@pytest.mark.usefixtures("_trusted")
def test_the_plain_route_sends_without_any_asset(desk: OAuthDesk, postroom: InProcess) -> None:
    room = Mailroom()
    with relay(room) as port:
        configured(desk, port)
        told = postroom(*desk.option, "notices", "test", "--to", OWNER)
        assert told.status == 2
        assert "no password is kept" in told.err
        told = postroom(*desk.option, "notices", "password", "--password-stdin", stdin=f"{PASSWORD}\n")
        assert (told.status, told.out) == (0, "")
        told = postroom(*desk.option, "notices", "test", "--to", OWNER)
        assert told.status == 0, told.err
        assert "250 2.0.0 queued as 4F1B2" in told.err
        words = ("--owner-link", "--mail-to", "owner", "--yes", "--signed", "Ada")
        told = authorize(postroom, desk, *words)
        assert told.status == 0, told.err
        assert f"From:    {ADDRESS}, through notices" in told.err
    _test, sent = room.delivered
    link = link_in(sent)
    done = postroom(*desk.option, "authorize", "Sales", "--paste", stdin=ended_on(link, "sales@example.com"))
    assert done.status == 0, done.err
    told = postroom(*desk.option, "notices", "password", "--remove")
    assert "forgotten" in told.err
    assert PASSWORD not in told.err + done.err


def link_in(envelope: Envelope) -> str:
    """The link that the owner of a mailbox opens."""
    assert isinstance(envelope.content, bytes)
    text = email.message_from_bytes(envelope.content, policy=policy.default).get_content()
    return next(line for line in text.splitlines() if line.startswith("http"))


def test_a_test_without_a_way_says_what_is_missing(desk: OAuthDesk, postroom: InProcess) -> None:
    told = postroom(*desk.option, "notices", "test", "--to", OWNER)
    assert told.status == 2
    assert "notice_smtp" in told.err
    through = sender(desk)
    told = postroom(*desk.option, "notices", "test", "--to", OWNER, "--through", through.name)
    assert told.status == 0, told.err


def test_a_route_that_cannot_work_is_refused_at_the_start(desk: OAuthDesk, postroom: InProcess) -> None:
    file = desk.path.with_name("postroom.toml")
    file.write_text(file.read_text() + '[notice_smtp]\nhost = "mx.example.com"\nfrom = "nobody"\n')
    told = postroom(*desk.option, "tokens")
    assert told.status == 2
    assert "notice_smtp.from: must be an address" in told.err
