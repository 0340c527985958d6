"""`postroom webhooks`: set up, changed, tested against an endpoint on loopback, replayed."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from store.deliveries import DeliveryState
from store.webhooks import Event, RawSource, Style
from tests.tui.command_line import InProcess, Result
from tui.commandline import grammar_webhooks

PHRASE = "correct horse battery"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
ADD = ("webhooks", "add", "--name", "Hook", "--event", "email.received", "--event", "grant.failed")


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    made = InProcess(tmp_path / "home", monkeypatch, capsys)
    assert made("vault", "init", "--keep", "file", "--passphrase-stdin", stdin=PHRASE).status == 0
    monkeypatch.setenv("POSTROOM_WEBHOOK_ALLOW_PRIVATE", "true")
    return made


@pytest.fixture
def endpoint() -> Iterator[http.server.HTTPServer]:
    """Answers 200 and keeps what came in `came`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            server.came.append((dict(self.headers), body))
            self.send_response(server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        came: list[tuple[dict[str, str], bytes]]
        status = 200

    server = Server(("127.0.0.1", 0), Handler)
    server.came = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def only(told: Result) -> dict[str, Any]:
    assert told.status == 0, told.err
    (webhook,) = json.loads(told.out)["webhooks"]
    assert isinstance(webhook, dict)
    return webhook


def test_choices_are_those_of_the_store() -> None:
    assert tuple(event for event in Event if event is not Event.TEST_PING) == grammar_webhooks.EVENTS
    assert tuple(Style) == grammar_webhooks.STYLES
    assert tuple(RawSource) == grammar_webhooks.RAWS
    assert tuple(DeliveryState) == grammar_webhooks.STATES


def test_a_secret_is_made_and_shown_once(postroom: InProcess) -> None:
    told = postroom(*ADD, "--url", "https://hooks.example.com/in", "--json")
    assert json.loads(told.out)["secret"].startswith("whsec_")
    made = only(told)
    assert made["events"] == ["email.received", "grant.failed"]
    assert (made["enabled"], made["ordered"], made["raw"], made["assets"]) == (True, True, "none", None)
    shown = postroom("webhooks", "show", "hook", "--json")
    assert "secret" not in json.loads(shown.out)
    assert only(shown) == made


def test_fields_are_changed_and_the_secret_rotates(postroom: InProcess) -> None:
    billing = ("--name", "Billing", "--address", "billing@example.com", "--host", "smtp.example.com")
    assert postroom("assets", "add", *billing, "--provider", "custom", "--port", "587").status == 0
    postroom(*ADD, "--url", "https://hooks.example.com/in", "--secret-stdin", stdin=SECRET)
    words = ("--off", "--unordered", "--raw", "link", "--asset", "Billing")
    changed = only(postroom("webhooks", "set", "Hook", *words, "--json"))
    assert (changed["enabled"], changed["ordered"], changed["raw"]) == (False, False, "link")
    assert changed["assets"] == ["Billing"]
    assert only(postroom("webhooks", "set", "Hook", "--new-secret", "--json"))["rotating"]
    assert not only(postroom("webhooks", "set", "Hook", "--drop-old-secret", "--json"))["rotating"]
    assert postroom("webhooks", "set", "Hook").status == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--url", "http://user:word@hooks.example.com/"), "no name and password"),
        (("--url", "https://hooks.example.com/#x"), "fragment"),
        (("--url", "hooks"), "looks like https://"),
    ],
)
def test_what_cannot_be_used_is_refused(postroom: InProcess, words: tuple[str, ...], why: str) -> None:
    told = postroom(*ADD, *words)
    assert told.status == 2
    assert why in told.err
    assert postroom("webhooks", "list").err.startswith("There are no webhooks yet")


def test_a_secret_of_another_form_is_refused(postroom: InProcess) -> None:
    told = postroom(*ADD, "--url", "https://hooks.example.com/", "--secret-stdin", stdin="short")
    assert told.status == 2
    assert "whsec_" in told.err


def test_plain_http_is_refused_where_private_addresses_are(
    postroom: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTROOM_WEBHOOK_ALLOW_PRIVATE")
    assert "https://" in postroom(*ADD, "--url", "http://hooks.example.com/").err


def test_a_test_shows_the_request_and_its_signature(postroom: InProcess, endpoint: Any) -> None:
    url = f"http://127.0.0.1:{endpoint.server_port}/in?a=b"
    postroom(*ADD, "--url", url, "--secret-stdin", stdin=SECRET)
    told = postroom("webhooks", "test", "Hook", "--json")
    assert told.status == 0, told.err
    test = json.loads(told.out)["test"]
    ((headers, body),) = endpoint.came
    assert Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
    assert test["request"][0] == "POST /in?a=b HTTP/1.1"
    assert test["request"][-1].encode() == body
    assert test["steps"][-1]["value"] == headers["webhook-signature"]
    assert SECRET not in told.out
    endpoint.status = 500
    failed = postroom("webhooks", "test", "Hook")
    assert failed.status == 1
    assert "It answered 500" in failed.err
    listed = json.loads(postroom("webhooks", "deliveries", "--json").out)["deliveries"]
    assert [(one["event"], one["state"]) for one in listed] == [("test.ping", "dead"), ("test.ping", "done")]
    shown = postroom("webhooks", "deliveries", "--id", str(listed[0]["id"]))
    assert "Try 1" in shown.out
    again = postroom("webhooks", "replay", "Hook", "--failed", "--json")
    assert json.loads(again.out) == {"postroom": 1, "again": 1, "gone": 0}


def test_nothing_listens(postroom: InProcess) -> None:
    postroom(*ADD, "--url", "http://127.0.0.1:9/", "--secret-stdin", stdin=SECRET)
    told = postroom("webhooks", "test", "Hook")
    assert told.status == 1
    assert "No connection to 127.0.0.1" in told.err


def test_replay_wants_to_know_what(postroom: InProcess) -> None:
    assert postroom("webhooks", "replay").status == 2
    assert postroom("webhooks", "replay", "--failed", "--id", "1").status == 2
    assert postroom("webhooks", "replay", "--failed").status == 1


def test_removal_asks(postroom: InProcess) -> None:
    postroom(*ADD, "--url", "https://hooks.example.com/", "--secret-stdin", stdin=SECRET)
    assert postroom("webhooks", "remove", "Hook", "--yes").err == "Deleted Hook.\n"
    assert "There is no webhook" in postroom("webhooks", "show", "Hook").err
