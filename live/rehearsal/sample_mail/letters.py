"""Sample mail that people write: plain, HTML, in many scripts, long and short, answers to answers."""

from __future__ import annotations

from live.rehearsal.sample_mail.writing import (
    Encoding,
    Fields,
    Route,
    encoded,
    message_id,
    multipart,
    word,
    written,
)

TEXT = """Hello,

the order {number} has arrived, but one of the two lamps is broken. What shall I do with it?

Kind regards
Robin Example
"""

HTML = """<html><head><style>p {{ color: #333 }}</style></head><body>
<p>Hello,</p><p>the order <b>{number}</b> has arrived, but one of the two lamps is <i>broken</i>.</p>
<img src="https://tracking.example.net/pixel.gif" width="1" height="1">
<p>Robin Example</p></body></html>
"""

SCRIPTS: dict[str, tuple[str, str, str]] = {
    "de": ("Rückfrage zur Bestellung", "Grüße aus Köln: wo bleibt die Lampe?\n", "iso-8859-1"),
    "ja": ("ご注文について", "ランプが壊れていました。どうすればよいですか。\n", "iso-2022-jp"),
    "ru": ("Вопрос о заказе", "Здравствуйте, лампа разбита. Что делать?\n", "koi8-r"),
    "zh": ("关于订单的问题", "您好，灯坏了，我该怎么办？\n", "gb18030"),
    "ar": ("سؤال عن الطلب", "مرحبا، المصباح مكسور. ماذا أفعل؟\n", "utf-8"),
}
"""Language → subject, text, charset."""


def letter(
    route: Route,
    subject: str = "",
    text: str = "",
    *,
    sender: str = "",
    to: str = "",
    more: Fields = (),
    encoding: Encoding = "7bit",
    charset: str = "utf-8",
) -> bytes:
    """A plain mail of a customer to the asset's mailbox, with such headers as a mail program writes.

    Args:
        sender: the whole value of From; "": the customer.
        to: the address in To; "": the mailbox.
        more: further headers.
    """
    return written(
        [
            ("From", sender or f"Robin Example <{route.customer}>"),
            ("To", to or route.mailbox),
            ("Subject", word(subject or f"Order {route.number}: broken on arrival")),
            ("Date", route.date),
            ("Message-ID", message_id(route, "letter")),
            *more,
            ("MIME-Version", "1.0"),
            ("Content-Type", f"text/plain; charset={charset}"),
            ("Content-Transfer-Encoding", encoding),
        ],
        encoded(text or TEXT.format(number=route.number), encoding, charset),
    )


def in_script(route: Route, language: str) -> bytes:
    """A letter in a language of `SCRIPTS`, in the charset that old programs there write."""
    subject, text, charset = SCRIPTS[language]
    encoding: Encoding = "7bit" if charset == "iso-2022-jp" else "base64"
    return letter(route, f"{subject} {route.number}", text, encoding=encoding, charset=charset)


def html_letter(route: Route) -> bytes:
    """A mail with its text twice, as most mail programs send it."""
    plain = written(
        [("Content-Type", "text/plain; charset=utf-8")], encoded(TEXT.format(number=route.number), "7bit")
    )
    rich = written(
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")],
        encoded(HTML.format(number=route.number), "quoted-printable"),
    )
    content_type, body = multipart("alternative", [plain, rich])
    return written([*_head(route, "html"), ("Content-Type", content_type)], body)


def html_only(route: Route) -> bytes:
    """A mail that has no plain text."""
    return written(
        [
            *_head(route, "html-only"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Transfer-Encoding", "base64"),
        ],
        encoded(HTML.format(number=route.number), "base64"),
    )


def answer(route: Route, rounds: int = 5) -> bytes:
    """An answer to an answer, each quoted in the next."""
    text = TEXT.format(number=route.number)
    for turn in range(rounds):
        quoted = "".join(f"> {line}\n" for line in text.splitlines())
        text = f"Thanks, round {turn + 1}.\n\nOn Tue, 24 Nov 2026 support wrote:\n{quoted}"
    threads = [("In-Reply-To", "<before@mail.example.com>"), ("References", "<before@mail.example.com>")]
    return letter(route, f"Re: Order {route.number}", text, more=threads)


def _head(route: Route, what: str) -> list[tuple[str, str | bytes]]:
    return [
        ("From", f"Robin Example <{route.customer}>"),
        ("To", route.mailbox),
        ("Subject", f"Order {route.number}: broken on arrival"),
        ("Date", route.date),
        ("Message-ID", message_id(route, what)),
        ("MIME-Version", "1.0"),
    ]
