"""Mail in files: what is read is what was written, byte by byte."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.inbound import mailboxes
from live.mail.fields import block, start_of_mail

HEADS = b"From: someone@example.com\nSubject: hello\n\n"


def mbox(path: Path, *messages: bytes) -> Path:
    """Write messages as `live.inbound.export` does: mboxrd."""
    parts = []
    for message in messages:
        quoted = b"\n".join(
            b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in message.split(b"\n")
        )
        parts.append(b"From someone@example.com Wed Nov 25 08:09:10 2026\n" + quoted + b"\n")
    path.write_bytes(b"".join(parts))
    return path


def test_one_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(HEADS + b"text\r\n")
    assert list(mailboxes.messages(path)) == [HEADS + b"text\r\n"]


def test_an_mbox_is_split_at_its_separators_alone(tmp_path: Path) -> None:
    first = HEADS + b"He wrote:\n\nFrom here on it is mine at 10:00 in 2026.\n>From old\n"
    second = HEADS.replace(b"\n", b"\r\n") + b"text\r\n\r\n"
    path = mbox(tmp_path / "box", first, second)
    assert list(mailboxes.messages(path)) == [first, second]


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    b"",
                    b"a",
                    b"From x",
                    b">From y 10:00 2026",
                    b"From z Wed Nov 25 08:09:10 2026",
                    b"b\r",
                    b"\r",
                ]
            ),
            max_size=6,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_goes_into_an_mbox_comes_out_of_it(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[bytes]]
) -> None:
    messages = [HEADS + b"".join(line + b"\n" for line in lines) for lines in bodies]
    path = mbox(tmp_path_factory.mktemp("mbox") / "box", *messages)
    assert list(mailboxes.messages(path)) == messages


def test_a_maildir_is_its_new_and_read_messages(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(HEADS + b"read\n")
    (tmp_path / "new" / "2").write_bytes(HEADS + b"new\n")
    (tmp_path / "tmp" / "3").write_bytes(HEADS + b"half")
    assert set(mailboxes.messages(tmp_path)) == {HEADS + b"read\n", HEADS + b"new\n"}
    assert mailboxes.size(tmp_path) == len(HEADS) * 2 + len(b"read\nnew\n")


def test_a_directory_of_eml_files_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.eml").write_bytes(HEADS + b"b")
    (tmp_path / "a.eml").write_bytes(HEADS + b"a")
    (tmp_path / "notes.txt").write_bytes(b"no mail")
    assert list(mailboxes.messages(tmp_path)) == [HEADS + b"a", HEADS + b"b"]


def test_a_directory_without_mail_is_named(tmp_path: Path) -> None:
    with pytest.raises(mailboxes.NotAMailbox, match=str(tmp_path)):
        list(mailboxes.messages(tmp_path))


def test_an_empty_file_holds_no_message(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert list(mailboxes.messages(tmp_path / "empty")) == []


def test_what_is_too_large_is_passed_over_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MESSAGE_BYTES", 100)
    path = mbox(tmp_path / "box", HEADS + b"a" * 200 + b"\n", HEADS + b"b\n")
    passed: list[None] = []
    assert list(mailboxes.messages(path, lambda: passed.append(None))) == [HEADS + b"b\n"]
    (tmp_path / "one.eml").write_bytes(HEADS + b"a" * 200)
    assert list(mailboxes.messages(tmp_path / "one.eml", lambda: passed.append(None))) == []
    assert len(passed) == 2


def test_a_message_that_is_read_meanwhile_is_found_under_its_new_name(tmp_path: Path) -> None:
    for folder in ("cur", "new"):
        (tmp_path / folder).mkdir()
    for name in ("1.host", "2.host", "3.host"):
        (tmp_path / "new" / name).write_bytes(HEADS + name.encode())
    found = mailboxes.messages(tmp_path)
    assert next(found) == HEADS + b"1.host"
    (tmp_path / "new" / "2.host").rename(tmp_path / "cur" / "2.host:2,S")
    (tmp_path / "new" / "3.host").unlink()
    assert list(found) == [HEADS + b"2.host"]


def test_what_is_no_mail_is_named(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(range(256)) * 100)
    with pytest.raises(mailboxes.NotAMailbox, match="neither an mbox nor a mail"):
        list(mailboxes.messages(path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(mailboxes.NotAMailbox, match="neither a file nor a directory"):
        list(mailboxes.messages(tmp_path / "pipe"))


def test_a_broken_mail_is_taken_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.EML"
    path.write_bytes(b"no header at all")
    assert list(mailboxes.messages(path)) == [b"no header at all"]
    assert list(mailboxes.messages(tmp_path)) == [b"no header at all"]


def test_a_line_made_to_be_tried_over_and_over_costs_nothing(tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", HEADS + b"a\n")
    with path.open("ab") as file:
        file.write(b"\nFrom " + b"1:00 " * 400_000 + b"\n")
    assert len(list(mailboxes.messages(path))) == 1


def test_the_first_line_need_not_have_a_time(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From nobody\n" + HEADS + b"a\n\n")
    assert list(mailboxes.messages(path)) == [HEADS + b"a\n"]


def test_an_old_way_to_write_the_sender_begins_no_mbox(tmp_path: Path) -> None:
    """RFC 5322 4.5.3: blanks before the colon."""
    path = tmp_path / "old.eml"
    path.write_bytes(b"From  : Ann <ann@example.com>\nTo : desk@example.com\n\nText\n")
    (content,) = mailboxes.messages(path)
    assert content == path.read_bytes()
    assert dict(block(content, start_of_mail(content)).fields)["From"] == "Ann <ann@example.com>"
