"""No bytes make reading raise, take long, or take memory out of proportion; what was cut is said."""

from __future__ import annotations

import importlib.util
import random
import resource
from base64 import encodebytes
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live.mail import source_masking
from live.mail.body_text import TEXT_CHARACTERS
from live.mail.cards import has_cards
from live.mail.fields import FIELDS, block, start_of_mail, with_line_feeds
from live.mail.glance import glance
from live.mail.masking import attachments_with_cards, mask_mail
from live.mail.names import NAME_CHARACTERS
from live.mail.parts import DEPTH, PARTS, tree
from live.mail.reading import Mail, attachment_bytes, parsed
from tests.live.mail.mails import HEAD, SAMPLES, attached, mail, nested, of_parts, plain

MEGABYTE = 1_000_000
CARD = b"4111 1111 1111 1111"
PIECES = (
    b"\r\n", b"\n", b"\r", b"\0", b"--", b"=?utf-8?b?", b"?=", b'"', b"\\", b"(", b"<", b">", b"&#", b"<!--",
    b"<a href=", b"charset=utf-7", b"charset=utf-16", b"charset=iso-2022-jp", b"charset=idna", b"\xff\xfe",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    b"filename*0*=utf-8''%ff", b"filename=../../x", b"+2AA-", b"=ED=A0=80", b"&#xD800;", b"&#" + b"9" * 5_000,
    b"Date: Mon, 99 Foo 0000 99:99:99 +9999999\r\n", b"format=flowed", b"<style>", b"begin 644 x\n", b"*",
    b"\x1b$B", CARD,
)  # fmt: skip


def judged(content: bytes) -> Mail:
    """A mail that was read, after everything that must be true of whatever was read."""
    found = parsed(content)
    look = glance(content)
    f"{look}{found.headers}{found.text}".encode()
    assert "\n" not in look.subject + look.sender + look.sender_name + look.recipients + look.message_id
    assert not any("\n" in value for _name, value in (*look.headers, *found.headers))
    assert len(found.text) <= TEXT_CHARACTERS + 100 * PARTS
    count, at = found.text.count("\n") + 1, 0
    for start, end in found.quoted:
        assert at <= start < end <= count
        at = end
    names = [one.name for one in found.attachments]
    assert len({name.casefold() for name in names}) == len(names)
    for one in found.attachments:
        assert 0 < len(one.name) <= NAME_CHARACTERS
        assert not set(one.name) & set('/\\\0\r\n:*?"<>|')
        assert one.name.isprintable()
        assert not one.name.startswith((".", "-"))
        attachment_bytes(content, one.path)
    attachments_with_cards(content)
    told = parsed(source_masking._masked(content, 0))
    assert not has_cards(told.text)
    assert not has_cards(mask_mail(found).text)
    return found


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(content: bytes) -> None:
    judged(content)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, HEAD, b"Subject: ", b"Content-Type: text/html\r\n"]), max_size=40))
def test_any_pieces_of_mail_are_read(pieces: list[bytes]) -> None:
    judged(b"".join(pieces))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([one for one in SAMPLES if len(one) < 100_000]), st.randoms(use_true_random=False))
def test_samples_that_were_mutilated_are_read(sample: bytes, chance: random.Random) -> None:
    content = bytearray(sample)
    for _each in range(chance.choice((1, 3, 10))):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(4):
            case 0:
                content[at:at] = chance.choice(PIECES)
            case 1:
                del content[at : at + chance.randrange(60)]
            case 2:
                content[at : at + 1] = bytes((chance.randrange(256),))
            case _:
                other = chance.choice(SAMPLES)
                start = chance.randrange(len(other) + 1)
                content[at:at] = other[start : start + 300]
    judged(bytes(content))


def corpus() -> Iterator[Path]:
    """The messages that Python tests its own parser with, where they are installed."""
    found = importlib.util.find_spec("test")
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        yield from sorted(Path(place, "test_email", "data").glob("msg_*.txt"))


