"""Remarks on whatever may be typed or pasted: none fails, and none repeats the password."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.asset_remarks import FIELDS, tidied
from tests.live.asset_fields import GMAIL, OFFICE, Fields, but, said

TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=40),
    st.lists(
        st.sampled_from(
            ["smtp", "://", ":", "/", "@", ".", "[", "]", "<", ">", "mailto:", "example.com", " ", "\u200b",
             "\x1b[2J", "\u202e", "\ud800", "587", "a" * 300, "xn--", "\\", "%", ";", "\u00df",
             "-----BEGIN CERTIFICATE-----\n"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip
WORDS = st.sampled_from(
    ["gmail", "office365", "custom", "password", "oauth", "ssl", "starttls", "none", "", "?"]
)
HOSTS = st.one_of(TEXTS, st.sampled_from(["smtp.gmail.com", "smtp.office365.com", "localhost"]))
ANY_FIELDS = st.builds(
    Fields,
    name=TEXTS,
    address=TEXTS,
    provider=WORDS,
    sign_in=WORDS,
    host=HOSTS,
    port=st.integers(),
    security=WORDS,
    username=TEXTS,
    login_id=TEXTS,
    owner=TEXTS,
    note=TEXTS,
    ca_pem=TEXTS,
    cleartext_agreed=st.booleans(),
    keep_days=st.none() | st.integers(),
    keep_megabytes=st.none() | st.integers(),
)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, None]))


@given(fields=ANY_FIELDS, password=st.none() | TEXTS, now=MOMENTS)
def test_nothing_typed_makes_it_fail(fields: Fields, password: str | None, now: datetime) -> None:
    for remark in said(fields, password, now):
        assert remark.field in FIELDS
        assert remark.text
        assert remark.remedy
        assert len(remark.text) + len(remark.remedy) < 600
    tidy = but(fields, **tidied(dataclasses.asdict(fields)))
    assert not any("begins or ends" in remark.text for remark in said(tidy) if remark.field != "password")


SECRET = "Zq7wX9vK"
QUOTING = ["name", "address", "provider", "host", "security", "username", "login_id", "owner"]
FRAMES = ["{}", " {} ", "{}://x", "smtp://{}:25/", "X <{}@example.com>", "{}@example.com", "{}\u200b.example"]


def assert_hidden(fields: Fields, password: str) -> None:
    for remark in said(fields, password):
        assert SECRET.casefold() not in f"{remark.text} {remark.remedy}".casefold()


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("field", QUOTING)
@pytest.mark.parametrize("fields", [Fields(), GMAIL, OFFICE], ids=["custom", "gmail", "office365"])
def test_a_password_pasted_into_another_field_is_not_repeated(fields: Fields, field: str, frame: str) -> None:
    pasted = but(fields, sign_in="password", **{field: frame.format(SECRET)})
    assert_hidden(pasted, SECRET)
    assert_hidden(pasted, " ".join(SECRET))
    assert_hidden(but(pasted, **{field: frame.format(" ".join(SECRET))}), SECRET)


@given(
    fields=ANY_FIELDS,
    password=st.lists(TEXTS, min_size=2, max_size=2).map(SECRET.join),
    places=st.sets(st.sampled_from(QUOTING)),
    frame=st.sampled_from(FRAMES),
)
def test_the_password_is_in_no_remark(fields: Fields, password: str, places: set[str], frame: str) -> None:
    assert_hidden(but(fields, **{field: frame.format(password) for field in places}), password)
    assert_hidden(but(fields, **{field: frame.format(SECRET) for field in places}), SECRET)
