"""What was typed into the form of an asset: as fields to be kept, and what is wrong with it. Pure
functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from live.asset_remarks import Remark, remarks
from store.assets import AssetFields, Provider, Security, SignIn

if TYPE_CHECKING:
    from store.assets import AssetLine

TEXTS = ("name", "address", "host", "username", "login_id", "owner", "note")
"""Fields that are plain text; outer white space is dropped."""


def fields_of(typed: Mapping[str, object], *, ca_pem: str) -> AssetFields:
    """The fields as typed; a port that is no number becomes 0, and a limit that is none -1, which the remarks
    then name."""
    port = str(typed["port"]).strip()
    security = Security(str(typed["security"]))
    sign_in = SignIn(str(typed["sign_in"]))
    oauth = sign_in is SignIn.OAUTH
    texts: dict[str, Any] = {name: str(typed[name]).strip() for name in TEXTS}
    return AssetFields(
        **texts,
        provider=Provider(str(typed["provider"])),
        security=security,
        port=int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0,
        sign_in=sign_in,
        oauth_client_id=int(str(typed["oauth_client_id"])) if oauth and typed["oauth_client_id"] else None,
        ask_consent=oauth and bool(typed["ask_consent"]),
        ca_pem=ca_pem,
        cleartext_agreed=bool(typed["cleartext_agreed"]) and security is Security.NONE,
        pci_check=bool(typed["pci_check"]),
        keep_days=_limit(typed["keep_days"]),
        keep_megabytes=_limit(typed["keep_megabytes"]),
    )


def _limit(typed: object) -> int | None:
    """A number; None where nothing is typed: the configuration says."""
    text = str(typed).strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def taken_by(fields: AssetFields, others: Iterable[AssetLine]) -> list[tuple[str, AssetLine]]:
    """Which of name and address another asset has already."""
    found = []
    for field in ("name", "address"):
        value = getattr(fields, field).casefold()
        found += [(field, other) for other in others if value and getattr(other, field).casefold() == value]
    return found


def judged(
    fields: AssetFields, password: SecretStr | None, others: Sequence[AssetLine], now: datetime
) -> list[Remark]:
    """Everything that is wrong or doubtful, duplicates first."""
    duplicates = [
        Remark(
            field,
            "error",
            f"The {field} is already used by the asset {other.name}.",
            "Choose another, or press ^G to go to that asset.",
        )
        for field, other in taken_by(fields, others)
    ]
    return [*duplicates, *remarks(fields, password, now)]
