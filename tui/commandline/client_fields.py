"""An OAuth client's fields from the options of `clients add` and `set`: presets, old values, remarks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from live import providers
from live.oauth_remarks import FIELDS, remarks, tidied
from store.oauth_clients import OAuthClient, OAuthClientFields
from tui.commandline.faults import UsageError
from tui.commandline.grammar_clients import NOTHING
from tui.commandline.printing import narrate

PLAIN = (
    "name",
    "provider",
    "flow",
    "client_type",
    "client_id",
    "tenant",
    "authorization_url",
    "token_url",
    "refresh_url",
    "device_url",
    "revocation_url",
    "scope",
    "callback_url",
)
"""Fields that an option of the same name sets as it stands."""
BEGINNING = {"flow": "authorization_code", "client_type": "desktop", "tenant": ""}
"""What a new client is unless an option says otherwise."""
SECRET = "client_secret"
"""The secret's name among the remarks' fields."""
PASSES_BY = "secret_ends"
"""An end that lies in the past is told, and keeps nobody from mending something else."""


def new(options: Namespace) -> OAuthClientFields:
    """The fields of a new client; the provider fills in what is not given.

    Raises:
        UsageError: a needed field stays empty.
    """
    given = {**BEGINNING, **_given(options)}
    return _made({**_preset(given), **given})


def changed(client: OAuthClient, options: Namespace) -> tuple[OAuthClientFields, frozenset[str]]:
    """The fields of a client as they shall be, and which of them the options touch.

    Where provider, flow, type or tenant change, what the old preset filled in gives way to the new one.
    """
    given = _given(options)
    before = client.fields().model_dump(mode="json")
    wanted = {**before, **given}
    old, fresh = _preset(before), _preset(wanted)
    filled = {
        name: value
        for name, value in fresh.items()
        if name not in given and value != old[name] and before[name] == old[name]
    }
    return _made({**wanted, **filled}), frozenset(given) | frozenset(filled)


def refuse_errors(
    fields: OAuthClientFields,
    secret: SecretStr | None,
    *,
    has_secret: bool = False,
    touched: Container[str] = FIELDS,
) -> OAuthClientFields:
    """Tell what is doubtful in the touched fields, and refuse what cannot work; returns the fields tidied.

    Args:
        has_secret: whether an old secret stays.

    Raises:
        UsageError: some field has an error; all but the first of them were told on stderr.
    """
    errors, warnings = [], []
    for remark in remarks(fields, secret, datetime.now(UTC), has_secret=has_secret):
        seen = remark.field in touched or (remark.field == SECRET and secret is not None)
        if remark.severity == "error" and (seen or remark.field != PASSES_BY):
            errors.append(remark)
        elif seen or remark.severity == "error":
            warnings.append(remark)
    for remark in (*warnings, *errors[1:]):
        narrate(f"{FIELDS[remark.field]}: {remark.text} {remark.remedy}")
    if errors:
        raise UsageError(f"{FIELDS[errors[0].field]}: {errors[0].text} {errors[0].remedy}")
    return _made(tidied(fields.model_dump(mode="json")))


def _given(options: Namespace) -> dict[str, Any]:
    given = {name: getattr(options, name) for name in PLAIN}
    given = {name: value for name, value in given.items() if value is not None}
    if options.secret_ends is not None:
        given["secret_ends"] = None if options.secret_ends == NOTHING else options.secret_ends
    if options.publishing is not None:
        given["publishing"] = "" if options.publishing == "unknown" else options.publishing
    if options.test_user is not None:
        given["test_users"] = "" if options.test_user == [NOTHING] else "\n".join(options.test_user)
    return given


def _preset(fields: Mapping[str, Any]) -> dict[str, str]:
    return providers.preset(fields["provider"], fields["flow"], fields["tenant"], fields["client_type"])


def _made(fields: Mapping[str, Any]) -> OAuthClientFields:
    return OAuthClientFields.model_validate(dict(fields))
