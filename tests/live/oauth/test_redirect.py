"""Addresses as people paste them, and as nobody should be able to."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from live.oauth.redirect import AddressUnreadable, Redirect, parse_redirect
from tests.live.oauth.kit import CODE, PLANTED, assert_silent, told

STATE = SecretStr("plantedState-8f6f1c0d_aa")
PLAIN = urlencode({"state": STATE.get_secret_value(), "code": CODE.get_secret_value()})
ADDRESS = f"http://127.0.0.1:8400/callback?{PLAIN}"
GOOD = Redirect(STATE, CODE)


def parsed(address: str) -> Redirect:
    return parse_redirect(SecretStr(address))


def unreadable(address: str) -> str:
    """What is said of an address that is none; it is not quoted."""
    with pytest.raises(AddressUnreadable) as caught:
        parsed(address)
    assert_silent(told(caught.value), (*PLANTED, STATE))
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        f"  {ADDRESS}\n",
        f'"{ADDRESS}"',
        f"<{ADDRESS}>",
        f"`{ADDRESS}`",
        f"\x1b[200~{ADDRESS}\x1b[201~",
        f"\ufeff{ADDRESS}\u200b",
        ADDRESS[:50] + "\n" + ADDRESS[50:],
        ADDRESS[:50] + "  \r\n   " + ADDRESS[50:],
        ADDRESS[:30] + "\n> " + ADDRESS[30:70] + "\n> " + ADDRESS[70:],
        ADDRESS[:60] + "\n│ " + ADDRESS[60:],
        ADDRESS[:-5] + " " + ADDRESS[-5:],
        ADDRESS.replace("&", "&amp;"),
        ADDRESS.replace("%2F", "/"),
        ADDRESS.removeprefix("http://"),
        PLAIN,
        f"?{PLAIN}",
        f"&{PLAIN}",
        f"{ADDRESS}#",
        f"{ADDRESS}#_=_",
        f"http://localhost/#{PLAIN}",
        f"#{PLAIN}",
        f"{ADDRESS}&scope=a+b&authuser=0&hd=example.com&prompt=consent&session_state=1&session_state=2",
        f"https://elsewhere.example.net/?{PLAIN}",
        f"{ADDRESS}&iss=",
        f"{ADDRESS}&error=",
    ],
)
def test_an_address_in_all_the_forms_that_it_is_pasted_in(address: str) -> None:
    assert parsed(address) == GOOD


def test_whose_answer_it_is() -> None:
    assert parsed(f"{ADDRESS}&iss={quote('https://accounts.google.com', safe='')}").iss == (
        "https://accounts.google.com"
    )


def test_an_error_with_what_belongs_to_it() -> None:
    found = parsed(
        "http://localhost/?error=access_denied&error_subtype=cancel&state=s1"
        "&error_description=AADSTS65004%3a+User+declined+to+consent."
    )
    assert found == Redirect(
        SecretStr("s1"),
        None,
        error="access_denied",
        description="AADSTS65004: User declined to consent. cancel",
    )


def test_an_error_beats_a_code() -> None:
    found = parsed(f"{ADDRESS}&error=server_error")
    assert (found.code, found.error) == (None, "server_error")


def test_words_without_measure_are_cut() -> None:
    found = parsed(f"?state=s&error={'e' * 5_000}&error_description={'d' * 9_000}")
    assert (len(found.error), len(found.description)) == (2_000, 2_000)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "whole address"),
        ("   \n ", "whole address"),
        (CODE.get_secret_value(), "whole address"),
        ("http://127.0.0.1:8400/callback", "whole address"),
        ("http://127.0.0.1:8400/callback?state=s1", "whole address"),
        (f"?code={quote(CODE.get_secret_value())}", "no state"),
        ("?error=access_denied", "no state"),
        ("?code=&state=s1", "whole address"),
        ("https://accounts.google.com/o/oauth2/v2/auth?client_id=1&state=s1", "leads to the provider"),
        ("https://login.microsoftonline.com/x?response_type=code&state=s1", "leads to the provider"),
        (f"{ADDRESS}&code=another", "code more than once"),
        (f"{ADDRESS}&state=another", "state more than once"),
        (f"{ADDRESS}&iss=a&iss=b", "iss more than once"),
        (f"{ADDRESS}&error=a&error=b", "error more than once"),
        ("?state=s&code=plantedC%C3%B6de", "no code has"),
        ("?state=s&code=a%00b", "no code has"),
        ("?state=s&code=a%01b", "no code has"),
        ("?state=%1b%5b2J&code=c", "no state"),
        (f"?state={'s' * 20_000}&code=c", "no state"),
        (f"?state=s&code={'c' * 20_000}", "no code has"),
        ("?" + "a=1&" * 200 + PLAIN, "whole address"),
        ("x" * 40_000, "longer than 32,768"),
    ],
)
def test_what_is_no_answer_says_what_to_paste(address: str, said: str) -> None:
    assert said in unreadable(address)


TOKEN = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)
BREAK = st.sampled_from(["\n", "\r\n", "  \n", "\n    ", "\n> ", "\t\n"])


@given(TOKEN, TOKEN, st.lists(st.tuples(st.integers(0, 400), BREAK), max_size=4), st.booleans())
@example("&=#?%+", "%41&amp;'\">", [], True)
def test_whatever_code_and_state_are_they_come_out_as_they_went_in(
    code: str, state: str, breaks: list[tuple[int, str]], whole: bool
) -> None:
    address = ("http://127.0.0.1:1/cb?" if whole else "") + urlencode({"code": code, "state": state})
    for at, line_break in sorted(breaks, reverse=True):
        place = 1 + at % max(len(address) - 1, 1)
        if "\n" not in address[place - 1 : place + 1]:
            address = address[:place] + line_break + address[place:]
    assert parsed(address) == Redirect(SecretStr(state), SecretStr(code))


@given(st.text(max_size=300) | st.text("codestaer=&?#% \n\x1b[;~", max_size=80))
def test_any_text_is_an_answer_or_a_sentence(text: str) -> None:
    try:
        found = parsed(text)
    except AddressUnreadable as error:
        said = str(error)
    else:
        said = "Read."
        assert found.state.get_secret_value()
        assert (found.code is None) == bool(found.error)
    assert said.endswith(".")
