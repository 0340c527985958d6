"""What the store can know of a step about mail: the password and the connection test, the forwarding, the
domain, the registration."""

from __future__ import annotations

from datetime import datetime, timedelta

from live.diagnosis import by_id
from live.providers.guides.facts import Facts
from live.providers.guides.model import Guide
from live.providers.guides.sight import NOT_YET, UNSEEN, Seen, disproved, not_done, proven
from store.checks import CheckRun, Outcome
from store.forwarding_states import Forwarding
from store.registrations import RegistrationState


def password_kept(facts: Facts, guide: Guide) -> Seen:
    """A password is in the vault. Whether it is right, the sign-in tells."""
    if facts.asset.sign_in != "password":
        return not_done("the asset signs in by OAuth 2.0")
    return proven("kept in the vault") if facts.asset.has_password else not_done("no password is kept yet")


def _passed_rung(facts: Facts, guide: Guide, name: str, words: str) -> Seen:
    if facts.asset.sign_in != guide.sign_in:
        return UNSEEN  # the test was of another method
    rung = facts.rung(name)
    return proven(words) if rung is not None and rung.outcome is Outcome.PASSED else UNSEEN


def signed_in(facts: Facts, guide: Guide) -> Seen:
    """The sign-in of the latest test passed."""
    return _passed_rung(facts, guide, "sign-in", "the server took the sign-in")


def sends_as(facts: Facts, guide: Guide) -> Seen:
    """The server let it send as the asset's address."""
    return _passed_rung(facts, guide, "envelope", "the server lets it send as the address")


def connected(facts: Facts, guide: Guide) -> Seen:
    """The server answered."""
    return _passed_rung(facts, guide, "ehlo", "the server answers")


def test_passed(facts: Facts, guide: Guide) -> Seen:
    """The latest connection test passed."""
    if facts.test is None:
        return not_done("never tested")
    if facts.test.outcome is Outcome.PASSED:
        return proven("it passed")
    return _failed(facts.test, facts.good_test.started_at if facts.good_test else None)


def _failed(run: CheckRun, well_at: datetime | None = None) -> Seen:
    step = next((step for step in run.steps if step.outcome is Outcome.FAILED), None)
    if step is None:
        return disproved("it failed", None, well_at)
    if step.diagnosis in NOT_YET:
        return not_done(by_id(step.diagnosis).cause)
    return disproved(step.words or f"{step.name} failed", step.diagnosis, well_at)


# --- forwarding, and the end ---


def _arrives(facts: Facts) -> Seen | None:
    """What the mail itself says: it comes, or it stopped. None: none has come."""
    state = facts.forwarding
    if facts.figures.last_at is None:
        return None
    if state.kind is Forwarding.STOPPED:
        return disproved(state.words, None, facts.figures.last_at)
    quiet = facts.now - facts.figures.last_at
    return proven("forwarded mail comes" if quiet < timedelta(days=1) else f"mail came: {state.words}")


def asked(facts: Facts, guide: Guide) -> Seen:
    """The provider has asked to confirm the address, or mail has come."""
    if not facts.asset.forwarding_address:
        return not_done("the asset has no forwarding address; set inbound_domain in the configuration")
    if facts.figures.last_at is not None:
        return proven("forwarded mail has come")
    if any(card.matches for card in facts.cards):
        return proven("the provider has asked to confirm it")
    return UNSEEN


def confirmed(facts: Facts, guide: Guide) -> Seen:
    """Mail came, or a person has marked the request as done; one that waits is open."""
    if facts.figures.last_at is not None:
        return proven("forwarded mail has come")
    own = [card for card in facts.cards if card.matches]
    if not own:
        return not_done("another mailbox has asked, not this one: look who") if facts.cards else UNSEEN
    newest = own[0]
    if newest.done_at is None:
        return not_done("the request is here and waits: Enter shows it")
    return proven(f"marked as done by {newest.done_by}" if newest.done_by else "settled by mail that came")


def forwards(facts: Facts, guide: Guide) -> Seen:
    """Forwarded mail arrives."""
    if not facts.asset.forwarding_address:
        return not_done("the asset has no forwarding address; set inbound_domain in the configuration")
    return _arrives(facts) or UNSEEN


def received(facts: Facts, guide: Guide) -> Seen:
    """The same, for the step that is about nothing else: it is certain where none has come."""
    arrives = _arrives(facts)
    probed = facts.forwarding_check
    if arrives is None and probed is not None and probed.outcome is Outcome.FAILED:
        return _failed(probed)
    return arrives or not_done("no forwarded message has come yet")


def domain_checked(facts: Facts, guide: Guide) -> Seen:
    """The latest domain check passed."""
    if facts.domain_check is None:
        return UNSEEN
    passed = facts.domain_check.outcome is Outcome.PASSED
    return proven("all is well with the domain") if passed else _failed(facts.domain_check)


def registered(facts: Facts, guide: Guide) -> Seen:
    """It is mapped to a service of Webex Engage."""
    found = facts.registration
    if found is None:
        lacking = " and ".join(facts.missing)
        return not_done(f"not yet: {lacking}" if lacking else "it can be registered now")
    if found.state is RegistrationState.UNKNOWN:
        return not_done("it is not known whether Engage took it: Enter settles that")
    return proven(f"{found.state.value}, mapped to the service {found.service}")
