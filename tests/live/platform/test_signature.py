"""Only the holder of the secret can sign, in whatever form the platform signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.platform.signature import is_signed
from live.webhooks import signing
from store.webhook_kinds import Style
from tests.live.platform.kit import SECRET, body_of, signature
from tests.store.kit import NOON

BODY = b' {"subject": "a  b",\r\n "x": 1}\n'


@pytest.mark.parametrize("name", ["sha256", "sha512"])
@pytest.mark.parametrize("form", [BODY, BODY.strip(), BODY.translate(None, b" \r\n\t")])
def test_each_form_of_the_body(name: str, form: bytes) -> None:
    assert is_signed(BODY, signature(form, name=name), SECRET)
    assert is_signed(BODY, f" {signature(form, name=name).upper().replace(name.upper(), name)} ", SECRET)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha1=" + "0" * 40,
        "sha256=" + "0" * 64,
        "sha512=" + "0" * 64,
        "sha256=" + "0" * 128,
        signature(BODY).removeprefix("sha256="),
        signature(BODY, SecretStr("another secret")),
        signature(BODY) + "\r\nX: y",
        signature(BODY)[:-1] + "\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_anything_else_is_not_signed(header: str) -> None:
    assert not is_signed(BODY, header, SECRET)


@given(st.binary(max_size=200), st.text(max_size=140))
def test_no_header_is_an_error(body: bytes, header: str) -> None:
    assert not is_signed(body, header, SECRET)


@given(st.integers(min_value=0, max_value=600))
def test_another_octet_is_another_body(place: int) -> None:
    body = body_of()
    place %= len(body)
    changed = body[:place] + b"~" + body[place + 1 :]
    assert not is_signed(changed, signature(body), SECRET)


@pytest.mark.parametrize("style", [Style.PLATFORM_SHA256, Style.PLATFORM_SHA512])
def test_what_our_own_webhooks_sign_is_taken(style: Style) -> None:
    made = signing.headers(style, [signing.key_of(SECRET, style)], "msg_1", NOON, BODY)
    assert is_signed(BODY, made["x-hub-signature"], SECRET)
