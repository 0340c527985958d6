"""The configuration: where it is looked for, who wins, and what is said when it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store import settings
from store.settings import SettingsError, config_directory, config_file, load
from tests.store.kit import spoken, without_privileges


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own."""
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def written(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return file


def refused(config: Path | None = None, store: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(config, store)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


# where


def test_without_any_source_there_are_defaults() -> None:
    home = Path(os.environ["HOME"])
    found = load()
    assert found.store.is_relative_to(home)
    assert found.store.name == "postroom.db"
    assert (found.inbound_domain, found.key_file, found.keyring) == ("", None, True)
    assert config_file(None, None) == config_directory() / "postroom.toml"
    assert config_directory().is_relative_to(home)
    assert list(home.iterdir()) == []


def test_each_source_wins_over_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def domain(config: Path | None = None, store: Path | None = None) -> str:
        return load(config, store).inbound_domain

    written(config_directory() / "postroom.toml", 'inbound_domain = "user.example.com"')
    assert domain() == "user.example.com"
    written(tmp_path / "desk" / "postroom.toml", 'inbound_domain = "beside.example.com"')
    assert domain(store=tmp_path / "desk" / "x.db") == "beside.example.com"
    assert domain(store=tmp_path / "elsewhere" / "x.db") == "user.example.com"
    monkeypatch.setenv("POSTROOM_STORE", str(tmp_path / "desk" / "x.db"))
    assert domain() == "beside.example.com"
    assert domain(store=tmp_path / "elsewhere" / "x.db") == "user.example.com"
    monkeypatch.setenv(
        "POSTROOM_CONFIG", str(written(tmp_path / "env.toml", 'inbound_domain = "env.example.com"'))
    )
    assert domain() == "env.example.com"
    typed = written(tmp_path / "typed.toml", 'inbound_domain = "typed.example.com"')
    assert domain(typed) == "typed.example.com"
    monkeypatch.setenv("POSTROOM_INBOUND_DOMAIN", "variable.example.com")
    assert domain(typed) == "variable.example.com"


def test_a_typed_store_wins_over_environment_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "a.toml", 'store = "file.db"')
    assert load(file).store == tmp_path / "file.db"
    monkeypatch.setenv("POSTROOM_STORE", str(tmp_path / "variable.db"))
    assert load(file).store == tmp_path / "variable.db"
    assert load(file, tmp_path / "typed.db").store == tmp_path / "typed.db"


def test_a_store_in_the_users_file_brings_no_settings_along(tmp_path: Path) -> None:
    """Only a store that was named by hand does; else the file would decide which file is read."""
    written(config_directory() / "postroom.toml", f'store = "{tmp_path}/desk/x.db"')
    written(tmp_path / "desk" / "postroom.toml", 'inbound_domain = "beside.example.com"')
    assert load().store == tmp_path / "desk" / "x.db"
    assert load().inbound_domain == ""


# relative paths


def test_paths_in_a_file_are_relative_to_the_file(tmp_path: Path) -> None:
    file = written(tmp_path / "etc" / "a.toml", 'store = "../data/x.db"', 'key_file = "vault.key"')
    found = load(file)
    assert found.store == tmp_path / "etc" / ".." / "data" / "x.db"
    assert found.key_file == tmp_path / "etc" / "vault.key"
    assert load(Path("..") / "etc" / "a.toml").key_file == tmp_path / "here" / ".." / "etc" / "vault.key"


def test_all_other_paths_are_relative_to_the_working_directory(
    tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "a.toml", 'store = "file.db"')
    assert load(file, Path("typed.db")).store == here / "typed.db"
    written(here / "postroom.toml", 'inbound_domain = "beside.example.com"')
    assert load(store=Path("typed.db")).inbound_domain == "beside.example.com"
    monkeypatch.setenv("POSTROOM_STORE", "variable.db")
    monkeypatch.setenv("postroom_key_file", "vault.key")
    found = load()
    assert (found.store, found.key_file) == (here / "variable.db", here / "vault.key")
    assert found.inbound_domain == "beside.example.com"
    assert load(file).store == here / "variable.db"


def test_a_home_is_understood_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["HOME"])
    file = written(tmp_path / "a.toml", 'store = "~/x.db"', 'key_file = "~/k"')
    assert (load(file).store, load(file).key_file) == (home / "x.db", home / "k")
    monkeypatch.setenv("POSTROOM_STORE", "~/y.db")
    assert load(file).store == home / "y.db"
    assert load(file, Path("~/z.db")).store == home / "z.db"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load().model_dump()
    for name in ("STORE", "CONFIG", "INBOUND_DOMAIN", "KEY_FILE", "TESTS_AT_ONCE"):
        monkeypatch.setenv(f"POSTROOM_{name}", "")
    assert load().model_dump() == expected


