"""Lines and messages come out the same however the network has cut them; none is held beyond its bound."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from live.inbound import replies
from live.inbound.body import Body
from live.inbound.limits import LINE_OCTETS, Limits
from live.inbound.lines import Lines, LineTooLong
from live.inbound.room import Room
from tests.live.inbound.kit import stuffed

ODD = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a", b"\0", b"\xff"])).map(b"".join)
CUTS = st.lists(st.integers(1, 9), min_size=1)


def pieces(octets: bytes, cuts: list[int]) -> list[bytes]:
    cut, at = [], 0
    while at < len(octets):
        step = cuts[len(cut) % len(cuts)]
        cut.append(octets[at : at + step])
        at += step
    return cut


def body(size: int = 1_000, memory: int = 10_000) -> tuple[Body, Room]:
    limits = Limits(size=size, memory=memory)
    room = Room(Path("/"), limits)
    return Body(room, limits), room


@given(ODD, ODD, CUTS)
def test_a_message_comes_out_as_it_was(content: bytes, rest: bytes, cuts: list[int]) -> None:
    if content and not content.endswith(b"\r\n"):
        content += b"\r\n"
    message, room = body()
    ends = [
        after
        for piece in pieces(stuffed(content) + b".\r\n", cuts)
        if (after := message.feed(piece)) is not None
    ]
    assert ends == [b""]
    assert message.content() == content
    assert room.taken == len(stuffed(content)) + 3
    message.release()
    assert room.taken == 0
    again, _ = body()
    assert again.feed(stuffed(content) + b".\r\n" + rest) == rest


@given(st.integers(0, 1_300), CUTS)
def test_a_message_is_as_long_as_it_may_be(octets: int, cuts: list[int]) -> None:
    message, room = body(size=1_000)
    for piece in pieces(b"x" * octets + b"\r\n.\r\n", cuts):
        message.feed(piece)
        assert len(message._buffer) <= 1_400
    content = b"" if message.refusal else message.content()
    if octets + 2 <= 1_000:
        assert (message.refusal, content) == (b"", b"x" * octets + b"\r\n")
    else:
        assert (message.refusal, content) == (replies.TOO_BIG, b"")
        assert room.taken == 0


def test_without_room_it_is_put_off_and_too_big_stays_too_big() -> None:
    message, room = body(size=1_000, memory=500)
    for _ in range(6):
        assert message.feed(b"y" * 98 + b"\r\n") is None
    assert message.refusal == replies.NO_ROOM
    assert room.taken == 0
    for _ in range(10):
        assert message.feed(b"y" * 98 + b"\r\n") is None
    assert message.refusal == replies.TOO_BIG
    assert message.feed(b".\r\nrest") == b"rest"


@given(ODD, CUTS)
def test_lines_end_with_crlf_alone(octets: bytes, cuts: list[int]) -> None:
    lines, found = Lines(), []
    for piece in pieces(octets, cuts):
        lines.add(piece)
        while (line := lines.take()) is not None:
            found.append(line)
    assert [*found, lines.take_all()] == octets.split(b"\r\n")
    assert len(lines) == 0


@given(st.integers(LINE_OCTETS - 10, LINE_OCTETS + 10), st.integers(1, 3_000))
def test_a_line_is_as_long_as_it_may_be(octets: int, cut: int) -> None:
    lines, found = Lines(), []
    for piece in pieces(b"x" * octets + b"\r\nshort\r\n", [cut]):
        lines.add(piece)
        try:
            while (line := lines.take()) is not None:
                found.append(line)
        except LineTooLong:
            found.append(None)
            if (line := lines.take()) is not None:
                found.append(line)
        assert len(lines) <= LINE_OCTETS + cut
    assert found == [b"x" * octets if octets + 2 <= LINE_OCTETS else None, b"short"]
