"""HTML mail becomes text that can be read, with every link's aim in sight."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail.html_text import html_to_text
from live.mail.html_tokens import tokens


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>two</p>", "One\n\ntwo"),
        ("One<br>two<br><br>three", "One\ntwo\n\nthree"),
        ("<div>One<div>two</div></div>three", "One\ntwo\nthree"),
        ("a  \n\t b&nbsp;c", "a b c"),
        ("<b>bo</b>ld <i> i </i>x", "bold i x"),
        ("1 &lt; 2 &amp; 3 < 4 &euro; &#8364; &#x20AC;", "1 < 2 & 3 < 4 € € €"),
        ("<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></ul>", "- a\n- b\n  1. c\n  2. d"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>", "a  b\nc  d"),
        ("<pre>  x\n\n   y</pre>", "  x\n\n   y"),
        ("a<hr>b", "a\n--------------------\nb"),
        ("<blockquote>q<blockquote>r</blockquote></blockquote>s", "> q\n>\n> > r\n\ns"),
        ("<title>t</title><style>s</style><script>x</script><!-- c -->y<![if !mso]>z<![endif]>", "yz"),
        ("<!--[if mso]>a<![endif]-->b", "b"),
        ("a<!-->b-->c", "ab-->c"),
        ("a<script>x", "a"),
        ("<template>a</template>b", "b"),
        ("a < b <c", "a < b <c"),
        ("&#xD800;&#99999999999999;", "\ufffd\ufffd"),
        ("&#" + "9" * 5_000 + ";", "\ufffd"),
        ("", ""),
    ],
)
def test_layout(source: str, text: str) -> None:
    assert html_to_text(source) == (text, False)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<a href="https://example.com/x?a=1&amp;b=2">here</a>', "here <https://example.com/x?a=1&b=2>"),
        (
            '<a href="https://evil.example/">https://bank.example</a>',
            "https://bank.example <https://evil.example/>",
        ),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:a@example.com">a@example.com</a>', "a@example.com"),
        ("<a href=javascript:alert(1)>x</a>", "x <javascript:alert(1)>"),
        ('<a href="#top">up</a>', "up"),
        ('<a name="x"></a>y', "y"),
        ('<a href="https://example.com"><img src=x></a>', "[image] <https://example.com>"),
        ('<a href="https://example.com/"><div>Buy</div></a>now', "Buy <https://example.com/>\nnow"),
        ('<a href="http://a b>c">x</a>', "x <http://a%20b%3Ec>"),
        ('<a href="https://example.com/">one<a href="https://example.net/">two', "one"),
    ],
)
def test_links(source: str, text: str) -> None:
    assert html_to_text(source)[0].startswith(text)


def test_a_link_of_any_length_is_cut() -> None:
    text = html_to_text(f'<a href="https://example.com/{"a" * 90_000}">x</a>')[0]
    assert text.startswith("x <https://example.com/")
    assert len(text) < 2_100


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<img src="cid:a@b" alt="Logo">', "[image: logo.png]"),
        ('<img src="cid:other" alt="Logo">', "[image: Logo]"),
        ('<img src="cid:other">', "[image: other]"),
        ('<img src="https://example.com/p.gif" width=1 height=1>', ""),
        ('<img alt="A  cat" src=x>', "[image: A cat]"),
    ],
)
def test_images(source: str, text: str) -> None:
    assert html_to_text(source, {"a@b": "logo.png"})[0] == text


@pytest.mark.parametrize(
    "style",
    [
        'style="display:none"',
        'style="color:red;DISPLAY : none !important"',
        "hidden",
        "style='visibility:hidden'",
    ],
)
def test_what_the_mail_hides_is_left_out(style: str) -> None:
    assert html_to_text(f"<div {style}>no<p>no</p></div>yes")[0] == "yes"


def test_what_is_hidden_is_shown_where_nothing_else_is() -> None:
    assert html_to_text("<div style='display:none'>yes</div>")[0] == "yes"


def test_the_padding_of_newsletters_falls_away() -> None:
    assert html_to_text("Hi" + "&zwnj;&nbsp;" * 100 + "there")[0] == "Hi there"


PIECES = (
    *(
        "<",
        ">",
        "</",
        "<p>",
        "<a href='x'>",
        "</a>",
        "<td>",
        "<!--",
        "-->",
        '"',
        "'",
        "&",
        "&#",
        ";",
        "x",
        " ",
    ),
    *(
        "<pre>",
        "\n",
        "<blockquote>",
        "</blockquote>",
        "<li>",
        "<ul>",
        "</ul>",
        "<style>",
        "</style>",
        "hidden",
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_markup_gives_text(pieces: list[str]) -> None:
    source = "".join(pieces)
    text, _cut = html_to_text(source)
    assert "\r" not in text
    at = 0
    for _name, start, end in tokens(source):
        assert at <= start < end <= len(source)
        at = end


def test_a_newsletter_takes_milliseconds() -> None:
    style = (
        "font-family:Arial,sans-serif;font-size:14px;line-height:20px;color:#333333;padding:0 10px;margin:0"
    )
    cell = f"Words about it, <a style='{style}' href='https://example.com/a?b=c'>more</a>"
    row = f"<tr><td style='{style}'>{cell}</td></tr>"
    source = "<html><body><table>" + row * 170 + "</table></body></html>"
    assert 45_000 < len(source) < 60_000
    html_to_text(source)
    for _each in range(10):
        html_to_text(source)
