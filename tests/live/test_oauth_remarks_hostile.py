"""Remarks on whatever may be typed or pasted into an OAuth client: none fails, and none repeats a secret."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.oauth_remarks import FIELDS, tidied
from tests.live.oauth_client_fields import (
    ACCOUNT,
    APP_ONLY,
    GOOGLE,
    GOOGLE_SECRET,
    MICROSOFT,
    MICROSOFT_SECRET,
    TENANT,
    WEB,
    Box,
    Client,
    but,
    said,
)

TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=40),
    st.lists(
        st.sampled_from(
            ["https", "http", "://", ":", "/", "@", ".", "[", "]", "#", "?", "*", "{", "}", "example.com",
             "login.microsoftonline.com", "oauth2", "mail.google.com", "urn:ietf:wg:oauth:2.0:oob",
             "localhost", " ", "\n", "\u200b", "\x1b[2J", "\u202e", "\ud800", "a" * 300, "%", "GOCSPX-",
             TENANT, "common", "{tenant}", "SMTP.Send", "\u2100", '{"private_key":"x"}']
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip
WORDS = st.sampled_from(
    ["gmail", "office365", "custom", "authorization_code", "client_credentials", "service_account", "desktop",
     "web", "spa", "testing", "production", "internal", "", "?"]
)  # fmt: skip
GOOD = st.sampled_from([Client(), GOOGLE, MICROSOFT, WEB, APP_ONLY, ACCOUNT])
WHOLE = [field.name for field in dataclasses.fields(Client) if field.name != "secret_ends"]
CHOSEN = ("provider", "flow", "client_type", "publishing")
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **{name: WORDS if name in CHOSEN else TEXTS for name in WHOLE},
        "secret_ends": st.none() | st.dates(),
    },
)
ANY_CLIENT = st.builds(lambda fields, changes: but(fields, **changes), GOOD, CHANGES)
BOXES = st.none() | st.builds(Box, TEXTS, TEXTS, WORDS)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, None]))


@given(fields=ANY_CLIENT, secret=st.none() | TEXTS, now=MOMENTS, asset=BOXES, agent=TEXTS, has=st.booleans())
def test_nothing_typed_makes_it_fail(
    fields: Client, secret: str | None, now: datetime, asset: Box | None, agent: str, has: bool
) -> None:
    for remark in said(fields, secret, now, asset=asset, agent_callback=agent, has_secret=has):
        assert remark.field in FIELDS
        assert remark.text
        assert remark.remedy
        assert len(remark.text) + len(remark.remedy) < 600
    tidy = but(fields, **tidied(dataclasses.asdict(fields)))
    for remark in said(tidy, has_secret=True):
        assert remark.field == "client_secret" or "begins or ends" not in remark.text
        assert "more than a single space" not in remark.text


SECRET = "Zq7wX9vK"
TEXT_FIELDS = [name for name in WHOLE if name not in ("flow", "client_type")]
FRAMES = ["{}", " {} ", "https://{}/x", "https://login.microsoftonline.com/{}/oauth2/token", "a@{}.example",
          "http://localhost/{}", "https://graph.microsoft.com/{}", "{}\u200bx", "x,{}",
          "user{0}@example.com\nuser{0}@example.com"]  # fmt: skip
CLIENTS = [Client(), GOOGLE, MICROSOFT, WEB, APP_ONLY, ACCOUNT, but(GOOGLE, publishing="testing")]


def assert_hidden(fields: Client, secret: str, hidden: str = SECRET) -> None:
    for remark in said(fields, secret, asset=Box(), agent_callback="https://desk.example.com/callback"):
        assert hidden.casefold() not in f"{remark.text} {remark.remedy}".casefold()


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_secret_pasted_into_another_field_is_not_repeated(field: str, frame: str) -> None:
    for fields in CLIENTS:
        pasted = but(fields, **{field: frame.format(SECRET)})
        assert_hidden(pasted, SECRET)
        assert_hidden(pasted, f"before{SECRET}after")
        assert_hidden(but(fields, **{field: frame.format(" ".join(SECRET))}), SECRET)


@pytest.mark.parametrize(
    "secret", [GOOGLE_SECRET, MICROSOFT_SECRET, "ya29.a0" + SECRET * 4, "1//0" + SECRET * 4]
)
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_what_looks_like_a_secret_is_not_repeated_though_none_is_set(field: str, secret: str) -> None:
    for fields in CLIENTS:
        for frame in FRAMES:
            for remark in said(but(fields, **{field: frame.format(secret)}), has_secret=True):
                assert secret.casefold() not in f"{remark.text} {remark.remedy}".casefold()


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_line_of_a_private_key_is_not_repeated(field: str) -> None:
    line = SECRET * 8
    pem = f"-----BEGIN PRIVATE KEY-----\n{line}\nAAAA\n-----END PRIVATE KEY-----\n"
    key_file = json.dumps({"type": "service_account", "private_key": pem, "client_email": "x"})
    for frame in FRAMES:
        assert_hidden(but(ACCOUNT, **{field: frame.format(line)}), key_file, line)


@given(
    fields=ANY_CLIENT,
    secret=st.lists(TEXTS, min_size=2, max_size=2).map(SECRET.join),
    places=st.sets(st.sampled_from(TEXT_FIELDS)),
    frame=st.sampled_from(FRAMES),
)
def test_the_secret_is_in_no_remark(fields: Client, secret: str, places: set[str], frame: str) -> None:
    assert_hidden(but(fields, **{field: frame.format(secret) for field in places}), secret)
    assert_hidden(but(fields, **{field: frame.format(SECRET) for field in places}), SECRET)


def test_extreme_dates_are_counted() -> None:
    for now in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        for ends in (date.min, date.max):
            assert said(but(WEB, secret_ends=ends), MICROSOFT_SECRET, now)
