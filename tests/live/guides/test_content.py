"""The texts of the guides: whole, filled in for every provider and method, and in step with the rest."""

from __future__ import annotations

import re

import pytest

from live import diagnosis
from live.diagnosis import Stage
from live.providers import guides
from live.providers.guides import Guide, reading
from live.providers.guides.facts import Facts
from live.providers.guides.oauth_proofs import FLOWS as FLOWS_OF_GUIDES
from live.providers.guides.progress import judged
from live.providers.guides.proofs import PROOFS
from live.providers.guides.sight import NOT_YET
from live.providers.guides.values import PLACE, VALUES, filled
from live.rehearsal.guide_samples import TICKED, add_ticks
from store import assets, guide_steps
from store.database import Store
from store.guide_steps import LONGEST_NAME, NAME
from store.kinds import Provider, SignIn
from store.oauth_clients import Flow
from store.vault import Vault
from tests.live.guides.kit import CALLBACK, EVERY, FLOWS, facts, given, kept_asset, kept_client

STEPS = [(guide, step) for guide in guides.every() for step in guide.steps]
LEFT = re.compile(r"[{}<>]|\bTODO\b|not known")
PATH = re.compile(r" > ")
"""Menus are written so; the one reason for a > in a text."""


def guide_of(guide_id: str) -> Guide:
    found = guides.of(guide_id)
    assert found
    return found


def set_up(store: Store, vault: Vault, guide: Guide) -> Facts:
    """An asset that has all that its guide asks for here."""
    asset = kept_asset(store, vault, guide.provider, guide.sign_in)
    if guide.sign_in == SignIn.OAUTH:
        flow = FLOWS.get(guide.id, "authorization_code")
        more = (
            {"authorization_url": "https://login.example.com/authorize"} if guide.provider == "custom" else {}
        )
        asset = given(store, vault, asset, kept_client(store, vault, guide.provider, flow, **more))
    return facts(store, vault, asset)


@pytest.mark.parametrize("guide_id", EVERY)
def test_every_guide_is_filled_in_to_the_last_place(store: Store, vault: Vault, guide_id: str) -> None:
    guide = guide_of(guide_id)
    known = set_up(store, vault, guide)
    for step in judged(guide, known, {}).steps:
        for value in step.values:
            assert value.text, f"{step.step.id}: {value.label}: {value.missing}"
            assert not LEFT.search(value.text), f"{step.step.id}: {value.text}"
        for paragraph in step.text:
            assert not LEFT.search(PATH.sub(" ", paragraph)), f"{step.step.id}: {paragraph}"


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("sign_in", SignIn)
def test_every_provider_and_method_has_its_guide(
    store: Store, vault: Vault, provider: Provider, sign_in: SignIn
) -> None:
    asset = kept_asset(store, vault, provider, sign_in)
    guide = guides.fitting(asset, None)
    assert (guide.provider, guide.sign_in) == (provider, sign_in)
    before = judged(guide, facts(store, vault, asset), {})
    assert [step.step.id for step in before.steps[-3:]] == ["received", "domain", "register"]
    for step in before.steps:
        assert all(value.text or value.missing for value in step.values)
        assert not any(PLACE.search(paragraph) for paragraph in step.text)


@pytest.mark.parametrize(
    ("provider", "flow", "guide_id"),
    [
        ("gmail", Flow.AUTHORIZATION_CODE, "gmail-oauth"),
        ("gmail", Flow.SERVICE_ACCOUNT, "gmail-service-account"),
        ("office365", Flow.AUTHORIZATION_CODE, "office365-oauth"),
        ("office365", Flow.CLIENT_CREDENTIALS, "office365-app-only"),
        ("custom", Flow.AUTHORIZATION_CODE, "custom-oauth"),
        ("custom", Flow.CLIENT_CREDENTIALS, "custom-oauth"),
    ],
)
def test_the_client_decides_which_guide_fits(
    store: Store, vault: Vault, provider: str, flow: Flow, guide_id: str
) -> None:
    asset = kept_asset(store, vault, provider, "oauth")
    client = kept_client(store, vault, provider, flow)
    fitting = guides.fitting(asset, client)
    assert fitting.id == guide_id
    assert guides.fitting(asset, client, "no-such-guide") is fitting
    for other in guides.offered(provider):
        assert guides.fitting(asset, client, other.id) is other
    entered = judged(fitting, facts(store, vault, given(store, vault, asset, client)), {})
    assert next(one for one in entered.steps if one.step.id == "client-entered").done
    elsewhere = next(guide for guide in guides.every() if guide.provider != provider)
    assert guides.fitting(asset, client, elsewhere.id) is fitting