DIFFERENT = {
    "msg_15.txt": "an end that is followed by nothing: an empty body",
    "msg_16.txt": "Python splits the report into a part for each recipient",
    "msg_36.txt": "Python reads external bodies as messages",
    "msg_37.txt": "boundaries without a line between them",
    "msg_42.txt": "the body of a multipart that has no parts",
    "msg_43.txt": "as msg_16",
}


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_the_corpus_of_python_is_read_as_python_reads_it(path: Path) -> None:
    content = path.read_bytes()
    judged(content)
    if path.name in DIFFERENT:
        return
    lined = with_line_feeds(content)
    start = start_of_mail(lined)
    mine = list(tree(lined, block(lined, start), start=start).walk())
    theirs = list(message_from_bytes(content).walk())
    assert [one.content_type for one in mine] == [one.get_content_type() for one in theirs]
    for one, other in zip(mine, theirs, strict=True):
        if not other.is_multipart():
            assert one.decoded() == other.get_payload(decode=True)


MULTI = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = b"Content-Type: text/html\r\n\r\n"


def messages(levels: int) -> bytes:
    content = HEAD + b"\r\nat the bottom " + CARD
    for _each in range(levels):
        content = HEAD + b"Content-Type: message/rfc822\r\n\r\n" + content
    return content


def encoded_messages(levels: int) -> bytes:
    content = HEAD + b"\r\nat the bottom " + CARD
    for _each in range(levels):
        kind = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        content = HEAD + kind + encodebytes(content)
    return content


