"""What is wrong or doubtful in an OAuth client before a token is asked for, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from live.asset_remarks import Remark, pasted
from live.oauth_remarks import callback, client_id, project, scopes, secret, tenants, urls, values
from live.oauth_remarks.draft import FIELDS, Draft, Mailbox, OAuthClientLike

__all__ = ["FIELDS", "Mailbox", "OAuthClientLike", "Remark", "remarks", "tidied"]

CHECKS: tuple[Callable[[Draft], Iterator[Remark]], ...] = (
    values.required,
    values.words,
    values.lengths,
    values.white_space,
    values.controls,
    values.flow,
    values.client_type,
    client_id.shape,
    secret.wanted,
    secret.shape,
    secret.end,
    secret.key_file,
    tenants.tenant,
    tenants.same_everywhere,
    urls.form,
    urls.hosts,
    urls.version,
    scopes.separators,
    scopes.google,
    scopes.microsoft,
    scopes.app_only,
    callback.form,
    callback.desktop,
    callback.spelling,
    callback.agents,
    project.mailbox,
    project.publishing,
    project.test_users,
)


def remarks(
    fields: OAuthClientLike,
    client_secret: SecretStr | None,
    now: datetime,
    *,
    has_secret: bool = False,
    asset: Mailbox | None = None,
    agent_callback: str = "",
) -> tuple[Remark, ...]:
    """Everything there is to say about an OAuth client, in the form's order, errors first. Never raises.

    Args:
        fields: as pasted, or after `tidied`; white space at the ends is remarked on, then looked past.
        client_secret: the one to be kept, or a service account's whole key file; None where none is set, or
            where the old one stays.
        now: aware; decides how many days a secret has left.
        has_secret: whether an old one stays.
        asset: one that signs in through the client, where it is known.
        agent_callback: the callback address that this desk's agent serves; "" where none is configured.
    """
    draft = Draft.of(fields, client_secret, now, has_secret, asset, agent_callback)
    found = [remark for check in CHECKS for remark in check(draft)]
    order = {field: place for place, field in enumerate(FIELDS)}
    return tuple(sorted(found, key=lambda remark: (order[remark.field], remark.severity)))


def tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without white space at the ends of texts and with single spaces in the scope.

    A client secret stays as it is. Nothing is taken away in secret: `remarks` on the untidied fields has a
    warning for each.
    """
    tidy = {
        name: pasted.stripped(value) if type(value) is str and name != "client_secret" else value
        for name, value in fields.items()
    }
    if isinstance(tidy.get("scope"), str):
        tidy["scope"] = " ".join(tidy["scope"].split())
    return tidy
