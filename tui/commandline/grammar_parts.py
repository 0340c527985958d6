"""What the families of the grammar share: a command with its example, and the options that several have."""

from __future__ import annotations

import argparse
from pathlib import Path


class Family:
    """A group of commands below one parser."""

    def __init__(
        self, parser: argparse.ArgumentParser, shared: argparse.ArgumentParser, *, title: str
    ) -> None:
        self._shared = shared
        self._below = parser.add_subparsers(title=title, metavar="COMMAND")

    def command(
        self, name: str, run: str, summary: str, *epilog: str, about: str = ""
    ) -> argparse.ArgumentParser:
        """A command that does something.

        Args:
            run: `module:function` within `tui.commandline`; it takes the options and returns the exit status.
            summary: one phrase for the list of commands.
            epilog: example, JSON shape, ...
            about: what `--help` says on top, where the summary is not enough.
        """
        made = self._add(name, summary, about, epilog)
        made.set_defaults(run=run)
        return made

    def family(self, name: str, summary: str, *epilog: str) -> Family:
        """A command that only groups others; naming it alone prints what it has."""
        made = self._add(name, summary, "", epilog)
        made.set_defaults(run=made.format_help)
        return Family(made, self._shared, title="commands")

    def below(self, parser: argparse.ArgumentParser) -> Family:
        """More commands below one that does something itself."""
        return Family(parser, self._shared, title="commands")

    def _add(self, name: str, summary: str, about: str, epilog: tuple[str, ...]) -> argparse.ArgumentParser:
        return self._below.add_parser(
            name,
            help=summary,
            description=about or f"{summary[0].upper()}{summary[1:]}.",
            epilog=lines(*epilog),
            parents=[self._shared],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )


def lines(*blocks: str) -> str:
    """Blocks of text with an empty line between them."""
    return "\n\n".join(block.strip("\n") for block in blocks)


def as_json(parser: argparse.ArgumentParser) -> None:
    """The option `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON in the shape described below")


def passphrase(parser: argparse.ArgumentParser, what: str = "the vault's passphrase") -> None:
    """Where the passphrase comes from; without an option it is asked for in the terminal."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--passphrase-stdin", action="store_true", help=f"read {what} from standard input")
    group.add_argument("--passphrase-file", type=Path, metavar="FILE", help=f"read {what} from a file")