HOSTILE = {
    "multiparts nested 1,000 deep": (nested(1_000), "nested more than"),
    "messages nested 1,000 deep": (messages(1_000), "nested more than"),
    "messages in base64, 25 deep": (encoded_messages(25), ""),
    "a million headers": (b"X-A: b\r\n" * MEGABYTE + b"\r\nbody", "more than 10,000 headers"),
    "a million lines in one header": (b"Subject: a\r\n" + b" b\r\n" * MEGABYTE + b"\r\nbody", "longer ones"),
    "a header of 25 MB": (b"Subject: " + b"a" * 25 * MEGABYTE + b"\r\n\r\nbody", "longer ones"),
    "a line of 25 MB": (b"a" * 25 * MEGABYTE, "no headers"),
    "300,000 parts": (MULTI + b"--b\r\n\r\nx\r\n" * 300_000, "more than 1,000 parts"),
    "two million other boundaries": (MULTI + b"--b\r\n\r\n" + b"--bb\r\n" * 2 * MEGABYTE, "no end"),
    "a thousand open multiparts side by side": (
        MULTI
        + b"".join(
            b"--b\r\nContent-Type: multipart/mixed; boundary=q%d\r\n\r\nx\r\n" % n for n in range(2_000)
        )
        + b"y" * 5 * MEGABYTE,
        "cannot be told apart",
    ),
    "NULs": (b"\0" * 3 * MEGABYTE, "no headers"),
    "bare CR": (b"\r" * 3 * MEGABYTE, "no headers"),
    "bare LF": (b"\n" * 3 * MEGABYTE, "no headers"),
    "colons": (b":\n" * MEGABYTE, "no headers"),
    "a hundred thousand recipients": (
        b"To: " + b", ".join(b'"n" <a%d@example.com>' % n for n in range(100_000)) + b"\r\n\r\n",
        "longer ones",
    ),
    "open quotes": (b'From: "' + b"\\" * 90_000 + b"\r\n\r\n", "longer ones"),
    "quotes and escapes": (b"From: " + b'"\\' * 45_000 + b"\r\n\r\n", "longer ones"),
    "open comments": (b"From: " + b"(" * 90_000 + b"\r\n\r\n", "longer ones"),
    "blanks": (b"From: a" + b" " * 90_000 + b"b\r\n\r\n", "longer ones"),
    "encoded words": (b"Subject: " + b"=?utf-8?q?=C3?=" * 6_000 + b"\r\n\r\n", ""),
    "parameters in pieces": (
        b"Content-Type: text/plain" + b"; a*0*=%41" * 9_000 + b"\r\n\r\nx",
        "longer ones",
    ),
    "padding": (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * 5 * MEGABYTE, ""),
    "soft line ends": (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\n" * 5 * MEGABYTE,
        "",
    ),
    "lone surrogates": (HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+2AA-" * MEGABYTE, ""),
    "quoted lines": (HEAD + b"\r\n" + b"> a\n\n" * MEGABYTE, "longer than"),
    "mails below mails": (HEAD + b"\r\nx\n\n" + b"From: a\n\n" * 300_000, "longer than"),
    "who wrote": (HEAD + b"\r\n" + b"On 1 a@b wrote:\n> x\n" * 150_000, "longer than"),
    "HTML of tags": (HEAD + HTML + b"<p>a</p>" * 200_000, "more elements"),
    "HTML nested": (HEAD + HTML + b"<div>" * 400_000 + b"x", "more elements"),
    "HTML of formatting that a tree repeats": (
        HEAD + HTML + b"".join(b"<b id=%d>" % n for n in range(3_000)) + b"<div>x</div>" * 3_000,
        "",
    ),
    "HTML of open tags": (HEAD + HTML + b"<a " * MEGABYTE, "longer than"),
    "HTML of open quotes": (HEAD + HTML + b'<a ">"' * 300_000, "more elements"),
    "HTML of one tag": (HEAD + HTML + b"<p " + b"a=1 " * MEGABYTE + b">x", ""),
    "HTML of blanks": (HEAD + HTML + b"<p>" + b" " * 5 * MEGABYTE + b"x", ""),
    "HTML of open comments": (HEAD + HTML + b"x<!--" * MEGABYTE, ""),
    "HTML with a picture of 10 MB in it": (
        HEAD + HTML + b"<img src='data:image/png;base64," + b"A" * 10 * MEGABYTE + b"'>text",
        "",
    ),
    "card numbers": (HEAD + b"\r\n" + CARD * 20_000, ""),
    "digits": (HEAD + b"\r\n" + b"4 " * 200_000, ""),
}
SECONDS = 3.0
"""Processor time of one look; all take less than one second here."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_bounded_time_and_memory(name: str) -> None:
    content, word = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for work in (glance, parsed, attachments_with_cards):
        work(content)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1_024
    assert more < 3 * len(content) + 200 * MEGABYTE
    found = parsed(content)
    assert word in found.trouble
    assert word or not found.trouble
    assert len(found.headers) <= FIELDS
    assert len(found.attachments) <= PARTS


def test_what_is_nested_as_deep_as_allowed_is_reached() -> None:
    assert "at the bottom" in parsed(messages(DEPTH)).text
    assert "at the bottom" in parsed(nested(DEPTH)).text
    assert "at the bottom" in parsed(encoded_messages(25)).text
    assert b"11** **** 1111" in b"".join(
        attachment_bytes(source_masking._masked(encoded_messages(25), 0), one.path)[-60:]
        for one in parsed(encoded_messages(25)).attachments[-1:]
    )


NO_CHARSETS = ("rot13", "zlib", "idna", "punycode", "unicode_escape", "undefined", "a" * 90, "%")


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_codecs_that_are_no_charset_are_not_asked(charset: str) -> None:
    assert judged(
        mail(b"\\N{BULLET} xn--a \\x41", f"Content-Type: text/plain; charset={charset}")
    ).text.startswith("\\N{BULLET}")


def test_a_mail_of_25_megabytes_is_read_in_place() -> None:
    content = of_parts("mixed", plain("hello"), attached(random.Random(1).randbytes(18 * MEGABYTE)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = parsed(content)
    assert found.attachments[0].size == 18 * MEGABYTE
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1_024 < len(content)
