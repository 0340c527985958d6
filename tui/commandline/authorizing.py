"""What all ways to a token share: the task, an authorization under way, and its answer's exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from live import providers
from live.oauth.authorize import MINUTES, Begun, Exchanged, begin, complete
from live.oauth.http import OAuthHttp
from live.oauth.token_requests import Fetched, secret_of
from store.assets import Asset
from store.oauth_clients import OAuthClient
from tui.commandline.asset_shapes import quoted
from tui.commandline.printing import narrate
from tui.desk import Desk
from tui.token_ways import CONSENT_OFF, CONSENT_ON, Session

CURED_BY_ASKING = frozenset({"gmail-oauth-no-refresh-token", "any-oauth-no-refresh-token"})
CAUSED_BY_ASKING = frozenset({"o365-aadsts-90094", "o365-aadsts-90095"})
"""Diagnoses that `prompt=consent` cures, and those that it may have brought about."""

Got = Exchanged | Fetched


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be had: a token for this asset, through this client, by a person who sits there."""

    desk: Desk
    asset: Asset
    client: OAuthClient
    session: Session
    consent: bool
    """Whether the provider is told to ask for consent again."""

    def secret(self) -> SecretStr | None:
        """The client's secret. Raises VaultError where the vault is locked."""
        return secret_of(self.desk.store, self.desk.vault, self.client.id)

    @property
    def who(self) -> str:
        """Who signs in."""
        return self.asset.login_id or self.asset.sign_in_name

    @property
    def callback(self) -> str:
        """The redirect URI where nobody listens: as registered, else as the provider advises."""
        return self.client.callback_url or providers.of(str(self.client.provider)).oauth.callback

    def begin(self, redirect_uri: str, minutes: float = MINUTES) -> Begun:
        """Begin an authorization; see `live.oauth.authorize.begin`."""
        return begin(
            self.desk.store,
            self.desk.vault,
            self.asset,
            self.client,
            redirect_uri=redirect_uri,
            consent=self.consent,
            minutes=minutes,
        )

    async def complete(self, http: OAuthHttp, address: SecretStr) -> Exchanged:
        """Turn the address that a browser ended on into tokens; see `live.oauth.authorize.complete`."""
        return await complete(self.desk.store, self.desk.vault, http, address, now=datetime.now(UTC))


def hint(diagnosis: str, task: Task) -> None:
    """What the consent prompt has to do with a refusal, where it may have."""
    name = quoted(task.asset.name)
    if diagnosis in CURED_BY_ASKING and not task.consent:
        narrate(f"To have consent asked for again: postroom authorize {name} --consent")
        narrate(f"  {CONSENT_ON}")
    elif diagnosis in CAUSED_BY_ASKING and task.consent:
        narrate(f"To have it asked for only where it is missing: postroom authorize {name} --no-consent")
        narrate(f"  {CONSENT_OFF}")
