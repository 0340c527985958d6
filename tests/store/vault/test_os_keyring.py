"""The keyring of the system: read back before it is believed, and given up when it hangs."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from pydantic import SecretStr

from store.key_homes import HomeState, examine
from store.os_keyring import OsKeyring
from store.vault_errors import HomeFault, HomeNotUsable, KeyHomeError
from tests.store.vault.kit import KEY, NEWER, TEXT, VAULT, plain, run

SHORT_SECONDS = 0.2


class Good(KeyringBackend):
    """Keeps entries in memory, as it should."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Hanging(Good):
    """Waits for a prompt that nobody sees."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        self.answered.wait()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.calls += 1
        self.answered.wait()
        super().set_password(service, username, password)


class Losing(Good):
    """Says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Changing(Good):
    """Keeps something else than it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:-1])


class Keeping(Good):
    """Says that it deleted, and did not."""

    def delete_password(self, service: str, username: str) -> None:
        pass


class Raising(Good):
    """Fails with the secret in its words."""

    def __init__(self, kind: type[BaseException]) -> None:
        super().__init__()
        self.kind = kind

    def get_password(self, service: str, username: str) -> str | None:
        raise self.kind(f"cannot give {plain(TEXT)}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.kind(f"cannot keep {password}")


class Plaintext(Good):
    """In the place of the backend of that name, which belongs to another distribution."""

    __module__ = "keyrings.alt.file"


class Chain(keyring.backends.chainer.ChainerBackend):
    """The chain that `keyring` makes of several backends, with the members named by the test."""

    backends: list[KeyringBackend] = []  # noqa: RUF012 - as in the class it stands for


@pytest.fixture
def use() -> Iterator[Callable[[KeyringBackend], OsKeyring]]:
    """Make a backend the process's keyring, and give back the home on it; ends with the one before."""
    before = keyring.get_keyring()
    hung: list[Hanging] = []

    def chosen(backend: KeyringBackend) -> OsKeyring:
        if isinstance(backend, Hanging):
            hung.append(backend)
        keyring.set_keyring(backend)
        return OsKeyring(SHORT_SECONDS if isinstance(backend, Hanging) else 20)

    yield chosen
    for backend in hung:
        backend.answered.set()
    wait_until_idle()
    keyring.set_keyring(before)


Use = Callable[[KeyringBackend], OsKeyring]


def wait_until_idle() -> None:
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(20)
            assert not thread.is_alive()


def test_a_good_keyring_keeps_and_gives_back_and_deletes(use: Use) -> None:
    backend = Good()
    home = use(backend)
    assert home.read(VAULT) is None
    home.write(VAULT, TEXT)
    assert backend.entries == {("postroom", VAULT): plain(TEXT)}
    assert home.read(VAULT) == TEXT
    home.write(VAULT, NEWER)
    assert home.read(VAULT) == NEWER
    assert home.read("ef" * 16) is None
    assert home.remove(VAULT)
    assert not home.remove(VAULT)
    assert backend.entries == {}


@pytest.mark.parametrize("backend", [Losing, Changing])
def test_a_keyring_that_loses_what_it_was_given_is_not_believed(use: Use, backend: type[Good]) -> None:
    with pytest.raises(HomeFault, match="does not give back"):
        use(backend()).write(VAULT, TEXT)


def test_a_keyring_that_does_not_delete_is_not_believed(use: Use) -> None:
    home = use(Keeping())
    home.write(VAULT, TEXT)
    with pytest.raises(HomeFault, match="still holds the key"):
        home.remove(VAULT)


