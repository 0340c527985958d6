"""Where webhooks may not go."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.webhooks.guard import TargetRefused, checked_url, is_public, resolved

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
    *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_told_in_every_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https:///path",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: other",
        "https://[::1",
        "hooks.example.com",
        "https://hooks.example.com/" + "a" * 2_000,
    ],
)
def test_a_url_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        checked_url(url, allow_private=False)


@given(st.text())
def test_any_text_is_kept_as_it_is_or_refused(url: str) -> None:
    with contextlib.suppress(TargetRefused):
        assert checked_url(url, allow_private=True) == url


@pytest.mark.parametrize(
    "url", ["https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/"]
)
async def test_loopback_is_refused_by_any_name(url: str) -> None:
    with pytest.raises((TargetRefused, OSError)):
        await resolved(url, allow_private=False)


async def test_what_is_allowed_is_resolved_to_one_address() -> None:
    target = await resolved("http://localhost:8080/hook", allow_private=True)
    assert (target.host, target.port) == ("localhost", 8080)
    assert target.address in ("127.0.0.1", "::1")
