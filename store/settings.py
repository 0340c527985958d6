"""The configuration: one TOML file, overridden by `POSTROOM_…` in the environment, overridden by the command
line.

Paths in the file are relative to the file, all others to the working directory.

The file is, in this order: the one named by `--config` or `POSTROOM_CONFIG`; `postroom.toml` beside a store
that was named by hand (a store can bring its own settings along); `postroom.toml` in the user's configuration
directory.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from store.notice_settings import NoticeSettings
from store.notice_smtp import NoticeSmtp

FILE_NAME = "postroom.toml"
DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
CALLBACK = re.compile(
    r"(?=.{1,2000}\Z)(https://[a-z0-9.\-\[\]:]+|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)(/[!-\"$->@-~]*)?\Z",
    re.IGNORECASE,
)

HTTPS_URL = re.compile(r"(?=.{1,2000}\Z)https://[a-z0-9.\-\[\]:]+(/[!-\"$-~]*)?\Z", re.IGNORECASE)
ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
DNS_PORT = 53

PATHS = ("store", "key_file", "ca_file", "lmtp_socket", "receiver_certificate", "receiver_key")
"""The settings that are paths, relative to the file that sets them."""


def name_server(text: str) -> tuple[str, int]:
    """Address and port of a name server.

    Raises:
        ValueError: it is none.
    """
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::([0-9]{1,5}))?", text)
    plain = re.fullmatch(r"([0-9.]+)(?::([0-9]{1,5}))?", text)
    found = bracketed or plain
    address, port = (found[1], int(found[2] or DNS_PORT)) if found else (text, DNS_PORT)
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ValueError("must be a name server's address, such as 192.0.2.53 or 192.0.2.53:5353") from None
    if not 0 < port < 65_536:
        raise ValueError("the port must be from 1 to 65535")
    return address, port


class SettingsError(Exception):
    """The configuration cannot be used; the text names the file, the setting and the remedy."""


class Settings(BaseSettings):
    """Every setting, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="POSTROOM_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    store: Path = Field(default_factory=lambda: platformdirs.user_data_path("postroom") / "postroom.db")
    """The store's file."""
    inbound_domain: str = ""
    """Domain of the generated forwarding addresses; assets get theirs once it is set."""
    key_file: Path | None = None
    """File for the unwrapped vault key (mode 0600); by default `vault-<id>.key` in the user's configuration
    directory, also where a store brings its own settings along: a copy of its directory then has no key."""
    keyring: bool = True
    """Whether the operating system's keyring may hold the vault key."""
    ca_file: Path | None = None
    """PEM file of an authority that new assets trust besides the system's, such as that of a company's own
    relay. Each keeps a copy: to change it changes none that is there."""
    tests_at_once: int = Field(default=20, ge=1, le=200)
    """Connection tests running at the same time, over all hosts."""
    tests_per_host: int = Field(default=10, ge=1, le=200)
    """Connection tests running at the same time against one host."""
    inbound_keep_days: int = Field(default=90, ge=0, le=36_500)
    """Days that inbound messages are kept, where an asset says nothing else; 0: without end."""
    inbound_keep_megabytes: int = Field(default=0, ge=0, le=10**9)
    """How much of each asset's inbound mail is kept, in megabytes as it came; 0: no limit."""
    reading_needs_reason: bool = False
    """Whether a reason is asked for, and kept in the audit log, when a message is opened."""
    receiver: bool = True
    """Whether the agent receives mail."""
    receiver_host: str = "127.0.0.1"
    """Where it listens: a name or an address of this machine, or several with commas between."""
    receiver_port: int = Field(default=2525, ge=0, le=65_535)
    """Its port for SMTP; 0: a free one."""
    lmtp_port: int | None = Field(default=None, ge=0, le=65_535)
    """Its port for LMTP, behind a mail server; without it there is none."""
    lmtp_socket: Path | None = None
    """Its socket in the file system for LMTP, behind a mail server on this machine."""
    receiver_certificate: Path | None = None
    """Certificate in PEM, with the chain; with one, STARTTLS is offered."""
    receiver_key: Path | None = None
    """The certificate's key in PEM, without a passphrase; by default in the certificate's file."""
    inbound_size_mb: int = Field(default=50, ge=1, le=100)
    """The largest message that is received, in 2^20 octets. Gmail forwards 25 MB, Exchange Online 35 MB and
    more."""
    agent_child: bool = True
    """Whether the console starts an agent of its own, which ends with it, when none runs."""
    agent_http_host: str = "127.0.0.1"
    """Where the agent's HTTP listens: an address of this machine. TLS is for a proxy before it."""
    agent_http_port: int = Field(default=8025, ge=0, le=65_535)
    """Its port; 0: a free one."""
    callback_url: str = ""
    """The public address, as OAuth clients have it for their callback URL, that leads to the agent's HTTP:
    consents of mailbox owners come back there by themselves."""
    webhook_allow_private: bool = False
    """Whether webhooks may lead to private and loopback addresses, and be plain http."""
    webhook_keep_days: int = Field(default=7, ge=0, le=365)
    """Days that an event stays, with its mail, after all its deliveries are done, so that it can be replayed;
    dead letters stay four times as long."""
    webhook_link_url: str = ""
    """The public address that leads to the agent's HTTP, such as https://desk.example.com, for links to a
    mail's source in deliveries; by default where the agent listens, which is of use on this machine only."""
    engage_url: str = ""
    """Where registrations to Webex Engage are handed on to by a POST; without it a person registers there by
    hand, and says so here. The bearer token lies in the vault, see `store.engage_token`."""
    engage_organization: str = ""
    """The organisation's id, sent along as `x-organization-id`."""
    dns_server: str = ""
    """The name server that the domain check asks, as an address with or without a port, such as 192.0.2.53 or
    [2001:db8::53]:5353; by default this machine's own."""
    notice_smtp: NoticeSmtp | None = None
    """The plain route: an SMTP server (host, port, security, username, from) for mail of postroom's own. Its
    password lies in the vault, see `store.notice_route`."""
    notices: NoticeSettings = NoticeSettings()
    """Whom postroom tells when a person is needed, and by what."""
    theme: str = "postroom"
    """Theme of the console; `ansi-dark` and `ansi-light` use the terminal's own palette."""

    @field_validator("inbound_domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        value = value.strip().rstrip(".").lower()
        if value and not DOMAIN.match(value):
            raise ValueError("must be a domain such as in.example.com, without scheme, port or @")
        return value

    @field_validator("callback_url")
    @classmethod
    def _callback(cls, value: str) -> str:
        value = value.strip()
        if value and not CALLBACK.match(value):
            raise ValueError(
                "must be a whole address such as https://desk.example.com/oauth/callback, without ? and #; "
                "http is for localhost only"
            )
        return value

    @field_validator("webhook_link_url")
    @classmethod
    def _link(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value and not CALLBACK.match(value):
            raise ValueError("must be a whole address such as https://desk.example.com, without ? and #")
        return value

    @field_validator("engage_url")
    @classmethod
    def _engage(cls, value: str) -> str:
        value = value.strip()
        if value and not HTTPS_URL.match(value):
            raise ValueError("must be an https:// address without a user and without #")
        return value

    @field_validator("engage_organization")
    @classmethod
    def _organization(cls, value: str) -> str:
        value = value.strip()
        if value and not ORGANIZATION.match(value):
            raise ValueError("must be one word of letters, digits, - and _")
        return value

    @field_validator("dns_server")
    @classmethod
    def _dns(cls, value: str) -> str:
        value = value.strip()
        if value:
            name_server(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = cls.model_config.get("toml_file")
        if file is None:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)


def config_directory() -> Path:
    """Where `postroom.toml` is looked for by default."""
    return platformdirs.user_config_path("postroom")


def config_file(config: Path | None, store: Path | None) -> Path:
    """The file that `load` would read (it need not exist), by the order in this module's first lines."""
    named = config or (Path(os.environ["POSTROOM_CONFIG"]) if os.environ.get("POSTROOM_CONFIG") else None)
    if named:
        return named.expanduser().absolute()
    by_hand = store or (Path(os.environ["POSTROOM_STORE"]) if os.environ.get("POSTROOM_STORE") else None)
    if by_hand and (beside := by_hand.expanduser().absolute().parent / FILE_NAME).is_file():
        return beside
    return config_directory() / FILE_NAME


def load(config: Path | None = None, store: Path | None = None) -> Settings:
    """Read the settings; `store`, as typed on the command line, wins over file and environment.

    Raises:
        SettingsError: the named file does not exist or cannot be read, or a setting is unknown or unusable.
    """
    try:
        file = config_file(config, store)
        found = file.is_file()
    except (OSError, RuntimeError) as error:  # a directory that may not be entered; "~somebody" with no home
        raise SettingsError(f"The configuration cannot be looked for: {error}.") from None
    if not found and (config or os.environ.get("POSTROOM_CONFIG")):
        missing = "is not a regular file" if file.exists() else "does not exist"
        raise SettingsError(f"The configuration {file} {missing}.")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file if found else None)

    by_hand: dict[str, Any] = {"store": store} if store else {}
    try:
        settings = FromFile(**by_hand)
        return settings.model_copy(
            update={
                name: _anchored(
                    value, Path.cwd() if name in by_hand or _in_environment(name) else file.parent
                )
                for name in PATHS
                if (value := getattr(settings, name)) is not None
            }
        )
    except ValidationError as error:
        raise SettingsError(" ".join(_told(error, file))) from None
    except OSError as error:
        raise SettingsError(f"The configuration {file} cannot be read: {error.strerror}.") from None
    except (ValueError, RuntimeError) as error:
        raise SettingsError(f"The configuration {file} cannot be read: {error}.") from None


def _anchored(path: Path, base: Path) -> Path:
    return base / path.expanduser()


def _variable(setting: str) -> str:
    return f"POSTROOM_{setting.upper()}"


def _in_environment(setting: str) -> bool:
    """Whether the environment sets it (names in any case, as pydantic-settings reads them)."""
    return any(name.upper() == _variable(setting) and value for name, value in os.environ.items())


def _told(error: ValidationError, file: Path) -> Iterator[str]:
    """One sentence for each place that holds unusable settings."""
    of_file = []
    for item in error.errors():
        setting = ".".join(map(str, item["loc"]))
        if item["type"] == "extra_forbidden":
            of_file.append(f"there is no setting {setting}")
            continue
        wrong = item["msg"].removeprefix("Value error, ")
        wrong = wrong[:1].lower() + wrong[1:]
        if _in_environment(setting):
            yield f"{_variable(setting)} in the environment cannot be used: {wrong}."
        else:
            of_file.append(f"{setting}: {wrong}")
    if of_file:
        yield f"The configuration {file} cannot be used: {'; '.join(of_file)}."
