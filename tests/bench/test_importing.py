"""The benchmark of the import runs at its smallest, on mail that both can read."""

from __future__ import annotations

import shutil
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from live.inbound import mailboxes
from tests.bench import importing


@pytest.mark.skipif(shutil.which("notmuch") is None, reason="notmuch is not installed")
def test_it_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.main(["--repetitions", "1", "--messages", "20"]) in (0, 1)
    wall, processor = capsys.readouterr().out.strip().splitlines()[2:]
    assert "messages a second" in wall
    assert "≤ 2×" in wall
    assert processor.split()[0] == "processor"


def test_without_notmuch_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert importing.main([]) == 0
    assert "there is no notmuch" in capsys.readouterr().out


def test_both_are_given_the_same_mail(tmp_path: Path) -> None:
    importing.write(tmp_path, 30)
    ours = list(mailboxes.messages(tmp_path / "mbox"))
    theirs = list(mailboxes.messages(tmp_path / "Maildir"))
    assert ours == theirs
    assert len(set(ours)) == 30
    assert {len(mail) for mail in ours} == {importing.SIZE}
    parsed = message_from_bytes(ours[7], policy=default)
    assert parsed["To"] == "Support <support@example.com>"
    assert not parsed.defects
