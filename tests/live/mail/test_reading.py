"""A mail gives its text, headers and attachments, as its sender's program meant them."""

from __future__ import annotations

from base64 import b64encode, encodebytes
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.glance import glance
from live.mail.reading import Mail, attachment_bytes, parsed
from tests.live.mail.mails import HEAD, attached, html, mail, multipart, of_parts, part, plain


def test_a_plain_mail() -> None:
    found = parsed(mail(b"Hello,\r\n\r\nwhere is it?\r\n"))
    assert found.text == "Hello,\n\nwhere is it?"
    assert found.headers[2] == ("Subject", "A question")
    assert not any((found.html_only, found.quoted, found.attachments, found.nested, found.trouble))


def test_the_plain_alternative_is_taken() -> None:
    found = parsed(of_parts("alternative", plain("Words"), html("<p>Pictures</p>")))
    assert (found.text, found.html_only) == ("Words", False)


@pytest.mark.parametrize("stub", ["", " \r\n\u00a0", "Please use a client that supports HTML."])
def test_a_plain_alternative_without_words_is_not(stub: str) -> None:
    found = parsed(of_parts("alternative", plain(stub), html("<p>The <b>words</b></p>")))
    assert (found.text, found.html_only) == ("The words", True)


def test_html_alone_is_made_readable() -> None:
    found = parsed(mail(b"<p>Hi</p><p>there</p>", "Content-Type: text/html"))
    assert (found.text, found.html_only) == ("Hi\n\nthere", True)


def test_texts_between_attachments_follow_each_other() -> None:
    found = parsed(of_parts("mixed", plain("before"), attached(b"x"), plain("after")))
    assert found.text == "before\n\nafter"
    assert [(one.name, one.size, one.path) for one in found.attachments] == [("report.pdf", 1, "2")]


def test_attachments_inside_the_other_alternative_are_listed() -> None:
    inner, field = multipart("mixed", [html("<p>rich</p>"), attached(b"pdf")], "=_i")
    found = parsed(of_parts("alternative", plain("poor"), part(inner, field)))
    assert found.text == "poor"
    assert [one.path for one in found.attachments] == ["2.2"]


def test_a_text_with_a_name_is_an_attachment() -> None:
    named = part(b"a,b", 'Content-Type: text/plain; name="list.csv"')
    found = parsed(of_parts("mixed", plain("see list"), named))
    assert (found.text, found.attachments[0].name) == ("see list", "list.csv")


def test_a_mail_that_is_nothing_but_a_named_text_is_read() -> None:
    assert parsed(mail(b"words", 'Content-Type: text/plain; name="body.txt"')).text == "words"


def test_a_mail_that_is_an_attachment() -> None:
    content = mail(b64encode(b"%PDF"), "Content-Type: application/pdf", "Content-Transfer-Encoding: base64")
    found = parsed(content)
    assert (found.text, found.attachments[0].name) == ("", "attachment.pdf")
    assert attachment_bytes(content, found.attachments[0].path) == b"%PDF"


def test_inline_images_are_named_in_the_text() -> None:
    picture = part(
        b64encode(b"png"),
        'Content-Type: image/png; name="../logo.png"',
        "Content-ID: <logo@1>",
        "Content-Transfer-Encoding: base64",
    )
    found = parsed(of_parts("related", html('<p>Look: <img src="cid:logo@1" alt="x"></p>'), picture))
    assert found.text == "Look: [image: logo.png]"
    assert (found.attachments[0].name, found.attachments[0].content_id) == ("logo.png", "logo@1")


INNER = b"From: Bob <bob@example.net>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_an_attached_message_is_walked_into(encoding: str) -> None:
    body, field = multipart("mixed", [plain("inner words"), attached(b"deep", "deep.bin")], "=_i")
    inner = INNER + field.encode() + b"\r\n\r\n" + body
    raw = encodebytes(inner) if encoding == "base64" else inner
    holder = part(raw, "Content-Type: message/rfc822", f"Content-Transfer-Encoding: {encoding}")
    content = of_parts("mixed", plain("outer words"), holder)
    found = parsed(content)
    assert found.text.split("\n") == [
        "outer words",
        "",
        "[attached message: message.eml]",
        "From: Bob <bob@example.net>",
        "Subject: Grüße",
        "",
        "inner words",
    ]
    assert [(one.name, one.path) for one in found.attachments] == [("message.eml", "2"), ("deep.bin", "2.2")]
    assert attachment_bytes(content, "2").strip() == inner.strip()
    assert attachment_bytes(content, "2.2") == b"deep"
    assert [(one.subject, one.path, one.line) for one in found.nested] == [("Grüße", "2", 2)]


def test_the_parts_of_a_digest_are_messages() -> None:
    found = parsed(of_parts("digest", b"\r\n" + INNER + b"\r\none", b"\r\n" + INNER + b"\r\ntwo"))
    assert [one.name for one in found.attachments] == ["message.eml", "message (2).eml"]
    assert "one" in found.text
    assert "two" in found.text


def test_a_bounce_lists_its_report() -> None:
    report = part(b"Action: failed\r\n", "Content-Type: message/delivery-status")
    headers = part(INNER, "Content-Type: text/rfc822-headers")
    found = parsed(of_parts("report", plain("It failed."), report, headers))
    assert found.text == "It failed."
    assert [one.name for one in found.attachments] == ["delivery-status.txt", "headers.txt"]


