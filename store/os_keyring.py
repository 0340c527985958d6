"""The vault's key in the operating system's keyring, which is never trusted to answer.

A keyring may hang: it waits for a prompt that nobody sees, or for a D-Bus service that is gone. So it is
asked in a daemon thread and given up after a time limit. A daemon thread is not joined when the program ends,
so it cannot hold up the end (the threads of `concurrent.futures` and of Textual's workers are joined). A
child process could be killed as well, but the key would travel through a pipe, each question would cost an
interpreter with keyring's imports (0.2 s), and forking a program that runs threads is not safe.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from pydantic import SecretStr

from store.vault_errors import HomeFault, HomeNotUsable, KeyHomeError
from store.vault_key import KEY_TEXT_CHARACTERS

T = TypeVar("T")

SERVICE = "postroom"

UNFIT = (
    ("keyring.backends.fail.", "No keyring answers here, as on most servers without a desktop."),
    ("keyring.backends.null.", "The keyring is switched off (null backend)."),
    ("keyrings.alt.", "The keyring keeps entries in a file of its own, in plain text or behind a prompt."),
    ("keyrings.cryptfile.", "The keyring would ask for a password in this terminal."),
)
"""Backends, by the start of a class's full name, that lose the key, lay it open, or write over the screen."""

CHAINER = "keyring.backends.chainer.ChainerBackend"


class OsKeyring:
    """The keyring that the `keyring` library finds; service "postroom", the vault's id as user name."""

    name: ClassVar[str] = "keyring"
    writable: ClassVar[bool] = True

    def __init__(self, seconds: float = 3.0) -> None:
        self._seconds = seconds

    def where(self, vault_id: str | None) -> str:
        return f"keyring of the system, service {SERVICE}, user {vault_id or '<vault id>'}"

    def read(self, vault_id: str) -> SecretStr | None:
        return _line.ask(lambda: _stored(_backend(), vault_id), self._seconds)

    def write(self, vault_id: str, text: SecretStr) -> None:
        _line.ask(lambda: _put(_backend(), vault_id, text), self._seconds)

    def remove(self, vault_id: str) -> bool:
        return _line.ask(lambda: _take(_backend(), vault_id), self._seconds)


class _Line:
    """One question to the keyring at a time, each with a time limit.

    A question that was given up stays in the line until it ends: later ones fail at once instead of piling up
    threads, and a late write cannot overtake a newer one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._busy_until = 0.0

    def ask(self, question: Callable[[], T], seconds: float) -> T:
        """Ask in a thread of its own, and wait so long for a turn and the answer together.

        Raises:
            KeyHomeError: the question's own, or HomeFault where it failed otherwise or took too long.
        """
        until = time.monotonic() + seconds
        self._take_turn(until)
        answers: queue.SimpleQueue[T | KeyHomeError] = queue.SimpleQueue()
        try:
            threading.Thread(target=self._work, args=(question, answers), name="keyring", daemon=True).start()
        except RuntimeError:
            self._give_turn()
            raise HomeFault("The keyring cannot be asked: no more threads.") from None
        try:
            answer = answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            words = f"The keyring did not answer within {seconds:g} s; is a prompt open on its screen?"
            raise HomeFault(words) from None
        if isinstance(answer, KeyHomeError):
            raise answer
        return answer

    def _work(self, question: Callable[[], T], answers: queue.SimpleQueue[T | KeyHomeError]) -> None:
        """Of a failure only words cross over: a backend's exception may carry the key in text or frames."""
        answer: T | KeyHomeError
        try:
            answer = question()
        except KeyHomeError as error:
            answer = type(error)(str(error))
        except BaseException as error:  # noqa: BLE001 - backends raise what they like
            answer = HomeFault(f"The keyring failed ({type(error).__name__}).")
        self._give_turn()
        answers.put(answer)

    def _take_turn(self, until: float) -> None:
        """Wait while the question before is within its time; one that is overdue is not waited for."""
        with self._changed:
            while self._busy:
                left = min(until, self._busy_until) - time.monotonic()
                if left <= 0:
                    raise HomeFault(
                        "An earlier question to the keyring hangs; is a prompt open on its screen?"
                    )
                self._changed.wait(left)
            self._busy, self._busy_until = True, until

    def _give_turn(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()


_line = _Line()
"""The process has one keyring, so it has one line to it."""


def _backend() -> Any:
    """The backend that `keyring` chose or, where it chose a chain, the first of the chain that is fit.

    Raises:
        HomeNotUsable: there is none that may hold a key.
    """
    import keyring  # 95 ms, and it looks for D-Bus: here, where it is waited for with a limit

    chosen = keyring.get_keyring()
    if CHAINER not in _names(chosen):
        return _fit(chosen)
    for member in getattr(chosen, "backends", ()):
        if not _unfit(member):
            return member
    raise HomeNotUsable("None of the keyrings found here may hold a key.")


def _names(backend: object) -> list[str]:
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(backend).__mro__]


def _unfit(backend: object) -> str | None:
    names = _names(backend)
    return next((why for prefix, why in UNFIT if any(name.startswith(prefix) for name in names)), None)


def _fit(backend: Any) -> Any:
    why = _unfit(backend)
    if why:
        raise HomeNotUsable(why)
    return backend


def _stored(backend: Any, vault_id: str) -> SecretStr | None:
    """The entry, cut off where nothing of ours could still follow."""
    text = backend.get_password(SERVICE, vault_id)
    return None if text is None else SecretStr(str(text)[: KEY_TEXT_CHARACTERS + 1])


def _put(backend: Any, vault_id: str, text: SecretStr) -> None:
    backend.set_password(SERVICE, vault_id, text.get_secret_value())
    if _stored(backend, vault_id) != text:
        raise HomeFault("The keyring does not give back what it was given; the key is not kept there.")


def _take(backend: Any, vault_id: str) -> bool:
    if backend.get_password(SERVICE, vault_id) is None:
        return False
    backend.delete_password(SERVICE, vault_id)
    if backend.get_password(SERVICE, vault_id) is not None:
        raise HomeFault("The keyring still holds the key after it was told to delete it.")
    return True
