"""What a sample OAuth client and a sample mailbox that signs in with it are."""

import secrets
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import SecretStr

from live.rehearsal.authorization.faults import Mishap
from live.rehearsal.authorization.registry import Client, Dialect, Person
from live.rehearsal.endpoints import Listener
from live.rehearsal.sample import ProviderName, Refusal, Sample

FlowName = Literal["authorization_code", "client_credentials", "service_account"]
PublishingName = Literal["", "testing", "production", "internal"]
StateName = Literal["none", "valid", "retrying", "consent_required", "client_fault"]
Lever = tuple[str, tuple[tuple[str, str], ...]]
"""A lever of `authorization.admin` and the form that is posted to it."""


@dataclass(frozen=True, slots=True)
class ClientSample:
    """A registration, as the provider has it and as the desk keeps it; `key` is unique, the names are too."""

    key: str
    client: Client
    scope: str
    callback_url: str = ""
    flow: FlowName = "authorization_code"
    publishing: PublishingName = ""
    secret_ends_in_days: int | None = None
    """Counted from the day on which the desk is made; negative: it has ended."""
    on_desk: bool = True
    afterwards: tuple[Lever, ...] = ()
    """What happens at the provider once all its mailboxes have their grants."""


@dataclass(frozen=True, slots=True)
class OAuthSample:
    """A mailbox of the rehearsal that signs in by OAuth 2.0."""

    key: str
    asset_name: str
    address: str
    provider: ProviderName
    client: str
    """Key of a `ClientSample`."""
    owner: str
    note: str
    on_desk: bool = False
    consented: bool = True
    """Whether the desk is made with a grant for it, got as a person would get it."""
    consented_days_ago: int = 1
    """As the desk tells it; the access token of that day is over, so that everything hangs on the refresh."""
    afterwards: tuple[Lever, ...] = ()
    """What happens at the provider once it has its grant."""
    ends: StateName = "valid"
    """The state of its grant after the next refresh."""
    expected_rung: str | None = None
    """The rung that fails when it is tested for the first time; None: it passes."""
    expected_diagnosis: str | None = None
    mishap: Mishap | None = None
    session_of: str = ""
    signs_in: str = ""
    """Who signs in for it in the browser, where that is not the mailbox itself (a shared one)."""
    refusal: Refusal | None = None
    """At SMTP, in spite of a good token."""

    @property
    def dialect(self) -> Dialect:
        return Dialect.GOOGLE if self.provider == "gmail" else Dialect.MICROSOFT

    def person(self) -> Person:
        """Who signs in for it at the authorization server."""
        shared = (self.address,) if self.signs_in else ()
        return Person(
            self.signs_in or self.address,
            self.dialect,
            mishap=self.mishap,
            session_of=self.session_of,
            acts_for=shared,
        )

    def mailbox(self) -> Sample:
        """Its account at the SMTP servers."""
        account = mailbox(self.key, self.address, self.dialect, name=self.asset_name)
        return replace(
            account,
            expected_rung=self.expected_rung,
            expected_diagnosis=self.expected_diagnosis,
            on_desk=self.on_desk,
            owner=self.owner,
            note=self.note,
            refusal=self.refusal,
        )


def mailbox(key: str, address: str, dialect: Dialect, *, name: str = "") -> Sample:
    """An account at the SMTP servers that only a token opens: nobody knows its password."""
    google = dialect is Dialect.GOOGLE
    return Sample(
        key=key,
        asset_name=name or address,
        address=address,
        provider="gmail" if google else "office365",
        listener=Listener.GMAIL_SSL if google else Listener.EXCHANGE_STARTTLS,
        security="ssl" if google else "starttls",
        password=SecretStr(secrets.token_urlsafe(32)),
        expected_rung=None,
        expected_diagnosis=None,
        on_desk=False,
        owner="",
        note="",
    )
