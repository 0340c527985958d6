"""The lowest rungs: names, addresses and ports that are not there."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from live.smtp import dial, rungs
from live.smtp.concealment import Concealment
from live.smtp.fault import RungError
from live.smtp.ground import Ground
from live.smtp.ladder import Limits
from live.smtp.transcript import Transcript
from store.checks import Outcome
from tests.live.smtp_servers import (
    SHORT,
    Scripted,
    climbed,
    good_server,
    listening,
    target_at,
)


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_an_unknown_host_ends_at_its_name() -> None:
    seen = await climbed(target_at(587, host="no-such-host.invalid"))
    assert seen.failed is not None
    assert seen.failed.name == "resolve"
    assert seen.failed.diagnosis in ("any-dns", "any-dns-again")
    assert "no-such-host.invalid" in seen.failed.words
    assert [step.outcome for step in seen.steps[1:]] == [Outcome.SKIPPED] * (len(seen.steps) - 1)


@pytest.mark.parametrize(
    "host", ["", "a b.example.com", "smtp..example.com", f"{'x' * 64}.example.com", "faß.example"]
)
async def test_a_host_that_cannot_be_one_is_refused_with_a_sentence(host: str) -> None:
    seen = await climbed(target_at(587, host=host))
    assert seen.end == ("resolve", "any-dns-bad-name")
    assert seen["resolve"].words.startswith("The server's name ")


@pytest.mark.parametrize("host", ["127.0.0.1", "[127.0.0.1]", "localhost."])
async def test_numbers_and_absolute_names_are_hosts(host: str) -> None:
    async with good_server("ssl") as port:
        seen = await climbed(target_at(port, "ssl", host=host))
    assert seen.end is None


async def test_a_dead_port_names_each_address_that_was_tried() -> None:
    port = closed_port()
    seen = await climbed(target_at(port))
    assert seen.end == ("connect", "any-connect-refused")
    assert ("no answer", f"127.0.0.1:{port}: ConnectionRefusedError: [Errno 111] Connection refused") in seen[
        "connect"
    ].facts


async def test_the_second_address_is_taken_when_the_first_is_dead() -> None:
    dead = dial.Address(socket.AF_INET, ("127.0.0.1", closed_port()))
    async with listening(Scripted({})) as port:
        living = dial.Address(socket.AF_INET, ("127.0.0.1", port))
        ground = Ground(target_at(port), Limits(), None, Transcript(Concealment()), (dead, living))
        seen = await rungs.connect(ground)
        ground.close()
    assert seen.facts[0] == ("no answer", f"{dead}: ConnectionRefusedError: [Errno 111] Connection refused")
    assert seen.facts[1] == ("answered", str(living))


async def test_of_several_failures_the_one_that_tells_of_the_server_is_the_reason() -> None:
    silent = dial.Address(socket.AF_INET6, ("2001:db8::1", 25, 0, 0))  # no route here, or no answer
    dead = dial.Address(socket.AF_INET, ("127.0.0.1", closed_port()))
    with pytest.raises(RungError) as caught:
        await dial.connect((silent, dead), replace(SHORT, connect_each=0.2))
    assert caught.value.cause == "ConnectionRefusedError: [Errno 111] Connection refused"
    assert [label for label, _ in caught.value.facts] == ["no answer", "no answer"]
    assert str(silent) == "[2001:db8::1]:25"
