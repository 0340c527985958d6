"""The trace of an unforeseen error: kept in a log file, without the values of variables, which may be
secrets."""

from __future__ import annotations

import logging
import logging.handlers
import traceback
from pathlib import Path

import platformdirs

LOG_BYTES = 1_000_000
"""The log is rotated once at this size: enough for some hundred traces."""


def log_path() -> Path:
    """Where the log lies."""
    return platformdirs.user_log_path("postroom") / "postroom.log"


def keep_trace(error: BaseException) -> Path:
    """Append the error's type and the places it went through; its text too, since our own texts hold no
    secret, but nobody else's. Returns the log's path; a log that cannot be written is passed over."""
    return keep_words(described(error))


def keep_words(words: str) -> Path:
    """Append words of our own, which hold no secret. Returns the log's path, as `keep_trace` does."""
    path = log_path()
    logger = logging.getLogger("postroom.crash")
    logger.propagate = False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1)
    except OSError:
        return path
    try:
        path.chmod(0o600)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        logger.error("%s", words)
    finally:
        logger.removeHandler(handler)
        handler.close()
    return path


def described(error: BaseException) -> str:
    """The error and its causes: types and places, no texts of foreign exceptions, no locals."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        module = type(seen).__module__
        text = f": {seen}" if module.partition(".")[0] in ("store", "live", "tui") else ""
        lines.append(f"{module}.{type(seen).__qualname__}{text}")
        lines += [line.rstrip() for line in traceback.format_tb(seen.__traceback__)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)
