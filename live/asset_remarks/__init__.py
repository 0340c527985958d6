"""What is wrong or doubtful in an asset's fields before anything is connected, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from live.asset_remarks import connection, inbound, pasted, sign_in, values
from live.asset_remarks.draft import FIELDS, AssetLike, Draft, Remark

__all__ = ["FIELDS", "AssetLike", "Remark", "remarks", "tidied"]

CHECKS: tuple[Callable[[Draft], Iterator[Remark]], ...] = (
    values.required,
    values.lengths,
    values.white_space,
    values.controls,
    values.host,
    values.addresses,
    connection.provider_and_host,
    connection.port,
    connection.port_and_security,
    connection.no_security,
    connection.authority,
    inbound.kept,
    sign_in.password_shape,
    sign_in.password_timetable,
    sign_in.sign_in_name,
)


def remarks(fields: AssetLike, password: SecretStr | None, now: datetime) -> tuple[Remark, ...]:
    """Everything there is to say about the fields, in their order, errors first within a field. Never raises.

    Args:
        fields: as pasted, or after `tidied`; white space at the ends is remarked on, then looked past.
        password: the one to be kept; None where none is set, or where the old one stays.
        now: aware; decides what is said about a provider's timetable.
    """
    draft = Draft.of(fields, password, now)
    found = [remark for check in CHECKS for remark in check(draft)]
    order = {field: place for place, field in enumerate(FIELDS)}
    return tuple(sorted(found, key=lambda remark: (order[remark.field], remark.severity)))


def tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without white space, seen or unseen, at the ends of texts; a password stays as it is.

    Nothing is taken away in secret: `remarks` on the untidied fields has a warning for each.
    """
    return {
        name: pasted.stripped(value) if type(value) is str and name != "password" else value
        for name, value in fields.items()
    }