def test_flowed_text_is_joined() -> None:
    body = b"One long \r\nline.\r\n>> a quoted \r\n>> line\r\n"
    found = parsed(mail(body, "Content-Type: text/plain; format=flowed"))
    assert found.text == "One long line.\n> > a quoted line"


def test_quoted_parts_of_each_text_count_from_the_whole() -> None:
    quoting = "On Mon, 24 Nov 2025, Ann wrote:\n> what\n> now"
    found = parsed(of_parts("mixed", plain("first"), plain(f"second\n\n{quoting}")))
    lines = found.text.split("\n")
    assert [lines[start:end] for start, end in found.quoted] == [quoting.split("\n")]


@pytest.mark.parametrize(
    ("declared", "meant"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("us-ascii", "utf-8"),
        ("us-ascii", "cp1252"),
        ("utf-8", "cp1252"),
        ("nonsense", "utf-8"),
        ("nonsense", "cp1252"),
        ("rot13", "utf-8"),
        ("", "utf-8"),
        ("gb2312", "utf-8"),
        ("utf-8", "utf-16"),
    ],
)
def test_lies_about_the_charset(declared: str, meant: str) -> None:
    text = "Grüße aus Köln, es kostet 5 €"
    body = b64encode(text.encode(meant))
    fields = (f"Content-Type: text/plain; charset={declared}", "Content-Transfer-Encoding: base64")
    assert parsed(mail(body, *fields)).text == text


def test_the_charset_of_the_document_serves_where_the_header_names_none() -> None:
    body = '<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251")
    assert parsed(mail(body, "Content-Type: text/html")).text == "Привет"


def test_headers_are_decoded_in_order() -> None:
    head = (
        b"Subject: =?iso-8859-1?Q?Gr=FC?=\r\n =?iso-8859-1?Q?n?= und=?utf-8?b?w6Q=?=\r\n"
        b"X-A: raw \xc3\xa4\r\nX-A: \xe4\r\n"
    )
    assert parsed(head + b"\r\n").headers == (("Subject", "Grün undä"), ("X-A", "raw ä"), ("X-A", "ä"))


def test_a_character_cut_between_two_words_is_whole_again() -> None:
    first, second = b64encode("日".encode()[:2]).decode(), b64encode("日".encode()[2:]).decode()
    assert parsed(f"Subject: =?utf-8?b?{first}?= =?utf-8?b?{second}?=\n\n".encode()).headers[0][1] == "日"


def test_uuencoded_parts_are_decoded() -> None:
    body = b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"
    content = mail(body, "Content-Type: application/x-a", "Content-Transfer-Encoding: x-uuencode")
    assert attachment_bytes(content, "1") == b"abc"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (mail(b"no boundary here", 'Content-Type: multipart/mixed; boundary="=_x"'), "cannot be told apart"),
        (mail(b"text", "Content-Type: multipart/mixed"), "cannot be told apart"),
        (mail(*multipart("mixed", [plain("text")], end=False)), "has no end"),
        (b"no header at all, text", "no headers"),
    ],
)
def test_what_is_broken_is_said_and_shown(content: bytes, word: str) -> None:
    found = parsed(content)
    assert word in found.trouble
    assert found.text


def test_an_mbox_line_before_the_headers_is_passed_over() -> None:
    content = b"From ann@example.com Mon Nov 24 10:00:00 2025\n" + HEAD.replace(b"\r", b"") + b"\nText\n"
    assert parsed(content).text == "Text"
    assert glance(content).subject == "A question"


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_all_line_ends_serve(end: bytes) -> None:
    content = (
        of_parts("mixed", plain("one\ntwo"), attached(b"abc")).replace(b"\r\n", b"\n").replace(b"\n", end)
    )
    found = parsed(content)
    assert found.text == "one\ntwo"
    assert found.attachments[0].size == 3
    assert attachment_bytes(content, "2") == b"abc"
    assert glance(content).attachments == ("report.pdf",)


def test_an_unknown_path_is_empty() -> None:
    assert attachment_bytes(mail(b"x"), "7.7") == b""


def test_the_text_is_in_no_repr() -> None:
    assert "secret words" not in repr(parsed(mail(b"secret words")))
    assert isinstance(parsed(b""), Mail)


TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029"), max_size=200
)


@settings(max_examples=80, deadline=None)
@given(
    text=TEXTS,
    markup=st.booleans(),
    files=st.lists(st.tuples(st.binary(max_size=200), TEXTS.filter(str.strip)), max_size=3),
    encoding=st.sampled_from(["base64", "quoted-printable", "8bit"]),
)
def test_what_the_standard_library_writes_is_read(
    text: str, markup: bool, files: list[tuple[bytes, str]], encoding: str
) -> None:
    message = EmailMessage()
    message["Subject"] = "s"
    message.set_content(text, cte=encoding)
    if markup:
        message.add_alternative("<p>x</p>", subtype="html")
    for content, name in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    raw = message.as_bytes()
    found = parsed(raw)
    wanted = text.strip("\n") if text.strip("\ufeff\u00a0 \t\r\n\u200b") else "x" if markup else ""
    assert found.text.strip() == wanted.strip()
    assert [attachment_bytes(raw, one.path) for one in found.attachments] == [
        content for content, _name in files
    ]
    assert [one.size for one in found.attachments] == [len(content) for content, _name in files]
    assert glance(raw).attachments == tuple(one.name for one in found.attachments)
