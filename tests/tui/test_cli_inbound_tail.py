"""`postroom inbound tail`, as a process of its own: prints what comes, in order, and ends cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.tui.command_line import PATIENCE_S, child, line_of
from tests.tui.inbound_desk import MESSAGE, OBEYED, InboundDesk, prepare
from tui.commandline import grammar_inbound


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("inbound"))


@pytest.fixture
def desk(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InboundDesk:
    return InboundDesk(prepared, tmp_path, monkeypatch, capsys)


def waiting(process: subprocess.Popen[bytes]) -> None:
    """Until it looks for mail."""
    assert process.stderr is not None
    assert process.stderr.readline() == b"Waiting for mail; Ctrl-C ends it.\n"


def test_tail_prints_what_comes_and_ends_by_ctrl_c(desk: InboundDesk) -> None:
    with child("inbound", "tail", home=desk.run.home, environ=desk.environ) as process:
        waiting(process)
        ids = desk.keep("letter", "hostile-escapes", "answer")
        lines = [line_of(process) for _ in ids]
        assert [line.split()[0] for line in lines] == [str(one) for one in ids]
        assert "broken on arrival" in lines[0]
        assert not OBEYED & set("".join(lines))
        (later,) = desk.keep("bounce", after=40)
        assert line_of(process).split()[0] == str(later)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (130, b"", b"Interrupted.\n")


def test_tail_as_json_prints_the_documented_shape(desk: InboundDesk) -> None:
    words = ("inbound", "tail", "--json", "kind:bounce")
    with child(*words, home=desk.run.home, environ=desk.environ) as process:
        waiting(process)
        ids = desk.keep("letter", "bounce", "answer", "bounce-gmail")
        found = [json.loads(line_of(process)) for _ in range(2)]
    assert all(one.keys() == {"postroom", "message"} for one in found)
    assert [one["message"]["id"] for one in found] == [ids[1], ids[3]]
    assert all(one["message"].keys() == MESSAGE for one in found)
    assert '{"postroom": 1, "message": MESSAGE}' in grammar_inbound.TAIL_SHAPE


def test_more_than_a_look_takes_comes_whole_and_in_order(desk: InboundDesk) -> None:
    with child("inbound", "tail", home=desk.run.home, environ=desk.environ) as process:
        waiting(process)
        ids = desk.keep(*["letter", "answer"] * 300)
        found = [int(line_of(process).split()[0]) for _ in ids]
    assert found == ids


def test_tail_ends_when_its_reader_goes(desk: InboundDesk) -> None:
    with child("inbound", "tail", home=desk.run.home, environ=desk.environ) as process:
        waiting(process)
        assert process.stdout is not None
        process.stdout.close()
        desk.keep("letter")
        assert process.wait(PATIENCE_S) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""
