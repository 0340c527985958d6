"""Remarks on an OAuth client: client ID, secret, flow and type, scope, where they speak and where not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from live.oauth_remarks import FIELDS, remarks, tidied
from store.oauth_clients import ClientType, Flow, OAuthClientFields, Publishing
from tests.live.oauth_client_fields import (
    ACCOUNT,
    APP_ONLY,
    GOOGLE,
    GOOGLE_ID,
    GOOGLE_SECRET,
    GUID,
    MICROSOFT,
    MICROSOFT_SECRET,
    NOW,
    OTHER,
    TENANT,
    WEB,
    Client,
    but,
    one,
    preset,
    said,
)

SEND = "https://outlook.office.com/SMTP.Send"


@pytest.fixture(scope="module")
def key_file() -> dict[str, str]:
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "private_key": pem.decode(),
        "client_email": "desk@desk.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        (Client(), None),
        (Client(), "anything"),
        (but(callback_url="http://localhost:8400/callback"), None),
        (but(callback_url="http://[::1]"), None),
        (but(token_url="http://127.0.0.1:4040/token", authorization_url="http://localhost:4040/a"), None),
        (but(client_type="web", callback_url="https://desk.example.com/callback"), "anything"),
        (but(flow="client_credentials", authorization_url="", callback_url=""), "anything"),
        (GOOGLE, GOOGLE_SECRET),
        (but(GOOGLE, publishing=""), GOOGLE_SECRET),
        (but(GOOGLE, callback_url="http://localhost:8400/x"), GOOGLE_SECRET),
        (but(GOOGLE, client_type="web", callback_url="https://desk.example.com/callback"), GOOGLE_SECRET),
        (but(GOOGLE, client_type="web", callback_url="http://127.0.0.1:8400"), GOOGLE_SECRET),
        (MICROSOFT, None),
        (but(MICROSOFT, client_id=GUID.upper()), None),
        (but(MICROSOFT, tenant=""), None),
        (but(MICROSOFT, scope="https://outlook.office365.com/smtp.send Offline_Access openid email"), None),
        (but(MICROSOFT, scope="https://outlook.office.com/.default offline_access"), None),
        (preset("office365", tenant="example.com", client_id=GUID), None),
        (WEB, MICROSOFT_SECRET),
        (APP_ONLY, MICROSOFT_SECRET),
    ],
)
def test_a_good_client_is_not_remarked_on(fields: Client, secret: str | None) -> None:
    assert said(fields, secret) == []


# Client ID


@pytest.mark.parametrize(
    ("fields", "secret", "word"),
    [
        (but(MICROSOFT, client_id="desk"), None, "00000000-0000"),
        (but(MICROSOFT, client_id=TENANT), None, "are the same"),
        (but(MICROSOFT, client_id=MICROSOFT_SECRET), None, "holds a secret"),
        (but(GOOGLE, client_id=GUID), GOOGLE_SECRET, "ends in .apps.googleusercontent.com"),
        (but(GOOGLE, client_id=GOOGLE_ID[:-4]), GOOGLE_SECRET, "ends in .apps.googleusercontent.com"),
        (but(GOOGLE, client_id=GOOGLE_SECRET), GOOGLE_SECRET + "x", "holds a secret"),
    ],
)
def test_a_client_id_that_is_none(fields: Client, secret: str | None, word: str) -> None:
    remark = one(fields, secret)
    assert (remark.field, remark.severity) == ("client_id", "error")
    assert word in remark.text


def test_a_client_id_of_google_that_looks_odd() -> None:
    remark = one(but(GOOGLE, client_id="desk.apps.googleusercontent.com"), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("client_id", "warning")


def test_a_rehearsals_server_may_have_other_ideas_of_ids() -> None:
    rehearsed = but(GOOGLE, token_url="http://127.0.0.1:4040/token", refresh_url="", client_id="desk")
    remark = one(rehearsed, GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("client_id", "warning")


# Secret


def test_the_secret_id_instead_of_the_value() -> None:
    remark = one(WEB, OTHER)
    assert (remark.field, remark.severity) == ("client_secret", "error")
    assert "Secret ID" in remark.text
    assert "Value" in remark.remedy
    assert OTHER not in f"{remark.text} {remark.remedy}"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        (GOOGLE, "Google wants one"),
        (but(GOOGLE, client_type="web", callback_url="https://desk.example.com/c"), "Google wants one"),
        (WEB, "Microsoft wants one"),
        (APP_ONLY, "Microsoft wants one"),
        (ACCOUNT, "Google wants one"),
    ],
)
def test_a_secret_that_is_missing(fields: Client, word: str) -> None:
    remark = one(fields)
    assert (remark.field, remark.severity) == ("client_secret", "error")
    assert word in remark.text
    assert said(fields, has_secret=True) == []


def test_a_public_client_of_microsoft_must_not_send_a_secret() -> None:
    remark = one(but(MICROSOFT, secret_ends=date(2027, 9, 1)), MICROSOFT_SECRET)
    assert (remark.field, remark.severity) == ("client_secret", "warning")
    assert "AADSTS700025" in remark.text


@pytest.mark.parametrize(
    ("secret", "severity", "word"),
    [
        (f" {GOOGLE_SECRET}", "error", "white space"),
        (f"{GOOGLE_SECRET}\n", "error", "white space"),
        (f"{GOOGLE_SECRET}\u200b", "error", "white space"),
        (GOOGLE_SECRET.replace("x", "\n", 1), "error", "line break"),
        ("abcdefghijklmnopqrstuvwx", "warning", "GOCSPX-"),
        (GOOGLE_ID, "error", "is the client ID"),
        ('{"installed":{"client_id":"x","client_secret":"y"}}', "error", "whole JSON file"),
        ('{"type":"service_account"}', "error", "whole JSON file"),
    ],
)
def test_a_secret_of_google_that_is_none(secret: str, severity: str, word: str) -> None:
    remark = one(GOOGLE, secret)
    assert (remark.field, remark.severity) == ("client_secret", severity)
    assert word in remark.text


@pytest.mark.parametrize(
    ("ends", "severity", "word"),
    [
        (date(2026, 11, 23), "error", "ended 2 days ago"),
        (date(2026, 11, 24), "error", "ended 1 day ago"),
        (date(2026, 11, 25), "warning", "ends today"),
        (date(2026, 11, 26), "warning", "ends in 1 day."),
        (date(2027, 1, 24), "warning", "ends in 60 days"),
        (date(2027, 1, 25), "", ""),
        (date(2028, 11, 25), "", ""),
        (date(2029, 11, 25), "warning", "24 months"),
        (date.max, "warning", "24 months"),
        (date.min, "error", "days ago"),
        (None, "warning", "not entered"),
    ],
)
def test_the_end_of_a_secret(ends: date | None, severity: str, word: str) -> None:
    found = said(but(WEB, secret_ends=ends), MICROSOFT_SECRET)
    assert [(remark.field, remark.severity) for remark in found] == (
        [("secret_ends", severity)] if severity else []
    )
    assert all(word in remark.text for remark in found)


def test_the_end_of_a_secret_is_told_in_utc() -> None:
    late = datetime(2026, 11, 24, 20, tzinfo=UTC) + timedelta(hours=5)
    assert "ends today" in one(but(WEB, secret_ends=date(2026, 11, 25)), MICROSOFT_SECRET, late).text
    naive = datetime(2026, 11, 25, 1)
    assert "ends today" in one(but(WEB, secret_ends=date(2026, 11, 25)), MICROSOFT_SECRET, naive).text


def test_nobody_is_asked_for_the_end_of_a_secret_where_there_is_none() -> None:
    assert said(MICROSOFT) == []
    assert said(GOOGLE, GOOGLE_SECRET) == []


# A service account's key


def test_a_service_accounts_key(key_file: dict[str, str]) -> None:
    whole = json.dumps(key_file)
    assert said(ACCOUNT, whole) == []
    assert said(ACCOUNT, f"\ufeff{whole}\n") == []
    for client_id in ("123456789012345678901", "desk@desk.iam.gserviceaccount.com"):
        assert said(but(ACCOUNT, client_id=client_id), whole) == []
    remark = one(but(ACCOUNT, client_id=GOOGLE_ID), whole)
    assert (remark.field, remark.severity) == ("client_id", "warning")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"private_key": ""}, "no private key"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}, "cannot be read"),
        ({"private_key": "\ud800"}, "cannot be read"),
        ({"type": "authorized_user"}, "another kind"),
        ({"client_email": ""}, "does not name"),
        ({"installed": "x"}, "file of an OAuth client"),
    ],
)
def test_a_key_file_that_is_none(key_file: dict[str, str], changes: dict[str, str], word: str) -> None:
    remark = one(ACCOUNT, json.dumps({**key_file, **changes}))
    assert (remark.field, remark.severity) == ("client_secret", "error")
    assert word in remark.text


@pytest.mark.parametrize("text", ["GOCSPX-x", "{", "[]", '{"a":' * 4_000, "-----BEGIN PRIVATE KEY-----\nx"])
def test_a_key_that_is_no_json(text: str) -> None:
    assert "no JSON file" in one(ACCOUNT, text).text


# Flow and type


@pytest.mark.parametrize(
    ("fields", "secret", "remedy"),
    [
        (preset("gmail", "client_credentials", client_id=GOOGLE_ID, scope="https://mail.google.com/"),
         GOOGLE_SECRET, "Choose Authorization code or Service account."),
        (but(ACCOUNT, provider="custom", token_url="https://login.example.com/token"), None,
         "Choose Authorization code or App-only."),
    ],
)  # fmt: skip
def test_a_flow_that_the_provider_does_not_have(fields: Client, secret: str | None, remedy: str) -> None:
    remark = next(remark for remark in said(fields, secret, has_secret=True) if remark.field == "flow")
    assert (remark.severity, remark.remedy) == ("error", remedy)


def test_a_single_page_application() -> None:
    remark = one(but(MICROSOFT, client_type="spa"))
    assert (remark.field, remark.severity) == ("client_type", "warning")
    assert "24 hours" in remark.text
    assert "AADSTS9002327" in remark.text
    web = but(client_type="spa", callback_url="https://desk.example.com/callback")
    assert (one(web).field, one(web).severity) == ("client_type", "warning")


@pytest.mark.parametrize("field", ["provider", "flow", "client_type", "publishing"])
def test_a_word_that_nobody_knows(field: str) -> None:
    remark = next(found for found in said(but(**{field: "pigeon"})) if found.field == field)
    assert remark.severity == "error"
    assert remark.text.startswith("pigeon is no ")


# Scope


@pytest.mark.parametrize(
    ("scope", "word"),
    [
        ("https://mail.google.com", "final slash"),
        ("HTTPS://mail.google.com/", "to the letter"),
        ("https://www.googleapis.com/auth/gmail.send", "REST API"),
        ("https://www.googleapis.com/auth/gmail.imap_admin", "REST API"),
        ("openid email", "No scope is for mail"),
    ],
)
def test_a_scope_of_google_that_smtp_does_not_take(scope: str, word: str) -> None:
    remark = one(but(GOOGLE, scope=scope), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("scope", "error")
    assert word in remark.text
    assert remark.remedy == "Set the scope to https://mail.google.com/"


@pytest.mark.parametrize(
    ("scope", "severity", "word"),
    [
        ("https://outlook.office.com/SMTP.Send", "warning", "offline_access"),
        ("https://graph.microsoft.com/Mail.Send offline_access", "error", "Microsoft Graph"),
        ("SMTP.Send offline_access", "error", "Microsoft Graph"),
        ("https://graph.microsoft.com/.default offline_access", "error", "Microsoft Graph"),
        ("https://example.com/SMTP.Send offline_access", "error", "SMTP.Send is not among"),
        ("offline_access openid", "error", "SMTP.Send is not among"),
        (f"{SEND} https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
         "warning", "administrator"),
        (f"{SEND} https://outlook.office365.com/POP.AccessAsUser.All offline_access",
         "warning", "administrator"),
    ],
)  # fmt: skip
def test_scopes_of_microsoft_that_do_not_fit(scope: str, severity: str, word: str) -> None:
    remark = one(but(MICROSOFT, scope=scope))
    assert (remark.field, remark.severity) == ("scope", severity)
    assert word in remark.text


@pytest.mark.parametrize(
    "scope",
    [
        "https://outlook.office.com/SMTP.Send",
        "https://graph.microsoft.com/.default",
        "https://outlook.office365.com/.default offline_access",
    ],
)
def test_app_only_access_takes_one_scope(scope: str) -> None:
    remark = one(but(APP_ONLY, scope=scope), MICROSOFT_SECRET)
    assert (remark.field, remark.severity) == ("scope", "error")
    assert remark.remedy == "Set the scope to https://outlook.office365.com/.default"


@pytest.mark.parametrize(
    ("scope", "severity"),
    [("a,b", "error"), ("a; b", "error"), ("a  b", "warning"), ("a\nb", "warning"), ("a\u00a0b", "warning")],
)
def test_what_stands_between_scopes(scope: str, severity: str) -> None:
    remark = one(but(scope=scope))
    assert (remark.field, remark.severity) == ("scope", severity)
    assert said(but(scope="a b")) == []


# All of it


def test_the_stores_own_fields_fit() -> None:
    fields = OAuthClientFields(
        name="Desk",
        provider="office365",  # type: ignore[arg-type]
        flow=Flow.AUTHORIZATION_CODE,
        client_type=ClientType.SPA,
        client_id=GUID,
        token_url=MICROSOFT.token_url,
        authorization_url=MICROSOFT.authorization_url,
        callback_url="http://localhost",
        tenant=TENANT,
        scope=MICROSOFT.scope,
        publishing=Publishing.UNKNOWN,
    )
    found = remarks(fields, None, NOW)
    assert [remark.field for remark in found] == ["client_type"]
    assert set(FIELDS) - {"client_secret"} == set(OAuthClientFields.model_fields)


def test_remarks_come_in_the_order_of_the_form_errors_first() -> None:
    found = remarks(
        but(MICROSOFT, name="", client_id="x", scope="SMTP.Send", tenant="?"), SecretStr(OTHER), NOW
    )
    order = list(FIELDS)
    places = [(order.index(remark.field), remark.severity) for remark in found]
    assert places == sorted(places)
    assert {"name", "client_id", "client_secret", "tenant", "scope"} <= {remark.field for remark in found}


def test_tidied_fields_keep_the_secret_and_lose_white_space() -> None:
    tidy = tidied({"name": " Desk\u200b", "scope": " a \n b ", "client_secret": " x ", "secret_ends": None})
    assert tidy == {"name": "Desk", "scope": "a b", "client_secret": " x ", "secret_ends": None}
