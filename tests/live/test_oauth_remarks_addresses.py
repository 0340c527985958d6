"""Remarks on an OAuth client: its URLs, tenants, callback, the Google project, and the asset that uses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.oauth_client_fields import (
    ACCOUNT,
    APP_ONLY,
    GOOGLE,
    GOOGLE_SECRET,
    GUID,
    MICROSOFT,
    MICROSOFT_SECRET,
    OTHER,
    TENANT,
    WEB,
    Box,
    Client,
    but,
    one,
    preset,
    said,
)

TESTING = but(GOOGLE, publishing="testing", test_users="Billing@example.com\ndesk@example.com\n")
LOGIN = "https://login.microsoftonline.com"


def fields_of(fields: Client, secret: str | None = None, **more: Any) -> list[tuple[str, str]]:
    return [(remark.field, remark.severity) for remark in said(fields, secret, **more)]


# What is missing or unseen


@pytest.mark.parametrize(
    "field", ["name", "client_id", "token_url", "scope", "authorization_url", "callback_url"]
)
def test_a_field_that_is_missing(field: str) -> None:
    remark = one(but(**{field: ""}))
    assert (remark.field, remark.severity) == (field, "error")
    assert "is empty" in remark.text


def test_without_a_person_less_is_needed() -> None:
    assert said(but(APP_ONLY, authorization_url="", callback_url=""), MICROSOFT_SECRET) == []
    assert said(but(ACCOUNT, client_id=""), has_secret=True) == []


@pytest.mark.parametrize(
    ("changes", "severity", "word"),
    [
        ({"client_id": " desk"}, "warning", "begins or ends with a space"),
        ({"token_url": "https://login.example.com/token\n"}, "warning", "begins or ends with a line break"),
        ({"scope": "\u200bmail.send"}, "warning", "zero-width space"),
        ({"client_id": "de sk"}, "error", "has a space inside"),
        ({"token_url": "https://login.example\u200b.com/token"}, "error", "zero-width space (U+200B) inside"),
        ({"tenant": "a\tb"}, "error", "has a tab inside"),
        ({"client_id": "de\x1bsk"}, "error", "U+001B"),
        ({"name": "Desk\u202e"}, "error", "U+202E"),
        ({"scope": "mail\u200b.send"}, "error", "zero-width space"),
        ({"name": "x" * 2_001}, "error", "longer than 2,000"),
        ({"test_users": "x" * 32_769}, "error", "longer than 32,768"),
    ],
)
def test_white_space_and_unseen_characters(changes: dict[str, str], severity: str, word: str) -> None:
    remark = one(but(**changes))
    assert (remark.field, remark.severity) == (next(iter(changes)), severity)
    assert word in remark.text


# URLs


@pytest.mark.parametrize(
    "field", ["authorization_url", "token_url", "refresh_url", "device_url", "revocation_url"]
)
@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://login.example.com/token", "plain http"),
        ("login.example.com/token", "no https:// URL"),
        ("ftp://login.example.com/token", "no https:// URL"),
        ("https:///token", "no https:// URL"),
        ("https://login.example.com:x/token", "no https:// URL"),
        ("https://[::1/token", "no https:// URL"),
        ("https://desk:s3cret@login.example.com/token", "user name or password"),
        ("https://login.example.com/token#x", "fragment"),
    ],
)
def test_a_url_that_is_none(field: str, url: str, word: str) -> None:
    remark = one(but(**{field: url}))
    assert (remark.field, remark.severity) == (field, "error")
    assert word in remark.text


def test_plain_http_is_for_this_machine_alone() -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert said(but(token_url=f"http://{host}:4040/token")) == []


def test_a_url_that_is_not_the_providers() -> None:
    remark = one(but(GOOGLE, authorization_url="https://acounts.google.com/o/oauth2/v2/auth"), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("authorization_url", "warning")
    assert "acounts.google.com is none of its servers" in remark.text


def test_a_provider_that_goes_unnamed() -> None:
    remark = one(but(MICROSOFT, provider="custom"))
    assert (remark.field, remark.severity) == ("provider", "warning")
    assert remark.remedy.startswith("Choose the provider Office 365")


def test_the_old_endpoint_of_microsoft() -> None:
    old = but(MICROSOFT, authorization_url=f"{LOGIN}/{TENANT}/oauth2/authorize")
    remark = one(old)
    assert (remark.field, remark.severity) == ("authorization_url", "error")
    assert "v1" in remark.text


# Tenants


@pytest.mark.parametrize("tenant", ["common", "organizations", "Common"])
def test_a_shared_tenant_is_for_multitenant_apps(tenant: str) -> None:
    remark = one(preset("office365", tenant=tenant, client_id=GUID))
    assert (remark.field, remark.severity) == ("tenant", "warning")
    assert "AADSTS50194" in remark.text
    assert "Directory (tenant) ID" in remark.remedy
    in_urls = but(preset("office365", tenant=tenant, client_id=GUID), tenant="")
    assert one(in_urls).text == remark.text.replace(tenant, tenant.lower())


@pytest.mark.parametrize("tenant", ["common", "consumers", "organizations"])
def test_app_only_access_needs_a_tenant_of_its_own(tenant: str) -> None:
    fields = but(
        preset("office365", "client_credentials", tenant, client_id=GUID), secret_ends=WEB.secret_ends
    )
    remark = one(fields, MICROSOFT_SECRET)
    assert (remark.field, remark.severity) == ("tenant", "error")
    assert "AADSTS9001023" in remark.text


def test_consumers_are_private_persons() -> None:
    remark = one(preset("office365", tenant="consumers", client_id=GUID))
    assert (remark.field, remark.severity) == ("tenant", "warning")


@pytest.mark.parametrize("tenant", ["x", "a/b", TENANT[:-1], "example..com", "-"])
def test_a_tenant_that_is_none(tenant: str) -> None:
    found = fields_of(but(MICROSOFT, tenant=tenant))
    assert ("tenant", "error") in found


def test_a_tenant_that_is_missing() -> None:
    remark = one(preset("office365", client_id=GUID))
    assert (remark.field, remark.severity) == ("tenant", "error")
    assert "is empty" in remark.text


def test_different_tenants_in_the_urls() -> None:
    other = f"{LOGIN}/{OTHER}/oauth2/v2.0/token"
    remark = one(but(MICROSOFT, token_url=other))
    assert (remark.field, remark.severity) == ("token_url", "error")
    assert "AADSTS700005" in remark.text
    assert OTHER in remark.text
    assert one(but(MICROSOFT, tenant="", refresh_url=other)).field == "refresh_url"
    assert [field for field, _ in fields_of(but(MICROSOFT, tenant=OTHER))] == [
        "authorization_url", "token_url", "refresh_url", "device_url",
    ]  # fmt: skip
    assert "no tenant" in one(but(MICROSOFT, device_url=LOGIN)).text
    assert said(but(MICROSOFT, tenant=TENANT.upper())) == []


def test_google_has_no_tenants() -> None:
    remark = one(but(GOOGLE, tenant=TENANT), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("tenant", "warning")


# Callback


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("urn:ietf:wg:oauth:2.0:oob", "withdrawn"),
        ("http://127.0.0.1/*", "wildcard"),
        ("desk", "no http:// or https:// URL"),
        ("desk://callback", "no http:// or https:// URL"),
        ("http://127.0.0.1/#x", "fragment"),
        ("http://desk@127.0.0.1/x", "user name"),
        ("http://desk.example.com/callback", "plain http"),
        ("https://desk.example.com/callback", "called back on this machine"),
        ("http://127.0.0.2/callback", "does not take 127.0.0.2"),
        ("https://127.0.0.1/callback", "no certificate"),
    ],
)
def test_a_callback_that_google_does_not_take(url: str, word: str) -> None:
    remark = one(but(GOOGLE, callback_url=url), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("callback_url", "error")
    assert word in remark.text


@pytest.mark.parametrize(
    ("url", "severity", "word"),
    [
        ("http://[::1]", "error", "does not take [::1]"),
        ("http://127.0.0.1", "warning", "manifest"),
        ("http://localhost/", "warning", "bare slash"),
        (f"http://localhost/{'x' * 250}", "error", "256 characters"),
        (f"{LOGIN}/common/oauth2/nativeclient", "warning", "called back on this machine"),
    ],
)
def test_a_callback_that_microsoft_does_not_take(url: str, severity: str, word: str) -> None:
    remark = one(but(MICROSOFT, callback_url=url))
    assert (remark.field, remark.severity) == ("callback_url", severity)
    assert word in remark.text
    assert said(but(MICROSOFT, callback_url="http://localhost:8400/callback")) == []


@pytest.mark.parametrize("url", ["https://desk.example.com/", "http://127.0.0.1"])
def test_a_web_clients_callback_is_compared_to_the_letter(url: str) -> None:
    remark = one(but(GOOGLE, client_type="web", callback_url=url), GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("callback_url", "warning")


def test_a_query_in_the_callback_where_personal_accounts_are_taken() -> None:
    fields = but(WEB, callback_url="https://desk.example.com/callback?x=1")
    assert said(fields, MICROSOFT_SECRET) == []
    shared = but(preset("office365", tenant="common", client_id=GUID), callback_url="http://localhost/c?x=1")
    assert fields_of(shared) == [("tenant", "warning"), ("callback_url", "warning")]


@pytest.mark.parametrize(
    ("agent", "severity", "word"),
    [
        ("https://desk.example.com/callback", "", ""),
        ("https://desk.example.com/callback/", "error", "final slash"),
        ("https://desk.example.com/Callback", "error", "capital letters"),
        ("https://desk.example.net/callback", "warning", "pasted back"),
    ],
)
def test_the_callback_that_the_agent_serves(agent: str, severity: str, word: str) -> None:
    found = said(WEB, MICROSOFT_SECRET, agent_callback=agent)
    assert [(remark.field, remark.severity) for remark in found] == (
        [("callback_url", severity)] if severity else []
    )
    assert all(word in remark.text and agent in remark.remedy for remark in found)
    assert said(MICROSOFT, agent_callback=agent) == []


# The Google project, and the asset


def test_a_project_in_testing_ends_each_week() -> None:
    remark = one(TESTING, GOOGLE_SECRET)
    assert (remark.field, remark.severity) == ("publishing", "warning")
    assert "7 days" in remark.text


@pytest.mark.parametrize(
    ("asset", "there"),
    [
        (Box(), True),
        (Box(address="shared@example.com", login_id="Desk@Example.com"), True),
        (Box(address="nobody@example.com"), False),
        (Box(login_id="nobody@example.com"), False),
    ],
)
def test_the_account_that_signs_in_must_be_a_test_user(asset: Box, there: bool) -> None:
    found = fields_of(TESTING, GOOGLE_SECRET, asset=asset)
    assert (("test_users", "error") not in found) is there
    assert said(but(TESTING, publishing="production"), GOOGLE_SECRET, asset=asset) == []


def test_gmail_ignores_dots_and_tags() -> None:
    fields = but(TESTING, test_users="a.billing.desk@googlemail.com")
    for address in ("abillingdesk@gmail.com", "A.BillingDesk+x@gmail.com"):
        assert ("test_users", "error") not in fields_of(fields, GOOGLE_SECRET, asset=Box(address))
    assert ("test_users", "error") in fields_of(
        but(TESTING, test_users="a.b@example.com"), GOOGLE_SECRET, asset=Box("ab@example.com")
    )


def test_more_test_users_than_google_takes() -> None:
    users = [f"user{number}@example.com" for number in range(101)]
    assert ("test_users", "error") in fields_of(but(TESTING, test_users="\n".join(users)), GOOGLE_SECRET)
    hundred = but(TESTING, test_users="\r\n\r\n".join(users[1:]))
    assert fields_of(hundred, GOOGLE_SECRET) == [("publishing", "warning")]


@pytest.mark.parametrize(
    ("users", "word"),
    [
        ("", "no test user is entered"),
        ("billing", "Test user 1 has no @"),
        ("a@example.com\nb@example.com\nA@example.com", "more than once"),
    ],
)
def test_test_users_that_are_none_or_twice(users: str, word: str) -> None:
    found = [
        remark
        for remark in said(but(TESTING, test_users=users), GOOGLE_SECRET)
        if remark.field == "test_users"
    ]
    assert [remark.severity for remark in found] == ["warning"]
    assert word in found[0].text


def test_an_asset_of_another_provider() -> None:
    remark = one(MICROSOFT, asset=Box(provider="gmail"))
    assert (remark.field, remark.severity) == ("provider", "error")
    assert one(MICROSOFT, asset=Box(provider="custom")).severity == "warning"
    assert said(MICROSOFT, asset=Box(provider="office365")) == []


def test_an_asset_outside_the_organisation() -> None:
    private = Box("billing@gmail.com")
    internal = one(but(GOOGLE, publishing="internal"), GOOGLE_SECRET, asset=private)
    assert (internal.field, internal.severity) == ("publishing", "error")
    account = one(ACCOUNT, has_secret=True, asset=private)
    assert (account.field, account.severity) == ("flow", "error")
    person = one(MICROSOFT, asset=Box("billing@outlook.com", provider="office365"))
    assert (person.field, person.severity) == ("tenant", "warning")
    assert said(but(GOOGLE, publishing="internal"), GOOGLE_SECRET, asset=Box()) == []


def test_only_google_has_a_publishing_status() -> None:
    remark = one(but(MICROSOFT, publishing="testing"))
    assert (remark.field, remark.severity) == ("publishing", "warning")
