"""What the store can know of a guide's step: proven, disproved, not done, or not to be seen from here.

A proof is a pure function of the facts. Its words tell what was seen; they may hold a server's: untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from live.diagnosis import by_id
from live.providers.guides import mail_proofs, oauth_proofs
from live.providers.guides.facts import Facts
from live.providers.guides.model import Guide, Step
from live.providers.guides.sight import NOT_YET, UNSEEN, Seen, Sight, not_done


def seen(step: Step, guide: Guide, facts: Facts) -> Seen:
    """What the store knows of a step. A diagnosis that the step names beats all else."""
    trouble = facts.trouble_in(step.opens_on)
    if trouble is not None and trouble.diagnosis in NOT_YET:
        return not_done(by_id(trouble.diagnosis).cause)
    if trouble is not None:
        return Seen(Sight.DISPROVED, trouble.words, trouble.diagnosis, trouble.well_at)
    return PROOFS[step.proof](facts, guide) if step.proof else UNSEEN


PROOFS: Mapping[str, Callable[[Facts, Guide], Seen]] = {
    "client": oauth_proofs.client_entered,
    "secret": oauth_proofs.secret_kept,
    "callback": oauth_proofs.callback_registered,
    "granted": oauth_proofs.granted,
    "grant": oauth_proofs.grant_good,
    "tenant": oauth_proofs.tenant_known,
    "own_tenant": oauth_proofs.own_tenant,
    "audience": oauth_proofs.audience,
    "published": oauth_proofs.published,
    "password": mail_proofs.password_kept,
    "signed_in": mail_proofs.signed_in,
    "sends_as": mail_proofs.sends_as,
    "connected": mail_proofs.connected,
    "test": mail_proofs.test_passed,
    "asked": mail_proofs.asked,
    "confirmed": mail_proofs.confirmed,
    "forwarding": mail_proofs.forwards,
    "received": mail_proofs.received,
    "domain": mail_proofs.domain_checked,
    "registered": mail_proofs.registered,
}
"""By the words that steps name them with."""
