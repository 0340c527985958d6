"""Reads from the store all that a set-up guide can know of one asset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from store import assets, checks, confirmations, forwarding_states, grants, oauth_clients, registrations
from store.checks import CONNECTION, DOMAIN, FORWARDING, Outcome
from store.forwarding_states import Forwarding, ForwardingFigures, ForwardingState, forwarding_state
from store.grants import GrantState

if TYPE_CHECKING:
    from store.assets import Asset
    from store.checks import CheckRun, CheckStep
    from store.confirmations import Confirmation
    from store.database import Store
    from store.grants import Grant
    from store.oauth_clients import OAuthClient
    from store.registrations import Registration
    from store.vault import Vault

LOOKED_BACK = 10
"""Runs that are looked at for one that was not stopped by a person."""

MOST_CARDS = 500
"""Requests that are looked at: a mailbox makes one or two, but whoever knows the address can make more."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way now: a check or a grant that failed."""

    diagnosis: str
    words: str
    """The server's or the provider's; untrusted."""
    well_at: datetime | None = None
    """When what failed was last known to be well."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All of one asset that bears on its set-up, at one moment."""

    asset: Asset
    now: datetime
    client: OAuthClient | None = None
    grant: Grant | None = None
    test: CheckRun | None = None
    """The latest connection test that was not stopped."""
    good_test: CheckRun | None = None
    """The newest one that passed."""
    forwarding_check: CheckRun | None = None
    domain_check: CheckRun | None = None
    figures: ForwardingFigures = field(default_factory=ForwardingFigures)
    cards: tuple[Confirmation, ...] = ()
    """The provider's requests to confirm the forwarding, newest first."""
    registration: Registration | None = None
    missing: tuple[str, ...] = ()
    """What keeps it from being registered."""
    callback_url: str = ""
    """Where the agent takes consents (setting)."""
    inbound_domain: str = ""
    """Setting."""

    @property
    def forwarding(self) -> ForwardingState:
        """How the forwarding stands."""
        last_at = self.figures.last_at
        waits = any(
            card.done_at is None and (last_at is None or card.arrived_at > last_at) for card in self.cards
        )
        return forwarding_state(self.figures, waits, self.now)

    @property
    def mail_comes(self) -> bool:
        """Whether forwarded mail has come, and not stopped to."""
        return self.figures.last_at is not None and self.forwarding.kind is not Forwarding.STOPPED

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What stands in the way now, by the diagnoses of what failed last."""
        found = [] if self.grant is None else _of_grant(self.grant)
        found += _of_run(self.test, self.good_test.started_at if self.good_test else None)
        found += _of_run(self.domain_check, None)
        last_at, probed = self.figures.last_at, self.forwarding_check
        if probed is not None and (last_at is None or last_at < probed.started_at):
            found += _of_run(probed, last_at)  # a mail that came since says more than an old probe
        return tuple(found)

    def trouble_in(self, diagnoses: Iterable[str]) -> Trouble | None:
        """The first trouble that is one of these."""
        wanted = frozenset(diagnoses)
        return next((trouble for trouble in self.troubles if trouble.diagnosis in wanted), None)

    def rung(self, name: str) -> CheckStep | None:
        """A rung of the latest connection test."""
        steps = self.test.steps if self.test else ()
        return next((step for step in steps if step.name == name), None)


def _of_grant(grant: Grant) -> list[Trouble]:
    if grant.state is GrantState.VALID or grant.last_diagnosis is None:
        return []
    return [Trouble(grant.last_diagnosis, grant.last_words, grant.obtained_at)]


def _of_run(run: CheckRun | None, well_at: datetime | None) -> list[Trouble]:
    if run is None or run.outcome is not Outcome.FAILED:
        return []
    return [
        Trouble(step.diagnosis, step.words, well_at)
        for step in run.steps
        if step.outcome is Outcome.FAILED and step.diagnosis
    ]


def read(
    store: Store,
    vault: Vault,
    asset_id: int,
    now: datetime,
    *,
    callback_url: str = "",
    inbound_domain: str = "",
) -> Facts | None:
    """All that is known of the asset; None: there is none of that id. Needs no open vault.

    Args:
        callback_url, inbound_domain: as in the settings.
    """
    asset = assets.by_id(store, vault, asset_id)
    if asset is None:
        return None
    client_id = asset.oauth_client_id if asset.sign_in == "oauth" else None
    test = _latest(store, asset_id, CONNECTION)
    return Facts(
        asset=asset,
        now=now,
        client=oauth_clients.by_id(store, vault, client_id) if client_id is not None else None,
        grant=grants.of(store, asset_id) if asset.sign_in == "oauth" else None,
        test=test,
        good_test=checks.last_good(store, asset_id, before=test.id) if test else None,
        forwarding_check=_latest(store, asset_id, FORWARDING),
        domain_check=_latest(store, asset_id, DOMAIN),
        figures=forwarding_states.figures(store, asset_id),
        cards=tuple(confirmations.confirmations(store, open_only=False, asset_id=asset_id, limit=MOST_CARDS)),
        registration=registrations.of(store, asset_id),
        missing=registrations.missing(store, asset_id),
        callback_url=callback_url,
        inbound_domain=inbound_domain,
    )


def _latest(store: Store, asset_id: int, kind: str) -> CheckRun | None:
    """The newest run that was not stopped by a person: a stopped one says nothing of the asset."""
    runs = checks.page(store, asset_id=asset_id, kind=kind, limit=LOOKED_BACK)
    return next((run for run in runs if run.outcome is not Outcome.CANCELLED), None)
