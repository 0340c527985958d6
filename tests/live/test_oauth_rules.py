"""What is known of the providers' OAuth: presets, parameters, issuers, ways, and how long things live."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from live import providers
from store.oauth_clients import TEST_USERS, ClientType, Flow, OAuthClientFields

TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
GOOGLE = "https://accounts.google.com"
LOGIN = "https://login.microsoftonline.com"
OFFLINE = {"access_type": "offline", "login_hint": "a@example.com"}
AUTHORIZE = f"{LOGIN}/{TENANT}/oauth2/v2.0/authorize"


@pytest.mark.parametrize("provider", providers.ALL)
@pytest.mark.parametrize("flow", [flow.value for flow in Flow])
@pytest.mark.parametrize("client_type", [kind.value for kind in ClientType])
def test_presets_fill_fields_of_an_oauth_client(provider: str, flow: str, client_type: str) -> None:
    filled = providers.preset(provider, flow, TENANT, client_type)
    assert set(filled) <= set(OAuthClientFields.model_fields)
    assert {"token_url", "scope"} <= set(filled)
    for field, value in filled.items():
        assert isinstance(value, str)
        if field.endswith("_url") and value and field != "callback_url":
            assert urlsplit(value).scheme == "https"
    OAuthClientFields(
        name="Desk", client_id="x", provider=provider, flow=flow, client_type=client_type, **filled
    )  # type: ignore[arg-type]


def test_a_tenant_typed_once_goes_into_all_urls() -> None:
    filled = providers.preset("office365", "authorization_code", f" {TENANT} ")
    urls = [filled[field] for field in ("authorization_url", "token_url", "refresh_url", "device_url")]
    assert [url.split("/")[3] for url in urls] == [TENANT] * 4
    assert filled["authorization_url"] == AUTHORIZE
    assert filled["refresh_url"] == filled["token_url"] == f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
    assert filled["scope"] == "https://outlook.office.com/SMTP.Send offline_access"
    assert filled["callback_url"] == "http://localhost"


def test_a_tenant_that_is_missing_or_hostile_cannot_lead_elsewhere() -> None:
    assert "/{tenant}/" in providers.preset("office365", "authorization_code", "")["token_url"]
    for tenant in ("../x", "a/b?c#d", "@example.com", "{tenant}"):
        url = urlsplit(providers.preset("office365", "authorization_code", tenant)["token_url"])
        assert url.netloc == "login.microsoftonline.com"
        assert url.path.count("/") == 4
        assert url.path.endswith("/oauth2/v2.0/token")


def test_presets_of_google_have_no_tenant_and_no_device_code() -> None:
    filled = providers.preset("gmail", "authorization_code", TENANT)
    assert TENANT not in "".join(filled.values())
    assert filled["authorization_url"] == "https://accounts.google.com/o/oauth2/v2/auth"
    assert filled["token_url"] == filled["refresh_url"] == "https://oauth2.googleapis.com/token"
    assert filled["scope"] == "https://mail.google.com/"
    assert filled["callback_url"] == "http://127.0.0.1"
    assert filled["device_url"] == ""
    assert filled["revocation_url"] == "https://oauth2.googleapis.com/revoke"


def test_presets_without_a_person() -> None:
    app_only = providers.preset("office365", "client_credentials", TENANT, "web")
    assert app_only["scope"] == "https://outlook.office365.com/.default"
    assert app_only["token_url"] == f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
    account = providers.preset("gmail", "service_account", "")
    assert account["scope"] == "https://mail.google.com/"
    assert account["token_url"] == "https://oauth2.googleapis.com/token"
    for filled in (app_only, account):
        assert not filled["authorization_url"]
        assert not filled["callback_url"]


def test_a_web_clients_callback_is_not_guessed() -> None:
    assert providers.preset("gmail", "authorization_code", "", "web")["callback_url"] == ""


@pytest.mark.parametrize(
    ("provider", "ask", "expected"),
    [
        ("gmail", False, {**OFFLINE, "prompt": "select_account"}),
        ("gmail", True, {**OFFLINE, "prompt": "select_account consent"}),
        ("office365", False, {"login_hint": "a@example.com", "prompt": "select_account"}),
        ("office365", True, {"login_hint": "a@example.com", "prompt": "consent"}),
        ("custom", False, {"login_hint": "a@example.com"}),
        ("custom", True, {"login_hint": "a@example.com", "prompt": "consent"}),
    ],
)  # fmt: skip
def test_what_an_authorization_request_carries(provider: str, ask: bool, expected: dict[str, str]) -> None:
    rules = providers.of(provider).oauth
    assert rules.authorization_parameters("a@example.com", ask_consent=ask) == expected
    assert "login_hint" not in rules.authorization_parameters("", ask_consent=ask)


def test_device_code_is_offered_or_the_reason_why_not() -> None:
    assert not providers.of("gmail").oauth.device_allowed
    assert "no mail scope" in providers.of("gmail").oauth.no_device
    assert providers.of("office365").oauth.device_allowed
    assert providers.of("custom").oauth.device_allowed


@pytest.mark.parametrize(
    ("provider", "client_type", "expected"),
    [
        ("gmail", "desktop", "needed"),
        ("gmail", "web", "needed"),
        ("office365", "desktop", "refused"),
        ("office365", "web", "needed"),
        ("office365", "spa", "refused"),
        ("custom", "desktop", "optional"),
        ("gmail", "pigeon", "optional"),
    ],
)
def test_where_a_secret_is_needed(provider: str, client_type: str, expected: str) -> None:
    assert providers.of(provider).oauth.secret_rule(client_type) == expected


@pytest.mark.parametrize(
    ("provider", "iss", "authorization_url", "tenant", "fits"),
    [
        ("gmail", GOOGLE, f"{GOOGLE}/o/oauth2/v2/auth", "", True),
        ("gmail", f"{GOOGLE}/", f"{GOOGLE}/o/oauth2/v2/auth", "", False),
        ("gmail", "https://example.net", f"{GOOGLE}/o/oauth2/v2/auth", "", False),
        ("gmail", "http://127.0.0.1:4040", "http://127.0.0.1:4040/authorize", "", True),
        ("gmail", "http://127.0.0.1:4041", "http://127.0.0.1:4040/authorize", "", False),
        ("gmail", GOOGLE, "http://127.0.0.1:4040/authorize", "", False),
        ("office365", f"{LOGIN}/{TENANT}/v2.0", AUTHORIZE, TENANT, True),
        ("office365", f"{LOGIN}/{TENANT}/v2.0", AUTHORIZE, TENANT.upper(), True),
        ("office365", f"{LOGIN}/{OTHER}/v2.0", AUTHORIZE, TENANT, False),
        ("office365", f"{LOGIN}/{OTHER}/v2.0", f"{LOGIN}/common/oauth2/v2.0/authorize", "common", True),
        ("office365", f"{LOGIN}/{TENANT}/v2.0", AUTHORIZE, "example.com", True),
        ("office365", f"{LOGIN}/common/v2.0", AUTHORIZE, "common", False),
        ("office365", f"{LOGIN}/v2.0", AUTHORIZE, "", False),
        ("office365", "", AUTHORIZE, TENANT, False),
        ("office365", f"https://login.microsoftonline.us/{TENANT}/v2.0",
         f"https://login.microsoftonline.us/{TENANT}/oauth2/v2.0/authorize", TENANT, True),
        ("office365", f"{LOGIN}/{TENANT}/v2.0",
         f"https://login.microsoftonline.us/{TENANT}/oauth2/v2.0/authorize", TENANT, False),
        ("custom", "https://login.example.com", "https://login.example.com/authorize", "", True),
        ("custom", "https://login.example.com/realms/desk", "https://login.example.com/authorize", "", True),
        ("custom", "https://login.example.net", "https://login.example.com/authorize", "", False),
        ("custom", "https://login.example.com:x", "https://login.example.com:x/authorize", "", False),
        ("custom", "", "", "", False),
    ],
)  # fmt: skip
def test_the_issuer_of_the_answer_is_the_one_that_was_asked(
    provider: str, iss: str, authorization_url: str, tenant: str, fits: bool
) -> None:
    assert providers.of(provider).oauth.issuer_fits(iss, authorization_url, tenant) is fits


def test_how_long_things_live() -> None:
    google, microsoft = providers.of("gmail").oauth, providers.of("office365").oauth
    assert google.idle is not None
    assert timedelta(days=178) < google.idle.span <= timedelta(days=181)
    assert google.testing is not None
    assert google.testing.span == timedelta(days=7)
    assert google.most_test_users == TEST_USERS
    assert not google.rotates
    assert microsoft.idle is not None
    assert microsoft.idle.span == timedelta(days=90)
    assert microsoft.spa is not None
    assert microsoft.spa.span == timedelta(hours=24)
    assert microsoft.rotates
    for rules in (google, microsoft):
        for limit in (rules.idle, rules.testing, rules.spa, rules.longest_secret):
            assert limit is None or (limit.source.startswith("https://") and not limit.words.endswith("."))
    assert providers.of("custom").oauth.idle is None
