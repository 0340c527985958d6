"""`postroom inbound show`: what is printed of a message, what it takes to open it, and what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from live.rehearsal.sample_mail import Route, everything
from tests.tui.command_line import finished, terminal
from tests.tui.inbound_desk import MESSAGE, OBEYED, PLAIN, InboundDesk, answer, prepare
from tests.tui.inbound_kit import PASSPHRASE, sample
from tui.commandline import grammar_inbound

HARMFUL = tuple(
    mail.key
    for mail in everything(Route("a@example.com", "b@example.com"))
    if mail.key.startswith(("hostile", "broken"))
)
CARD = "4111 1111 1111 1111"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("inbound"))


@pytest.fixture
def desk(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> InboundDesk:
    return InboundDesk(prepared, tmp_path, monkeypatch, capsys)


@pytest.fixture
def sealed(desk: InboundDesk) -> InboundDesk:
    """A desk whose key file holds the credentials key alone."""
    desk.has_key(PLAIN)
    return desk


# show


def test_show_prints_head_and_text(desk: InboundDesk, tmp_path: Path) -> None:
    told = desk("show", "1", "--reason", " ticket 4711 ")
    assert (told.status, told.err) == (0, "")
    assert "From:    Robin Example <customer@example.net>\n" in told.out
    assert "\n\nHello,\n\nthe order 1 has arrived" in told.out
    assert desk.audited("message opened") == ["message 1: ticket 4711"]


def test_show_names_attachments_and_notes(desk: InboundDesk) -> None:
    with_files = desk("show", "4").out
    assert "With 1:" in with_files
    assert "invoice.pdf  application/pdf" in with_files
    assert "sent straight to the secret address" in desk("show", "5").out
    assert "the text is made out of HTML" in desk("show", "2").out


def test_show_as_json_has_the_documented_shape(desk: InboundDesk) -> None:
    found = answer(desk("show", "4", "--json"))
    assert found.keys() == {"postroom", "message"}
    message = found["message"]
    assert message.keys() == MESSAGE | {"text", "html_only", "trouble", "headers", "parts"}
    assert message["text"].startswith("See attachment.")
    assert message["parts"][0]["name"] == "invoice.pdf"
    assert message["parts"][0].keys() == {"number", "name", "type", "size"}
    assert ["Message-ID", "<attached.4@mail.example.net>"] in message["headers"]
    assert all(key in grammar_inbound.SHOW_SHAPE for key in message.keys() - MESSAGE)


def test_show_headers(desk: InboundDesk) -> None:
    told = desk("show", "1", "--headers")
    assert told.out.splitlines()[0].startswith("Received: ")
    assert "Subject: Order 1: broken on arrival\n" in told.out


def test_show_source_is_byte_by_byte(desk: InboundDesk, tmp_path: Path) -> None:
    with desk.elsewhere() as (_store, asset):
        content = sample(asset, "bounce", 2)[0].content
    assert desk("show", "3", "--source").out.encode() == content


def test_save_writes_a_new_file_of_the_owner_alone(desk: InboundDesk, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    told = desk("show", "4", "--save", "1", "--to", str(target))
    assert (told.status, told.out) == (0, "")
    assert target.read_bytes().startswith(b"%PDF-1.4")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert str(target) in told.err
    before = target.read_bytes()
    again = desk("show", "4", "--save", "2", "--to", str(target))
    assert again.status == 2
    assert "nothing is written over" in again.err
    assert target.read_bytes() == before
    assert len(desk.audited("message opened")) == 1  # the second one was refused before anything was opened


def test_save_follows_no_link(desk: InboundDesk, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert desk("show", "4", "--save", "1", "--to", str(tmp_path / "link")).status == 2
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["99"], "There is no message 99"),
        (["9223372036854775807"], "There is no message"),
        (["4", "--save", "1"], "belong together"),
        (["4", "--to", "x"], "belong together"),
        (["4", "--save", "1", "--to", "x", "--json"], "goes without"),
        (["4", "--source", "--json"], "goes without"),
        (["1", "--save", "1", "--to", "x"], "The message has no attachments; there is no 1."),
        (["4", "--save", "1", "--to", "nowhere/x"], "No such file or directory"),
    ],
)
def test_show_refuses(words: list[str], why: str, desk: InboundDesk) -> None:
    told = desk("show", *words)
    assert (told.status, told.out) == (2, "")
    assert why in told.err


def test_card_numbers_are_masked_where_the_check_is_on(desk: InboundDesk, tmp_path: Path) -> None:
    listed = desk("list", "asset:Orders")
    shown = [desk("show", "7", *option) for option in ([], ["--source"], ["--json"])]
    target = tmp_path / "cards.csv"
    assert desk("show", "7", "--save", "1", "--to", str(target)).status == 0
    texts = [listed.out, target.read_text(), *(told.out for told in shown)]
    assert not any(CARD in text or CARD.replace(" ", "") in text for text in texts)
    assert all("4111 11** **** 1111" in text for text in (listed.out, shown[0].out, target.read_text()))


# the vault, and the reason


def test_a_sealed_body_needs_the_passphrase(sealed: InboundDesk, tmp_path: Path) -> None:
    told = sealed("show", "1")
    assert (told.status, told.out) == (2, "")
    assert "The bodies of messages are sealed" in told.err
    assert "--passphrase-stdin or --passphrase-file FILE" in told.err
    assert "`postroom vault unlock --keep file --log-key`" in told.err
    assert sealed.audited("message opened") == []


def test_the_passphrase_from_stdin_or_a_file_opens_it(sealed: InboundDesk, tmp_path: Path) -> None:
    phrase = PASSPHRASE.get_secret_value()
    assert "Hello," in sealed("show", "1", "--passphrase-stdin", stdin=f"{phrase}\n").out
    file = tmp_path / "phrase"
    file.write_text(phrase)
    file.chmod(0o600)
    assert "Hello," in sealed("show", "1", "--passphrase-file", str(file)).out
    wrong = sealed("show", "1", "--passphrase-stdin", stdin="wrong\n")
    assert (wrong.status, wrong.out) == (2, "")
    assert len(sealed.audited("message opened")) == 2


def test_the_advice_of_the_refusal_works(
    sealed: InboundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_KEY_FILE", str(tmp_path / "own.key"))
    phrase = PASSPHRASE.get_secret_value()
    advised = ("vault", "unlock", "--keep", "file", "--log-key", "--passphrase-stdin")
    assert sealed.run(*advised, stdin=f"{phrase}\n").status == 0
    assert "Hello," in sealed("show", "1").out


def test_a_person_is_asked_for_the_passphrase(sealed: InboundDesk, tmp_path: Path) -> None:
    environ = {"POSTROOM_STORE": sealed.environ["POSTROOM_STORE"]}
    with terminal("inbound", "show", "1", home=sealed.run.home, environ=environ) as seen:
        seen.shows("Passphrase of the vault:")
        seen.type(f"{PASSPHRASE.get_secret_value()}\n")
        seen.shows("Kind regards")
        assert seen.ends() == 0


def test_without_a_vault_the_way_to_one_is_named(
    desk: InboundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_STORE", str(tmp_path / "other.db"))
    told = desk("export", "--form", "mbox", "--to", str(tmp_path / "x"))
    assert told.status == 2
    assert "postroom vault init" in told.err
    assert not (tmp_path / "x").exists()


def test_a_reason_can_be_demanded(desk: InboundDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_READING_NEEDS_REASON", "true")
    for words in (["show", "1"], ["show", "1", "--reason", " "], ["export", "--form", "jsonl", "--to", "x"]):
        told = desk(*words)
        assert (told.status, told.out) == (2, "")
        assert "say it with --reason" in told.err
    assert desk.audited("message opened") == []
    assert desk("show", "1", "--reason", "asked by the customer").status == 0
    assert desk.audited("message opened") == ["message 1: asked by the customer"]
    assert desk("export", "--form", "csv", "--to", str(tmp_path / "heads.csv")).status == 0, "no body is read"


# hostile mail


def test_hostile_mail_steers_no_terminal(desk: InboundDesk) -> None:
    ids = desk.keep(*HARMFUL)
    views: list[list[str]] = [[], ["--headers"], ["--json"]]
    told = [desk("show", str(one), *view) for one in ids for view in views]
    told += [desk("list", "--json"), desk("list")]
    assert {one.status for one in told} == {0}
    assert not OBEYED & set("".join(one.out + one.err for one in told))


def test_a_source_is_made_harmless_for_a_terminal_alone(desk: InboundDesk) -> None:
    (number,) = desk.keep("hostile-escapes")
    words = ("inbound", "show", str(number), "--source")
    with terminal(*words, home=desk.run.home, environ=desk.environ) as seen:
        seen.shows("come the bytes themselves")
        assert seen.ends() == 0
    assert b"\x1b" not in seen.raw
    assert "␛" in seen.text
    assert "\x1b[2J" in finished(*words, home=desk.run.home, environ=desk.environ).out
