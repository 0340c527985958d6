"""The configuration: one TOML file, overridden by `POSTROOM_…` in the environment, overridden by the command
line.

Paths in the file are relative to the file, all others to the working directory.

The file is, in this order: the one named by `--config` or `POSTROOM_CONFIG`; `postroom.toml` beside a store
that was named by hand (a store can bring its own settings along); `postroom.toml` in the user's configuration
directory.
"""

from __future__ import annotations

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

FILE_NAME = "postroom.toml"
DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")


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
    """File for the unwrapped vault key (mode 0600); by default `vault-<id>.key` beside the configuration."""
    keyring: bool = True
    """Whether the operating system's keyring may hold the vault key."""
    tests_at_once: int = Field(default=20, ge=1, le=200)
    """Connection tests running at the same time, over all hosts."""
    tests_per_host: int = Field(default=10, ge=1, le=200)
    """Connection tests running at the same time against one host."""
    theme: str = "postroom"
    """Theme of the console; `ansi-dark` and `ansi-light` use the terminal's own palette."""

    @field_validator("inbound_domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        value = value.strip().rstrip(".").lower()
        if value and not DOMAIN.match(value):
            raise ValueError("must be a domain such as in.example.com, without scheme, port or @")
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
                for name in ("store", "key_file")
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