@pytest.mark.parametrize("kind", [RuntimeError, keyring.errors.KeyringLocked, SystemExit, KeyboardInterrupt])
def test_a_keyring_that_raises_is_told_by_the_kind_alone(use: Use, kind: type[BaseException]) -> None:
    home = use(Raising(kind))
    for act in (lambda: home.read(VAULT), lambda: home.write(VAULT, TEXT), lambda: home.remove(VAULT)):
        with pytest.raises(HomeFault) as caught:
            act()
        assert str(caught.value) == f"The keyring failed ({kind.__name__})."
        shown = "".join(
            traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
        )
        assert plain(TEXT)[15:40] not in shown
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (keyring.backends.fail.Keyring(), "as on most servers"),
        (keyring.backends.null.Keyring(), "switched off"),
        (Plaintext(), "plain text"),
        (type("Derived", (Plaintext,), {"__module__": "example"})(), "plain text"),
    ],
    ids=["fail", "null", "plaintext", "derived"],
)
def test_a_backend_that_keeps_no_secrets_is_not_usable(use: Use, backend: KeyringBackend, words: str) -> None:
    home = use(backend)
    for act in (lambda: home.read(VAULT), lambda: home.write(VAULT, TEXT), lambda: home.remove(VAULT)):
        with pytest.raises(HomeNotUsable, match=words):
            act()
    assert not getattr(backend, "entries", {})


def test_of_a_chain_the_first_fit_one_is_used(use: Use) -> None:
    plaintext, good, other = Plaintext(), Good(), Good()
    chain = Chain()
    chain.backends = [keyring.backends.null.Keyring(), plaintext, good, other]
    home = use(chain)
    home.write(VAULT, TEXT)
    assert home.read(VAULT) == TEXT
    assert (len(plaintext.entries), len(good.entries), len(other.entries)) == (0, 1, 0)


@pytest.mark.parametrize(
    "members", [[], [keyring.backends.fail.Keyring(), Plaintext()]], ids=["none", "unfit"]
)
def test_a_chain_with_nothing_fit_in_it_is_not_usable(use: Use, members: list[KeyringBackend]) -> None:
    chain = Chain()
    chain.backends = members
    with pytest.raises(HomeNotUsable, match="None of the keyrings"):
        use(chain).read(VAULT)


def test_a_keyring_that_hangs_is_given_up_and_later_asked_again(use: Use) -> None:
    backend = Hanging()
    home = use(backend)
    with pytest.raises(HomeFault, match=r"did not answer within 0\.2 s"):
        home.read(VAULT)
    for act in (lambda: home.read(VAULT), lambda: home.write(VAULT, TEXT), lambda: home.remove(VAULT)):
        with pytest.raises(HomeFault, match="An earlier question"):
            act()
    assert backend.calls == 1
    assert [thread.name for thread in threading.enumerate()].count("keyring") == 1
    report, key = examine(home, KEY.mark())
    assert (report.state, key) == (HomeState.FAULT, None)
    backend.answered.set()
    wait_until_idle()
    patient = OsKeyring(20)
    patient.write(VAULT, TEXT)
    assert patient.read(VAULT) == TEXT


def test_several_threads_may_ask_at_once(use: Use) -> None:
    home = use(Good())
    home.write(VAULT, TEXT)
    found: list[SecretStr | KeyHomeError | None] = []

    def ask() -> None:
        try:
            found.append(home.read(VAULT))
        except KeyHomeError as error:
            found.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [TEXT] * 8


HANGING_PROGRAM = """
import threading
import keyring
from keyring.backend import KeyringBackend

class Hanging(KeyringBackend):
    priority = 5
    def get_password(self, service, username):
        threading.Event().wait()
    def set_password(self, service, username, password):
        threading.Event().wait()

keyring.set_keyring(Hanging())
from store.os_keyring import OsKeyring
from store.vault_errors import HomeFault
try:
    OsKeyring(0.2).read("ab" * 16)
except HomeFault:
    print("given up")
"""


def test_a_keyring_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    assert run(HANGING_PROGRAM) == (0, "given up\n", "")


def test_keyring_is_not_imported_before_it_is_asked() -> None:
    program = "import sys, store.vault; print('keyring' in sys.modules)"
    assert run(program) == (0, "False\n", "")
