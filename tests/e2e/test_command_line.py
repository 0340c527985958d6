"""The program as a person runs it: from a fresh home, asking in a terminal, in pipes, and interrupted."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.tui.command_line import PATIENCE_S, child, finished, serving, terminal

PHRASE = "correct horse battery"


@pytest.fixture
def scratch(tmp_path: Path) -> dict[str, str]:
    """A directory for temporary files of its own, to see what is left in it."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    return {"TMPDIR": str(directory)}


def test_a_fresh_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    added = finished(
        "assets",
        "add",
        "--name",
        "Support",
        "--address",
        "support@example.com",
        "--provider",
        "gmail",
        home=home,
    )
    assert added.status == 0
    assert "Support is set up" in added.err
    listed = finished("assets", "list", "--json", home=home)
    assert [asset["name"] for asset in json.loads(listed.out)["assets"]] == ["Support"]
    audit = finished("audit", home=home)
    assert "asset created" in audit.out
    status = finished("vault", "status", home=home)
    assert status.out.startswith("There is no vault yet")
    store = home / ".local" / "share" / "postroom"
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


def test_a_passphrase_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    with terminal("vault", "init", home=tmp_path) as seen:
        seen.shows("New passphrase:")
        seen.type(f"{PHRASE}\n")
        seen.shows("New passphrase once more:")
        seen.type(f"{PHRASE}\n")
        assert seen.ends() == 0
        assert PHRASE.encode() not in seen.raw
    with terminal("vault", "unlock", home=tmp_path) as seen:
        for phrase, times in (("wrong one", 1), ("wrong two", 2), (PHRASE, 3)):
            seen.shows("Passphrase of the vault:", times)
            seen.type(f"{phrase}\n")
        assert seen.ends() == 0
        assert "The key is kept" in seen.text
    assert json.loads(finished("vault", "status", "--json", home=tmp_path).out)["vault"]["state"] == "open"


def test_a_new_passphrase_must_be_typed_twice_alike(tmp_path: Path) -> None:
    with terminal("vault", "init", home=tmp_path) as seen:
        seen.shows("New passphrase:")
        seen.type(f"{PHRASE}\n")
        seen.shows("once more:")
        seen.type("something else\n")
        assert seen.ends() == 2
        assert "The two differ" in seen.text
    assert finished("vault", "unlock", home=tmp_path).err.count("postroom vault init") == 1


def test_three_wrong_passphrases_end_it(tmp_path: Path) -> None:
    finished("vault", "init", "--passphrase-stdin", home=tmp_path, stdin=PHRASE.encode())
    with terminal("vault", "rotate", home=tmp_path) as seen:
        for times in (1, 2, 3):
            seen.shows("Passphrase of the vault:", times)
            seen.type("wrong\n")
        assert seen.ends() == 2
        assert "The passphrase is wrong" in seen.text


def test_a_password_prompt_and_a_question(tmp_path: Path) -> None:
    finished("vault", "init", "--keep", "file", "--passphrase-stdin", home=tmp_path, stdin=PHRASE.encode())
    words = ("assets", "add", "--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    with terminal(*words, "--password-prompt", home=tmp_path) as seen:
        seen.shows("Password:")
        seen.type("planted-0815\n")
        seen.shows("Password once more:")
        seen.type("planted-0815\n")
        assert seen.ends() == 0
        assert b"planted" not in seen.raw
    assert json.loads(finished("assets", "show", "Own", "--json", home=tmp_path).out)["assets"][0][
        "has_password"
    ]
    for answer, remaining in (("\n", 1), ("n\n", 1), ("y\n", 0)):
        with terminal("assets", "remove", "Own", home=tmp_path) as seen:
            seen.shows("Delete Own, with passwords and checks? [y/N]")
            seen.type(answer)
            assert seen.ends() == 0
        listed = json.loads(finished("assets", "list", "--json", home=tmp_path).out)
        assert len(listed["assets"]) == remaining


def test_ctrl_c_at_a_prompt_is_one_word(tmp_path: Path) -> None:
    with terminal("vault", "init", home=tmp_path) as seen:
        seen.shows("New passphrase:")
        seen.type("\x03")
        assert seen.ends() == 130
        assert "Interrupted." in seen.text
        assert "Traceback" not in seen.text


def test_an_edit_that_somebody_overtook_is_refused_with_both_values(tmp_path: Path) -> None:
    own = ("--name", "Own", "--address", "own@example.org", "--host", "mail.example.org")
    finished("vault", "init", "--keep", "file", "--passphrase-stdin", home=tmp_path, stdin=PHRASE.encode())
    finished("assets", "add", *own, home=tmp_path)
    slow = tmp_path / "password"
    os.mkfifo(slow, 0o600)
    words = ("assets", "set", "Own", "--note", "mine", "--password-file", str(slow))
    with child(*words, home=tmp_path) as process:
        with slow.open("w") as pipe:  # opens when the other side has read the asset and wants the password
            assert finished("assets", "set", "Own", "--note", "theirs", home=tmp_path).status == 0
            pipe.write("some password\n")
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (2, b"")
    assert b"note: kept is 'theirs', yours would be 'mine'" in err
    assert err.decode().splitlines()[-1].startswith("postroom: The asset Own was changed by somebody else")


def test_the_console_opens_on_a_named_store(tmp_path: Path, scratch: dict[str, str]) -> None:
    with serving(tmp_path, scratch) as (_, told), terminal("--store", told["store"], home=tmp_path) as seen:
        seen.shows("22 never tested")
        seen.type("q")
        assert seen.ends() == 0


def test_progress_is_shown_in_a_terminal_and_cleared(tmp_path: Path, scratch: dict[str, str]) -> None:
    with serving(tmp_path, scratch) as (_, told):
        with terminal("--store", told["store"], "test", "--all", home=tmp_path, rows=500) as seen:
            seen.shows(" of 22 tested")
            assert seen.ends() == 1
            assert "22 tested: 8 passed, 14 failed." in seen.text
            assert " of 22 tested" not in seen.text
        piped = finished("--store", told["store"], "test", "--all", home=tmp_path)
        assert piped.err == ""


def test_ctrl_c_stops_the_tests_and_records_them(tmp_path: Path, scratch: dict[str, str]) -> None:
    with serving(tmp_path, scratch, "--every") as (_, told):
        with terminal("--store", told["store"], "test", "Silent", home=tmp_path) as seen:
            seen.shows("0 of 1 tested, 0 failed · Silent")
            seen.type("\x03")
            assert seen.ends() == 130
            assert seen.text.splitlines()[0] == "Interrupted." or "Interrupted." in seen.text
            assert "Traceback" not in seen.text
        audit = json.loads(finished("--store", told["store"], "audit", "Silent", "--json", home=tmp_path).out)
        assert audit["entries"][0]["detail"] == "cancelled"


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path, scratch: dict[str, str]) -> None:
    with serving(tmp_path, scratch) as (_, told):
        with child("--store", told["store"], "test", "--all", home=tmp_path) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == b""
        assert process.returncode == 141
