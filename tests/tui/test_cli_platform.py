"""`postroom platform`: sources set up, listed, tried against a real agent, removed; and events imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store import leases
from store.database import Store
from tests.live.platform.kit import CONTENT, event
from tests.tui.command_line import InProcess, child
from tests.tui.test_cli_webhooks import PHRASE

SECRET = "planted-Secret-of-the-platform"
SETTINGS = "keyring = false\nreceiver_port = 0\nagent_http_port = 0\n"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "postroom.toml").write_text(f"{SETTINGS}key_file = 'vault.key'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = InProcess(tmp_path / "home", monkeypatch, capsys)
    monkeypatch.setenv("POSTROOM_STORE", str(tmp_path / "desk" / "postroom.db"))
    assert made("vault", "init", "--keep", "file", "--passphrase-stdin", stdin=PHRASE).status == 0
    host = ("--host", "smtp.example.com")
    named = ("--name", "Help desk", "--address", "help.desk@example.com")
    done = made("assets", "add", *named, "--provider", "custom", *host)
    assert done.status == 0, done.err
    return made


def told(postroom: InProcess, *words: str) -> Any:
    done = postroom("platform", *words, "--json")
    assert done.status in (0, 1), done.err
    return json.loads(done.out)


def test_set_up_listed_and_removed(postroom: InProcess) -> None:
    made = postroom("platform", "add", "Webex Connect", "--asset", "help desk")
    assert made.status == 0, made.err
    assert "shown this once" in made.err
    assert "postroom platform test 'Webex Connect'" in made.err
    (line,) = (line for line in made.out.splitlines() if "Secret:" in line)
    secret = line.split()[-1]
    listed = postroom("platform", "list")
    assert "Help desk" in listed.out
    assert secret not in listed.out + listed.err
    (source,) = told(postroom, "list")["sources"]
    assert (source["asset"], source["kept"], source["url"]) == ("Help desk", 0, None)
    assert source["path"] in made.out
    assert postroom("platform", "remove", "webex connect", "--yes").status == 0
    assert "no platform sources yet" in postroom("platform", "list").err


def test_a_given_secret_is_not_shown_and_the_public_address_is(
    postroom: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_WEBHOOK_LINK_URL", "https://desk.example.com")
    done = postroom("platform", "add", "Connect", "--secret-stdin", "--json", stdin=SECRET)
    assert done.status == 0, done.err
    assert SECRET not in done.out + done.err
    (source,) = json.loads(done.out)["sources"]
    assert source["url"] == f"https://desk.example.com{source['path']}"
    assert source["asset"] is None
    assert "https alone" not in done.err


@pytest.mark.parametrize(
    ("words", "stdin", "why"),
    [
        (("add", " "), SECRET, "has a name"),
        (("add", "Connect"), "short", "16 to 256 characters"),
        (("add", "Connect", "--asset", "Nobody"), SECRET, "no asset"),
    ],
)
def test_what_cannot_be_set_up(postroom: InProcess, words: tuple[str, ...], stdin: str, why: str) -> None:
    done = postroom("platform", *words, "--secret-stdin", stdin=stdin)
    assert done.status == 2
    assert why in done.err
    assert told(postroom, "list")["sources"] == []


def test_what_there_is_not(postroom: InProcess) -> None:
    for words in (("test", "Nothing"), ("remove", "Nothing", "--yes")):
        done = postroom("platform", *words)
        assert done.status == 2
        assert "no platform source 'Nothing'" in done.err
    postroom("platform", "add", "Connect")
    assert "No agent runs" in postroom("platform", "test", "Connect").err
    assert postroom("platform", "test", "Connect", "--url", "ftp://x").status == 2


def test_a_captured_event_is_looked_at_and_not_kept(postroom: InProcess, tmp_path: Path) -> None:
    postroom("platform", "add", "Connect")
    file = tmp_path / "captured.json"
    file.write_text(json.dumps(event()), encoding="utf-8")
    found = told(postroom, "test", "Connect", "--event", str(file))["event"]
    assert (found["mail"], found["assets"], found["subject"]) == (True, ["Help desk"], CONTENT["subject"])
    file.write_text(json.dumps(event(to='["\x1b[31m <x@example.org>"]')), encoding="utf-8")
    done = postroom("platform", "test", "Connect", "--event", str(file))
    assert done.status == 1
    assert "no asset of this desk" in done.err
    assert "\x1b" not in done.out + done.err
    file.write_text("{", encoding="utf-8")
    done = postroom("platform", "test", "Connect", "--event", str(file))
    assert (done.status, "not JSON" in done.err) == (2, True)
    assert json.loads(postroom("inbound", "list", "--json").out)["total"] == 0


def test_the_way_to_a_real_agent(postroom: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "desk" / "postroom.db"
    postroom("platform", "add", "Connect")
    with child("--store", str(path), "agent", home=postroom.home) as process:
        store = Store.open(path)
        try:
            while process.poll() is None:
                lease = leases.look(store)
                if lease is not None and lease.addresses("http"):
                    break
        finally:
            store.close()
        found = told(postroom, "test", "Connect")["test"]
        assert (found["well"], found["status"]) == (True, 200)
        base = found["url"].partition("/platform")[0]
        found = told(postroom, "test", "Connect", "--url", f"{base}/platform/{'x' * 22}")["test"]
        assert (found["well"], found["status"]) == (False, 404)
    found = told(postroom, "test", "Connect", "--url", base)["test"]
    assert (found["well"], found["status"]) == (False, None)
    assert "refused" in found["words"]


def test_events_are_imported(postroom: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(event()) + "\n", encoding="utf-8")
    done = postroom("inbound", "import", "Help desk", str(path), "--json")
    assert json.loads(done.out) == {"postroom": 1, "imported": 1, "known": 0, "unreadable": 0, "too_large": 0}
    path.write_text("{", encoding="utf-8")
    done = postroom("inbound", "import", "Help desk", str(path))
    assert (done.status, "line 1, is not JSON" in done.err) == (2, True)


def test_the_unit_is_printed(postroom: InProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = postroom("agent", "install", "--user", "desk", "--credential", "vault.key")
    assert done.status == 0, done.err
    assert f"LoadCredential=postroom-vault-key:{tmp_path}/vault.key" in done.out
    assert f"--store {tmp_path}/desk/postroom.db" in done.out
    assert f"--config {tmp_path}/desk/postroom.toml" in done.out
    refused = postroom("agent", "install", "--store", str(tmp_path / "desk" / "postroom.db"))
    assert (refused.status, "name one with --user" in refused.err) == (2, True)
    monkeypatch.delenv("POSTROOM_STORE")
    assert "DynamicUser=yes" in postroom("agent", "install").out


def test_without_an_agent_it_is_said_what_does_not_happen(postroom: InProcess) -> None:
    done = postroom("agent", "status")
    assert done.status == 2
    for words in ("no token is renewed", "no mail is received", "nothing is delivered", "nobody is told"):
        assert words in done.out