def test_other_variables_of_postroom_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_VAULT_KEY", "x")
    monkeypatch.setenv("POSTROOM_NO_SUCH_SETTING", "x")
    load()


# what cannot be used


def test_a_named_file_that_is_absent_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = tmp_path / "absent.toml"
    assert refused(absent) == f"The configuration {absent} does not exist."
    monkeypatch.setenv("POSTROOM_CONFIG", str(tmp_path))
    assert refused() == f"The configuration {tmp_path} is not a regular file."
    monkeypatch.setenv("POSTROOM_CONFIG", "~nobody.of.that.name/a.toml")
    assert refused().startswith("The configuration cannot be looked for: ")


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    file = written(tmp_path / "a.toml", 'stroe = "x.db"', "[oauth]", 'client = "x"')
    told = refused(file)
    assert (
        told
        == f"The configuration {file} cannot be used: there is no setting stroe; there is no setting oauth."
    )


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("tests_at_once = 0", "tests_at_once"),
        ("tests_at_once = 201", "tests_at_once"),
        ('tests_per_host = "many"', "tests_per_host"),
        ("keyring = 7", "keyring"),
        ("store = 7", "store"),
        ("[store]\na = 1", "store"),
        ('inbound_domain = "https://in.example.com"', "inbound_domain"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_file_and_setting(
    tmp_path: Path, line: str, setting: str
) -> None:
    file = written(tmp_path / "a.toml", line)
    assert refused(file).startswith(f"The configuration {file} cannot be used: {setting}: ")


def test_a_variable_that_does_not_fit_is_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_TESTS_AT_ONCE", "many")
    assert refused().startswith("POSTROOM_TESTS_AT_ONCE in the environment cannot be used: ")
    file = written(tmp_path / "a.toml", "nonsense = 1")
    told = refused(file)
    assert f"The configuration {file} cannot be used: there is no setting nonsense." in told
    assert "POSTROOM_TESTS_AT_ONCE in the environment cannot be used: " in told


@pytest.mark.parametrize(
    "content", [b"store = ", b"store", b"a = 1\na = 2", b'store = "\xff"', b"\0", b"[store", b"\xef\xbb\xbfx"]
)
def test_bad_toml_is_told_with_the_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    assert refused(file).startswith(f"The configuration {file} cannot be read: ")


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "locked" / "a.toml")
    program = """
        from store.settings import SettingsError, load
        try:
            load(Path(sys.argv[1]))
        except SettingsError as error:
            say(error)
    """
    file.chmod(0)
    heard = spoken(program, file, inside=without_privileges())
    assert heard == [f"The configuration {file} cannot be read: Permission denied."]
    file.parent.chmod(0)
    heard = spoken(program, file, inside=without_privileges())
    assert len(heard) == 1
    assert str(file) in heard[0]
    file.parent.chmod(0o700)


def test_a_home_of_nobody_in_the_file_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "a.toml", 'store = "~nobody.of.that.name/x.db"')
    assert refused(file).startswith(f"The configuration {file} cannot be read: ")


# domains


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("in.example.com", "in.example.com"),
        (" In.Example.COM. ", "in.example.com"),
        ("in.example.com\\n", "in.example.com"),
        ("xn--rger-koa.example", "xn--rger-koa.example"),
        ("a-b.c--d.example", "a-b.c--d.example"),
        ("", ""),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
    ],
)
def test_a_domain_is_tidied(tmp_path: Path, typed: str, kept: str) -> None:
    assert load(written(tmp_path / "a.toml", f'inbound_domain = "{typed}"')).inbound_domain == kept


@pytest.mark.parametrize(
    "domain",
    [
        "example",
        "@in.example.com",
        "desk@in.example.com",
        "in.example.com:25",
        "in example.com",
        "in..example.com",
        "-in.example.com",
        "in-.example.com",
        "ärger.example",
        "192.0.2.1",
        "in_box.example.com",
        f"{'a' * 64}.example",
        ".".join(["a" * 60] * 5),
        "in.example.com/x",
    ],
)
def test_what_is_no_domain_is_refused(tmp_path: Path, domain: str) -> None:
    file = written(tmp_path / "a.toml", f'inbound_domain = "{domain}"')
    assert "inbound_domain: must be a domain such as in.example.com" in refused(file)


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().theme = "x"
    assert settings.FILE_NAME == "postroom.toml"
