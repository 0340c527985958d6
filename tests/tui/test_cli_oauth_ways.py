"""The ways to a token, as pure functions of the client and the session; and QR codes."""

from __future__ import annotations

from typing import Any

import pytest

from live import providers
from store.kinds import Provider
from store.oauth_clients import ClientType, Flow, OAuthClientFields
from tui import qr
from tui import token_ways as ways
from tui.token_ways import Session, WayId

HERE = Session.of({"DISPLAY": ":0"}, "linux")
BARE = Session.of({}, "linux")
OVER_SSH = Session.of({"SSH_CONNECTION": "192.0.2.7 50000 198.51.100.4 22", "DISPLAY": ":10"}, "linux")


def client(provider: str = "gmail", **changed: Any) -> OAuthClientFields:
    preset = providers.preset(provider, "authorization_code", "example.com")
    fields = {"name": "Desk", "provider": Provider(provider), "client_id": "x", **preset, **changed}
    return OAuthClientFields.model_validate(fields)


def open_ways(fields: OAuthClientFields, session: Session) -> list[WayId]:
    return [way.id for way in ways.ways(fields, session) if not way.why_not]


@pytest.mark.parametrize(
    ("environ", "over_ssh", "has_screen"),
    [
        ({}, False, False),
        ({"DISPLAY": ":0"}, False, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, False, True),
        ({"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10.0"}, True, False),
        ({"SSH_CONNECTION": "192.0.2.7 50000 198.51.100.4 22"}, True, False),
    ],
)
def test_where_the_person_sits(environ: dict[str, str], over_ssh: bool, has_screen: bool) -> None:
    session = Session.of(environ, "linux")
    assert (session.over_ssh, session.has_screen) == (over_ssh, has_screen)


def test_a_mac_has_a_screen_unless_over_ssh() -> None:
    assert Session.of({}, "darwin").has_screen
    assert not Session.of({"SSH_TTY": "/dev/ttys001"}, "darwin").has_screen


def test_the_first_way_fits_the_session() -> None:
    assert open_ways(client(), HERE)[0] is WayId.BROWSER_HERE
    assert open_ways(client(), BARE)[0] is WayId.LISTENER
    assert open_ways(client(), OVER_SSH)[0] is WayId.LISTENER
    web = client(client_type=ClientType.WEB, callback_url="https://desk.example.com/callback")
    assert open_ways(web, HERE)[0] is WayId.PASTE


def test_app_only_and_service_accounts_need_nobody() -> None:
    for flow in (Flow.CLIENT_CREDENTIALS, Flow.SERVICE_ACCOUNT):
        assert open_ways(client(flow=flow), HERE) == [WayId.ALONE]


def test_device_code_is_offered_where_the_provider_and_the_client_allow_it() -> None:
    assert WayId.DEVICE not in open_ways(client(), BARE)
    assert WayId.DEVICE in open_ways(client("office365"), BARE)
    assert "no device URL" in ways.way(client("office365", device_url=""), BARE, WayId.DEVICE).why_not


@pytest.mark.parametrize("session", [HERE, BARE, OVER_SSH])
@pytest.mark.parametrize("provider", ["gmail", "office365", "custom"])
@pytest.mark.parametrize("flow", list(Flow))
def test_every_way_is_open_or_says_why_not(session: Session, provider: str, flow: Flow) -> None:
    found = ways.ways(client(provider, flow=flow, token_url="https://example.com", scope="x"), session)
    assert {way.id for way in found} == set(WayId)
    assert all(way.why_not.endswith((".", ").")) for way in found if way.why_not)
    assert not found[0].why_not
    assert ways.told(found[0], session)


def test_ports_are_free_for_desktop_clients_and_at_microsoft() -> None:
    assert ways.any_port(client())
    assert not ways.any_port(client(client_type=ClientType.WEB))
    assert ways.any_port(client("office365", client_type=ClientType.WEB))


def test_a_qr_code_has_even_lines_and_a_quiet_zone() -> None:
    lines = qr.lines("https://example.com/?" + "x" * 500)
    width = len(lines[0])
    assert {len(line) for line in lines} == {width}
    assert lines[0] == "█" * width
    assert all(line.startswith("██") and line.endswith("██") for line in lines)
    with pytest.raises(ValueError, match="too large"):
        qr.lines("x" * 3_000)
