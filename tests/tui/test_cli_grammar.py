"""The grammar: every command has an example and leads somewhere; help and version cost next to nothing."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from live.inbound import export
from store.assets import Provider, Security, SignIn
from tests.tui.command_line import COMMAND, ROOT, InProcess, environment, finished
from tui import __version__
from tui.commandline import grammar, grammar_assets, grammar_inbound
from tui.commandline.asset_shapes import STATES

HEAVY = {
    *(
        "textual",
        "rich",
        "sqlmodel",
        "sqlalchemy",
        "alembic",
        "pydantic",
        "pydantic_settings",
        "cryptography",
    ),
    *(
        "keyring",
        "aiosmtplib",
        "aiosmtpd",
        "authlib",
        "httpx",
        "icalendar",
        "segno",
        "asyncio",
        "store",
        "live",
        "tui.app",
    ),
}
SPY = "import sys; from tui.cli import main; status = main({!r}); print(status, *sys.modules)"


@pytest.fixture
def postroom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InProcess:
    return InProcess(tmp_path / "home", monkeypatch, capsys)


def commands(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command with its path, families included."""
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*path, name))


ALL = dict(commands(grammar.parser()))
NAMES = {" ".join(path): path for path in ALL}


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example(name: str, postroom: InProcess) -> None:
    shown = postroom(*NAMES[name], "--help")
    assert shown.status == 0
    assert shown.err == ""
    assert "Example" in shown.out
    assert f"postroom {name}".strip() in shown.out.partition("Example")[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_leads_to_a_function(name: str) -> None:
    run = ALL[NAMES[name]].get_default("run")
    if run == grammar.CONSOLE or callable(run):
        return
    module, _, function = run.partition(":")
    assert callable(getattr(import_module(f"tui.commandline.{module}"), function))


@pytest.mark.parametrize("name", [name for name, path in NAMES.items() if path])
def test_global_options_work_on_both_sides_of_the_command(name: str) -> None:
    path = NAMES[name]
    needed = {
        "assets show": ["X"],
        "assets set": ["X"],
        **{f"assets {name}": ["X"] for name in ("remove", "register", "retire")},
        "assets add": ["--name", "X", "--address", "x@example.com"],
        "clients show": ["X"],
        "clients set": ["X"],
        "clients remove": ["X"],
        "clients add": ["--name", "X", "--provider", "gmail", "--client-id", "x"],
        **{f"webhooks {name}": ["X"] for name in ("show", "set", "remove", "test")},
        "webhooks add": ["--name", "X", "--url", "https://x.example/", "--event", "grant.failed"],
        **{f"platform {name}": ["X"] for name in ("add", "remove", "test")},
        "authorize": ["X"],
        "guide": ["X"],
        "revoke": ["X"],
        "notices test": ["--to", "x@example.com"],
        **{f"notices {name}": ["1"] for name in ("show", "ack", "send")},
        "inbound search": ["x"],
        "inbound show": ["1"],
        "inbound export": ["--form", "csv", "--to", "x"],
        "inbound import": ["X", "x"],
    }.get(name, [])
    before = grammar.parser().parse_args(["--store", "a.db", "--config", "c.toml", *path, *needed])
    after = grammar.parser().parse_args([*path, *needed, "--store", "a.db", "--config", "c.toml"])
    assert (before.store, before.config) == (after.store, after.config) == (Path("a.db"), Path("c.toml"))
    assert grammar.parser().parse_args([*path, *needed]).store is None


def test_choices_are_those_of_the_store() -> None:
    assert tuple(Provider) == grammar_assets.PROVIDERS
    assert tuple(SignIn) == grammar_assets.METHODS
    assert tuple(Security) == grammar_assets.SECURITIES
    assert tuple(word for word, _ in STATES.values()) == grammar_assets.STATES
    assert tuple(form.id for form in export.FORMS) == grammar_inbound.FORMS


@pytest.mark.parametrize(
    "words",
    [
        ["assets", "add", "--name", "X", "--address", "x@example.com", "--password", "secret"],
        ["assets", "set", "X", "--pass", "secret"],
        ["assets", "add"],
        ["nonsense"],
        ["test", "--al"],
        ["vault", "unlock", "--keep", "nowhere"],
        ["vault", "unlock", "--passphrase-stdin", "--passphrase-file", "x"],
        ["audit", "--limit", "0"],
        ["audit", "--limit", "many"],
        ["clients", "add", "--name", "X", "--provider", "gmail", "--client-id", "x", "--secret", "secret"],
        ["clients", "set", "X", "--secret-stdin", "--secret-file", "x"],
        ["assets", "add", "--name", "X", "--address", "x@example.com", "--sign-in", "token"],
        ["authorize"],
        ["authorize", "X", "--days", "0"],
        ["refresh", "--due", "--all"],
        ["tokens", "--within", "7"],
        ["tokens", "--within", "0d"],
        ["revoke"],
        ["inbound", "search"],
        ["inbound", "list", "--limit", "10001"],
        ["inbound", "show", "0"],
        ["inbound", "show", "9223372036854775808"],
        ["inbound", "show", "1", "--source", "--headers"],
        ["inbound", "export", "--form", "pdf", "--to", "x"],
        ["inbound", "export", "--form", "csv"],
        ["inbound", "import", "X"],
    ],
)
def test_wrong_usage_is_2(words: list[str], postroom: InProcess) -> None:
    told = postroom(*words)
    assert told.status == 2
    assert told.out == ""
    assert "usage: postroom" in told.err


def test_a_family_alone_prints_its_help(postroom: InProcess) -> None:
    assert postroom("assets") == postroom("assets", "--help")


def test_version(postroom: InProcess) -> None:
    told = postroom("--version")
    assert (told.status, told.out) == (0, f"postroom {__version__}\n")
    assert postroom("--version", "--mouse").out == told.out
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "tui/__init__.py"


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["assets", "add", "--help"],
        ["rehearse", "--help"],
        ["authorize", "--help"],
        ["clients"],
        ["tokens", "--help"],
        ["inbound", "export", "--help"],
        ["vault"],
    ],
)
def test_help_and_version_import_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SPY.format(words)],
        capture_output=True,
        env=environment(tmp_path),
        check=True,
        text=True,
    )
    status, *modules = ran.stdout.splitlines()[-1].split()
    assert status == "0"
    assert [name for name in modules if name in HEAVY or name.startswith(("store.", "live."))] == []
    if words == ["--version"]:
        assert [name for name in modules if name in ("argparse", "typing", "pathlib", "re")] == []


def test_version_takes_at_most_three_times_a_bare_interpreter(tmp_path: Path) -> None:
    settings = environment(tmp_path)

    def best(*command: str) -> float:
        times = []
        for _ in range(10):
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, env=settings, check=True)
            times.append(time.perf_counter() - began)
        return min(times)

    assert best(*COMMAND, "--version") <= 3 * best(sys.executable, "-c", "pass")


def test_without_a_terminal_the_console_says_so(tmp_path: Path) -> None:
    told = finished(home=tmp_path)
    assert (told.status, told.out) == (2, "")
    assert (
        told.err
        == "postroom: The console needs a terminal; for commands without one see `postroom --help`.\n"
    )
