"""The benchmark of receiving runs at its smallest, with Postfix where there is one, and says so where not."""

from __future__ import annotations

import pytest

from tests.bench import postfix, receiving
from tests.bench.smtp_load import messages

SMALL = ["--repetitions", "1", "--messages", "40", "--memory", "100"]


def test_receiving(capsys: pytest.CaptureFixture[str]) -> None:
    assert receiving.main(SMALL) in (0, 1)
    told = capsys.readouterr().out
    assert told.count("a message, against bare") == 2
    assert told.count("slowest hundredth, against bare's median") == 2
    assert told.count("a message, against Postfix to a Maildir") == (0 if postfix.why_not() else 2)
    assert "memory after all, and after a tenth" in told


def test_without_postfix_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postfix, "PROGRAM", "/nowhere/postfix")
    monkeypatch.setenv("PATH", "")
    assert receiving.main([*SMALL[:-1], "0"]) in (0, 1)
    assert "Postfix is left out: there is no postfix; install it" in capsys.readouterr().out


@pytest.mark.parametrize("size", [4_096, 51_200])
def test_its_messages_are_of_their_size_and_all_different(size: int) -> None:
    made = messages(20, size, "run")
    assert len(set(made)) == 20
    assert all(0.85 * size < len(message) < 1.1 * size for message in made)
    assert all(message.endswith(b"\r\n.\r\n") and b"\r\n.\r\n" not in message[:-5] for message in made)