def test_a_client_that_is_called_back_at_the_playground_has_its_guide(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "gmail", "oauth")
    client = kept_client(
        store, vault, "gmail", "authorization_code", client_type="web", callback_url=guides.PLAYGROUND
    )
    assert guides.fitting(asset, client).id == "gmail-playground"


@pytest.mark.parametrize("guide_id", EVERY)
def test_a_guide_names_each_step_once_and_ends_with_the_registration(guide_id: str) -> None:
    guide = guide_of(guide_id)
    ids = [step.id for step in guide.steps]
    assert len(ids) == len(set(ids))
    assert ids[-1] == "register"
    assert "test" in ids
    assert len(ids) <= 20, "the list of steps must fit on 24 lines"
    assert guide.about.endswith(".")
    assert guide.step(ids[0]) is guide.steps[0]
    assert guide.step("nonsense") is None
    assert set(FLOWS_OF_GUIDES) <= set(EVERY)


@pytest.mark.parametrize(("guide", "step"), STEPS, ids=lambda found: found.id)
def test_a_step_reads_well_and_leads_somewhere(guide: Guide, step: guides.Step) -> None:
    assert NAME.fullmatch(step.id)
    assert len(step.id) <= LONGEST_NAME
    assert 3 <= len(step.title) <= 22
    assert step.text
    assert all(paragraph.endswith((".", ")")) or "{timetable}" in paragraph for paragraph in step.text)
    assert step.link.startswith("https://") or not step.link
    assert not step.proof or step.proof in PROOFS
    assert all(value.key in VALUES for value in step.values)
    assert all(key in VALUES for paragraph in step.text for key in PLACE.findall(paragraph))
    known = {found.id: found for found in diagnosis.all_diagnoses()}
    for diagnosis_id in step.opens_on:
        assert diagnosis_id in known
        assert known[diagnosis_id].provider in ("any", guide.provider)


def test_diagnoses_that_come_too_early_are_known() -> None:
    assert {found.id for found in diagnosis.all_diagnoses()} >= NOT_YET


def test_every_diagnosis_of_a_switch_or_consent_opens_a_step() -> None:
    """Those that a step of the set-up mends; others belong to the test, the grant or nobody."""
    named = {diagnosis_id for _guide, step in STEPS for diagnosis_id in step.opens_on}
    for found in diagnosis.all_diagnoses():
        of_person = found.effect in ("consent", "client") and found.stage is Stage.OAUTH
        if found.provider == "office365" and of_person and found.id.startswith("o365-aadsts-"):
            assert found.id in named | LEFT_TO_THE_GRANT, found.id


LEFT_TO_THE_GRANT = {
    *("o365-aadsts-9002313", "o365-aadsts-54005", "o365-aadsts-501481"),  # slips of one sign-in
    *("o365-aadsts-50126",),  # a mistyped password on Microsoft's page
}


def test_a_shared_step_has_one_tick_and_one_place_in_each_guide() -> None:
    titles: dict[tuple[str, str], set[str]] = {}
    for guide, step in STEPS:
        titles.setdefault((guide.provider, step.id), set()).add(step.title)
    several = {key: found for key, found in titles.items() if len(found) > 1}
    assert set(several) <= {("gmail", "token"), ("office365", "token")}


def test_a_damaged_part_says_which_step() -> None:
    with pytest.raises(ValueError, match="one has colour"):
        reading.steps('[[steps]]\nid = "one"\ncolour = "red"\n')


def test_the_callback_of_the_agent_makes_it_a_web_client(store: Store, vault: Vault) -> None:
    asset = kept_asset(store, vault, "gmail", "oauth")
    plain, served = (facts(store, vault, asset, callback_url=url) for url in ("", CALLBACK))
    assert [filled(plain, key).text for key in ("google_type", "callback")] == [
        "Desktop app",
        "http://127.0.0.1",
    ]
    assert [filled(served, key).text for key in ("google_type", "callback")] == ["Web application", CALLBACK]
    office = facts(store, vault, kept_asset(store, vault, "office365", "oauth", name="Sales"))
    assert filled(office, "entra_platform").text == "Mobile and desktop applications"
    assert filled(office, "callback").text == "http://localhost"
    assert filled(office, "token_url").missing == "the tenant ID is not entered in the OAuth client yet"
    assert filled(office, "client_id").missing == "the OAuth client is not entered yet"


def test_the_rehearsals_ticks_are_steps_of_their_guides(store: Store, vault: Vault) -> None:
    for name, steps in TICKED.items():
        kept_asset(store, vault, "office365" if name != "Events" else "gmail", "password", name=name)
        for step_id in steps:
            assert any(guide.step(step_id) for guide in guides.every()), step_id
    add_ticks(store)
    asset_id = assets.names(store)["Returns EU"]
    assert {tick.by for tick in guide_steps.ticks(store, asset_id).values()} == {"anna"}
