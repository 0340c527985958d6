"""Fills a throw-away store with the rehearsal's sample assets, so that every screen has something to show."""

import socket
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.endpoints import Endpoints
from live.rehearsal.oauth_samples import OAUTH_SAMPLES
from live.rehearsal.sample import Sample
from store import assets
from store.asset_lines import AssetLine, lines
from store.assets import AssetFields, Provider, Security
from store.database import Store
from store.key_file import KeyFile
from store.settings import FILE_NAME
from store.vault import Vault

STORE_NAME = "postroom.db"
KEY_NAME = "vault.key"
PASSPHRASE = SecretStr("rehearsal")
INBOUND_DOMAIN = "in.example.net"
HOST = "localhost"
TELL_S = 20.0  # on loopback it takes a millisecond

SETTINGS = f"""\
# Made by the rehearsal, for the store beside it.
store = "{STORE_NAME}"
inbound_domain = "{INBOUND_DOMAIN}"
key_file = "{KEY_NAME}"
keyring = false
webhook_allow_private = true
receiver_port = {{receiver_port}}
agent_http_port = 0
notices = {{{{ operators = ["operators@example.com"], to = "both", signed = "The rehearsal", bell = false }}}}
"""

CA_NAME = "rehearsal-ca.pem"
CA_SETTING = f"""\
# The authority of the rehearsal's servers, so that an asset that you set up trusts them too.
ca_file = "{CA_NAME}"
"""

_BY_NAME = {
    **{sample.asset_name: sample for sample in SAMPLES},
    **{sample.asset_name: sample.mailbox() for sample in OAUTH_SAMPLES},
}


def prepare(directory: Path, endpoints: Endpoints, *, every: bool = False, oauth: bool = False) -> Path:
    """Make store, vault, key file, configuration and sample assets in a directory; returns the store's path.

    The vault's passphrase is "rehearsal"; both keys also lie in the key file, so that all opens.
    The provider's certificate authority is trusted by these assets, and by those made later with this
    configuration, alone.

    Args:
        directory: an empty one that nobody else can read; what is made here has no other protection.
        every: an asset for every account, not only for the fourteen of the desk.
        oauth: the OAuth clients and mailboxes too, and webhooks, which takes the running provider (see
            `oauth_desk`, `hook_samples`).

    Raises:
        store.database.StoreError: the store cannot be made. OSError: the configuration cannot be written.
        store.assets.AssetTaken, store.vault.VaultError: the directory holds a store already.
    """
    receiver_port = _free_port()
    settings = SETTINGS.format(receiver_port=receiver_port) + CA_SETTING
    (directory / CA_NAME).write_text(endpoints.ca_pem, encoding="ascii")
    (directory / FILE_NAME).write_text(settings, encoding="utf-8")
    store = Store.open(directory / STORE_NAME)
    try:
        vault = Vault(store)
        vault.initialise(PASSPHRASE)
        vault.keep_in(KeyFile(directory / KEY_NAME), log_key=True)
        for sample in SAMPLES:
            if sample.on_desk or every:
                fields = fields_of(sample, endpoints)
                assets.create(store, vault, fields, inbound_domain=INBOUND_DOMAIN, password=sample.password)
        if oauth:
            from live.rehearsal.guide_samples import add_ticks
            from live.rehearsal.hook_samples import add_webhooks
            from live.rehearsal.notice_samples import add_notices
            from live.rehearsal.oauth_desk import add_oauth  # 200 ms of authlib and httpx

            add_oauth(store, vault, endpoints, every=every, inbound_domain=INBOUND_DOMAIN)
            add_webhooks(store, vault, endpoints)
            add_ticks(store)
            add_notices(store)
            tell_forwarding(endpoints.authorization, lines(store), receiver_port)
    finally:
        store.close()
    return directory / STORE_NAME


def tell_forwarding(provider: str, found: Iterable[AssetLine], port: int) -> None:
    """Have the rehearsal's mailboxes forward to their assets' addresses, as far as their settings want it.

    Args:
        provider: address of the authorization server.
        port: of the receiver on 127.0.0.1.

    Raises:
        OSError, http.client.HTTPException: the provider does not answer.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for line in found:
        form = urlencode({"who": line.address, "to": line.forwarding_address, "port": port})
        with closing(HTTPConnection(urlsplit(provider).netloc, timeout=TELL_S)) as connection:
            connection.request("POST", "/rehearsal/forward", form, headers)
            connection.getresponse().read()


def _free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on; the receiver takes it as soon as an agent runs."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def fields_of(sample: Sample, endpoints: Endpoints) -> AssetFields:
    """Return the sample as a person would have typed it, aimed at its listener."""
    return AssetFields(
        name=sample.asset_name,
        address=sample.address,
        provider=Provider(sample.provider),
        host=HOST,
        port=endpoints.ports[sample.listener],
        security=Security(sample.security),
        login_id=sample.login_id,
        owner=sample.owner,
        note=sample.note,
        ca_pem=endpoints.ca_pem,
        cleartext_agreed=sample.security == "none",
    )


def expectation(asset_name: str) -> Sample:
    """Return that asset's sample, whose `expected` says how its test should end; KeyError: there is none."""
    return _BY_NAME[asset_name]
