"""The command `postroom`: reads the command line, calls what it names, turns what goes wrong into a sentence.

Nothing is imported before it is needed: `--version` loads this module alone, `--help` the grammar;
the store and the network follow when there is something to do.
"""

import sys

from tui import __version__

TYPE_CHECKING = False  # `typing` itself would cost `--version` a quarter of its time; checkers know the name
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

USAGE = 2
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells count
PIPE_CLOSED = 141  # 128 and the number of SIGPIPE


def main(argv: "Sequence[str] | None" = None) -> int:
    """Carry out one command line (by default the process's own) and return the exit status.

    0 done; 1 a test did not end as it should; 2 wrong usage, or store, vault or configuration cannot be used;
    130 interrupted; 141 the reader of stdout has gone.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_closed_streams()
    try:
        status = _answer(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return PIPE_CLOSED
    except Exception as error:
        from tui.commandline.faults import sentence

        told = sentence(error)
        if told is None:
            raise
        from tui.commandline.printing import narrate

        narrate(f"postroom: {told}")
        _let_go_of_stdout()
        return USAGE
    return status


def has_terminal() -> bool:
    """Whether a person is at all three ends: the console reads stdin and paints on stderr."""
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def open_console(store: "Path | None" = None, config: "Path | None" = None, *, mouse: bool = False) -> int:
    """Open the console on a store; returns its exit status.

    Raises:
        UsageError: there is no terminal.
    """
    if not has_terminal():
        from tui.commandline.faults import UsageError

        raise UsageError("The console needs a terminal; for commands without one see `postroom --help`.")
    import gc

    gc.disable()  # until the desk is open: what start-up makes is no garbage, and looking costs 50 ms of it
    from tui.app import Console

    return Console(store, config, mouse).run_console()


def _answer(words: "list[str]") -> int:
    if words == ["--version"]:
        print(f"postroom {__version__}")
        return 0
    for stream in (sys.stdout, sys.stderr):  # a terminal without UTF-8 gets escapes instead of a crash
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not words:  # the grammar would hold up the first frame by 20 ms
        return open_console()
    from tui.commandline import grammar

    try:
        options = grammar.parser().parse_args(words)
    except SystemExit as end:  # help was printed, or what is wrong with the usage
        return int(end.code or 0)
    return _run(options)


def _run(options: "Namespace") -> int:
    """Call what the command names: the console, its own help, or a `module:function` of `tui.commandline`."""
    from importlib import import_module

    from tui.commandline.grammar import CONSOLE

    if options.run == CONSOLE:
        return open_console(options.store, options.config, mouse=options.mouse)
    if callable(options.run):
        print(options.run(), end="")
        return 0
    module, _, function = options.run.partition(":")
    return int(getattr(import_module(f"tui.commandline.{module}"), function)(options))


def _open_closed_streams() -> None:
    """Put /dev/null where a stream was closed (`<&-`), or the next file opened would pass for it."""
    import os

    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _let_go_of_stdout() -> None:
    """Point stdout nowhere if it takes nothing more: the interpreter's last flush would complain."""
    import os
    from contextlib import suppress

    with suppress(OSError):
        sys.stdout.flush()
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
