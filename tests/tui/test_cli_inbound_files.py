"""`postroom inbound export` and `import`: into files and out of them, and what is refused."""

from __future__ import annotations

import base64
import csv
import json
import os
import stat
from pathlib import Path

import pytest

from live.inbound import mailboxes
from tests.tui.command_line import child, finished, terminal
from tests.tui.inbound_desk import MESSAGE, OBEYED, PLAIN, InboundDesk, answer, prepare
from tests.tui.inbound_kit import sample
from tui.commandline import grammar_inbound

MANY = 30_000
"""Messages that take an import some seconds."""
SEPARATOR = "From MAILER-DAEMON Wed Nov 25 08:09:10 2026\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("inbound"))


@pytest.fixture
def desk(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InboundDesk:
    return InboundDesk(prepared, tmp_path, monkeypatch, capsys)


def mbox(path: Path, many: int) -> Path:
    """An mbox with so many small mails."""
    mail = (
        "From MAILER-DAEMON Wed Nov 25 08:09:10 2026\nFrom: a@example.com\nSubject: number {}\n\nHello.\n\n"
    )
    path.write_text("".join(map(mail.format, range(many))), encoding="ascii")
    return path


# export


def test_mbox_holds_what_came(desk: InboundDesk, tmp_path: Path) -> None:
    target = tmp_path / "out.mbox"
    told = desk("export", "--form", "mbox", "--to", str(target), "asset:Support", "--reason", "ticket 4711")
    assert (told.status, told.out, told.err) == (0, "", "6 of 6 messages written.\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(list(mailboxes.messages(target))) == 6
    assert desk.audited("messages exported") == [f"6 as mbox to {target}; ticket 4711"]


def test_eml_is_a_file_each(desk: InboundDesk, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert desk("export", "--form", "eml", "--to", str(target), "kind:bounce").status == 0
    (file,) = target.iterdir()
    with desk.elsewhere() as (_store, asset):
        assert file.read_bytes() == sample(asset, "bounce", 2)[0].content


def test_json_lines_have_the_documented_keys(desk: InboundDesk, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert desk("export", "--form", "jsonl", "--to", str(target)).status == 0
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert all(row.keys() == MESSAGE | {"source"} for row in rows)
    assert base64.b64decode(rows[-1]["source"]).startswith(b"Received: ")


def test_csv_needs_no_log_key_and_is_clean(desk: InboundDesk, tmp_path: Path) -> None:
    desk.keep("hostile-escapes", "hostile-bidirectional", "hostile-raw_octets")
    desk.has_key(PLAIN)
    target = tmp_path / "out.csv"
    assert desk("export", "--form", "csv", "--to", str(target)).status == 0
    text = target.read_bytes().decode()
    assert not (OBEYED - {"\r"}) & set(text)
    assert len(list(csv.DictReader(text.splitlines()))) == 10


@pytest.mark.parametrize("form", ["csv", "jsonl", "mbox"])
def test_export_goes_to_standard_output(form: str, desk: InboundDesk) -> None:
    told = finished(
        *("inbound", "export", "--form", form, "--to", "-", "kind:bounce"),
        home=desk.run.home,
        environ=desk.environ,
    )
    assert (told.status, told.err) == (0, "1 of 1 messages written.\n")
    assert "Delivery" in told.out or form == "jsonl"
    assert told.out.startswith({"csv": "id,", "jsonl": "{", "mbox": "From "}[form])
    assert desk.audited("messages exported") == [f"1 as {form} to a stream"]


def test_a_reader_that_goes_away_ends_it(desk: InboundDesk) -> None:
    gone, end = os.pipe()
    os.close(gone)
    words = ("inbound", "export", "--form", "jsonl", "--to", "-")
    with child(*words, home=desk.run.home, environ=desk.environ, stdout=end) as process:
        os.close(end)
        assert process.wait(30) == 141
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_a_terminal_gets_no_mbox(desk: InboundDesk) -> None:
    words = ("inbound", "export", "--form", "mbox", "--to", "-")
    with terminal(*words, home=desk.run.home, environ=desk.environ) as seen:
        seen.shows("name a file with --to")
        assert seen.ends() == 2


@pytest.mark.parametrize(
    ("form", "file"), [("mbox", "file"), ("csv", "link"), ("eml", "full"), ("eml", "file")]
)
def test_nothing_is_written_over(form: str, file: str, desk: InboundDesk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    told = desk("export", "--form", form, "--to", str(tmp_path / file))
    assert (told.status, told.out) == (2, "")
    assert "nothing is written over" in told.err
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "elsewhere").exists()
    assert desk.audited("messages exported") == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--form", "eml", "--to", "-"], "name a directory with --to"),
        (["--form", "mbox", "--to", "nowhere/x"], "No such file or directory (nowhere/x)"),
        (["--form", "csv", "--to", "x", "before:never"], "before: takes a day"),
    ],
)
def test_export_refuses(words: list[str], why: str, desk: InboundDesk) -> None:
    told = desk("export", *words)
    assert (told.status, told.out) == (2, "")
    assert why in told.err


def test_a_locked_log_exports_no_body(desk: InboundDesk, tmp_path: Path) -> None:
    desk.has_key(PLAIN)
    told = desk("export", "--form", "mbox", "--to", str(tmp_path / "out"))
    assert told.status == 2
    assert "--log-key" in told.err
    assert not (tmp_path / "out").exists()
    assert desk.audited("messages exported") == []


def test_no_match_is_no_error(desk: InboundDesk, tmp_path: Path) -> None:
    told = desk("export", "--form", "csv", "--to", str(tmp_path / "out"), "nowhere")
    assert (told.status, told.err) == (0, "No message matches; nothing was written.\n")


# import


def test_import_takes_an_mbox_and_knows_it_again(desk: InboundDesk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", 700)
    told = desk("import", "Orders", str(path))
    assert (told.status, told.out) == (0, "")
    assert told.err == "700 messages imported, 0 were there already.\n"
    found = answer(desk("import", "orders", str(path), "--json"))
    assert found == {"postroom": 1, "imported": 0, "known": 700, "unreadable": 0, "too_large": 0}
    assert all(key in grammar_inbound.IMPORT_SHAPE for key in found)
    assert answer(desk("list", "--json", "asset:Orders", "--limit", "1"))["total"] == 701
    assert desk.audited("messages imported") == ["0 kept, 700 known", "700 kept, 0 known"]


def test_import_takes_maildir_and_eml_together(desk: InboundDesk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert desk("export", "--form", "eml", "--to", str(out), "asset:Support").status == 0
    maildir = tmp_path / "Maildir"
    for folder in ("cur", "new", "tmp"):
        (maildir / folder).mkdir(parents=True)
    (maildir / "new" / "1.desk").write_bytes(b"Subject: one\n\nHello.\n")
    (maildir / "cur" / "2.desk:2,S").write_bytes(b"no mail at all")
    found = answer(desk("import", "Orders", str(out), str(maildir), "--json"))
    assert (found["imported"], found["unreadable"]) == (8, 1)
    told = desk("list", "--json", "asset:Orders", "kind:confirmation")
    assert answer(told)["total"] == 0  # an old request waits for nobody


def test_what_is_too_large_is_left_out_and_told(
    desk: InboundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MESSAGE_BYTES", 1_000_000)
    path = mbox(tmp_path / "old.mbox", 1)
    with path.open("ab") as file:
        file.write(SEPARATOR.encode() + b"Subject: large\n\n" + b"x" * 1_000_000 + b"\n")
    told = desk("import", "Orders", str(path))
    assert told.err == "1 message imported, 0 were there already, 1 left out: larger than 1 MB.\n"


def test_import_refuses_what_it_cannot_read(desk: InboundDesk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "photo.jpg").write_bytes(bytes(range(256)) * 10)
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        ("nowhere", "does not exist; nothing was imported"),
        ("empty", "neither a Maildir nor a directory with .eml files"),
        ("photo.jpg", "neither an mbox nor a mail"),
        ("pipe", "neither a file nor a directory"),
    ):
        told = desk("import", "Support", str(tmp_path / name))
        assert (told.status, told.out) == (2, "")
        assert f"{tmp_path / name}" in told.err
        assert why in told.err
    assert desk.audited("messages imported") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_import_of_what_may_not_be_read(desk: InboundDesk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", 1)
    path.chmod(0)
    told = desk("import", "Support", str(path))
    assert (told.status, told.err) == (2, f"postroom: Permission denied ({path}).\n")


def test_import_names_the_nearest_asset(desk: InboundDesk, tmp_path: Path) -> None:
    told = desk("import", "Suport", str(tmp_path))
    assert told.status == 2
    assert "did you mean 'Support'?" in told.err


def test_import_without_a_vault(desk: InboundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_STORE", str(tmp_path / "other.db"))
    assert (
        desk.run("assets", "add", "--name", "X", "--address", "x@example.com", "--provider", "gmail").status
        == 0
    )
    told = desk("import", "X", str(mbox(tmp_path / "old.mbox", 1)))
    assert told.status == 2
    assert "postroom vault init" in told.err


def test_an_interrupted_import_goes_on_where_it_was(desk: InboundDesk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", MANY)
    words = ("inbound", "import", "Orders", str(path))
    with terminal(*words, home=desk.run.home, environ=desk.environ) as seen:
        seen.shows("messages imported")
        seen.type("\x03")
        seen.shows("Interrupted.")
        assert seen.ends() == 130
    assert "Traceback" not in seen.text
    (before,) = desk.audited("messages imported")
    found = answer(desk("import", "Orders", str(path), "--json"))
    assert 0 < found["known"] < MANY
    assert before == f"{found['known']:,} kept, 0 known"
    assert found["imported"] + found["known"] == MANY
    assert answer(desk("list", "--json", "asset:Orders", "--limit", "1"))["total"] == MANY + 1
    assert all(not one["repeats"] for one in answer(desk("list", "--json", "asset:Orders"))["messages"])
