"""What the browser's page and the device's both ask: who signs in, whether they may, what they allow."""

from collections.abc import Iterable, Mapping

from live.rehearsal.authorization import google
from live.rehearsal.authorization.book import Grant
from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why
from live.rehearsal.authorization.registry import OFFLINE, Client, Dialect, Person


def people_of(issuer: Issuer, dialect: Dialect) -> list[Person]:
    """Who can sign in at this provider."""
    return [person for person in issuer.people.values() if person.dialect is dialect]


def session_of(issuer: Issuer, person: Person | None, *, other: bool) -> Person | None:
    """Who the browser is signed in as: somebody else, where that goes wrong.

    Args:
        other: the person has pressed "Use another account".
    """
    if person is None or issuer.fault(person) is not Fault.WRONG_ACCOUNT or other:
        return person
    return issuer.person(person.session_of) or person


def signed_in(
    issuer: Issuer, dialect: Dialect, address: str, details: Mapping[str, str], *, other: bool
) -> Person:
    """The person who chose this account; `other` as with `session_of`.

    Raises:
        Refused: there is no such account.
    """
    person = session_of(issuer, issuer.person(address), other=other)
    if person is None or person.dialect is not dialect:
        raise Refused(Why.PERSON_UNKNOWN, user=address[:200], **details)
    return person


def covered_by_administrator(issuer: Issuer, client: Client, person: Person) -> bool:
    """Whether an administrator has consented for everybody."""
    if issuer.fault(person) is Fault.USER_CONSENT_OFF:
        return True
    return (client.client_id, person.tenant) in issuer.admin_consents


def refuse_policies(issuer: Issuer, client: Client, person: Person, *, asking: bool) -> None:
    """Refuse whom a policy of the project or of the organisation does not let in.

    Args:
        asking: whether consent is asked for although it may be there (`prompt=consent`).

    Raises:
        Refused: it does not.
    """
    details = {"app": client.name, "client_id": client.client_id, "user": person.address}
    fault = issuer.fault(person)
    testers = client.test_users
    if fault is Fault.NOT_TEST_USER or (
        testers is not None and person.address.lower() not in map(str.lower, testers)
    ):
        raise Refused(Why.NOT_TEST_USER, **details)
    if fault is Fault.ADMIN_POLICY:
        raise Refused(Why.ADMIN_POLICY, **details)
    if fault is Fault.USER_CONSENT_OFF and asking:
        raise Refused(Why.ADMIN_ONLY, **details)
    if fault is Fault.ADMIN_CONSENT_NEEDED and not covered_by_administrator(issuer, client, person):
        raise Refused(Why.CONSENT_MISSING, **details)


def granted(dialect: Dialect, scope: Iterable[str], ticked: Iterable[str]) -> tuple[str, ...]:
    """What of the scope is left; Google's token is then good for the person's identity at least."""
    left = tuple(name for name in scope if name in set(ticked))
    if dialect is Dialect.GOOGLE:
        return left or google.IDENTITY_ONLY
    return left if set(left) - {OFFLINE} else ()


def new_grant(issuer: Issuer, client: Client, person: Person, scope: tuple[str, ...], tenant: str) -> Grant:
    """Keep what a person has consented to."""
    now, ends_at = issuer.clock(), None
    limited = issuer.fault(person) is Fault.LIMITED
    if limited:
        ends_at = now + issuer.pace.limited
    elif client.test_users is not None:
        ends_at = now + issuer.pace.testing
    elif client.kind == "spa" and client.dialect is Dialect.MICROSOFT:
        ends_at = now + issuer.pace.spa
    issuer.book.consents[(client.client_id, person.address.lower())] = frozenset(scope)
    return Grant(
        client.client_id, client.dialect, person.address, scope, tenant, now, ends_at, limited, used_at=now
    )
