"""Records for the tests of pure functions, and rows put straight into a store with fixed ids and times."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import delete, select

from store import assets
from store.assets import AssetFields, AssetLine, AssetRow, Provider, Security
from store.audit import AuditRow
from store.checks import CheckRow, CheckRun, CheckStep, Outcome
from store.database import Store
from store.vault import Vault

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
"""The frozen moment: in no time zone's night, and well before any announced end of password sign-in."""


def line(name: str = "Billing", **more: Any) -> AssetLine:
    """An asset's line; without more it is one on Gmail that was never tested."""
    values: dict[str, Any] = {
        "id": 1,
        "name": name,
        "address": f"{name.lower().replace(' ', '-')}@example.com",
        "provider": "gmail",
        "sign_in": "password",
        "host": "smtp.gmail.com",
        "port": 465,
        "security": "ssl",
        "owner": "finance@example.com",
        "forwarding_address": "",
        "has_password": True,
        "checked_at": None,
        "outcome": None,
        "failed_step": None,
        "diagnosis": None,
    }
    return AssetLine(**{**values, **more})


def passed_line(name: str, **more: Any) -> AssetLine:
    return line(name, outcome="passed", checked_at=NOW - timedelta(hours=2), **more)


def failed_line(name: str, **more: Any) -> AssetLine:
    failed = {"outcome": "failed", "failed_step": "sign-in", "diagnosis": "gmail-smtp-bad-credentials"}
    return line(name, checked_at=NOW - timedelta(minutes=4), **{**failed, **more})


REFUSAL = (
    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1b2c3 - gsmtp"
)


def passed_steps() -> tuple[CheckStep, ...]:
    """The steps of a test over implicit TLS in which all is well."""
    facts: dict[str, tuple[tuple[str, str], ...]] = {
        "resolve": (("IPv4", "192.0.2.10"), ("IPv6", "2001:db8::10")),
        "connect": (("answered", "192.0.2.10"),),
        "tls": (("version", "TLSv1.3"), ("cipher", "TLS_AES_256_GCM_SHA384")),
        "certificate": (("verified", "yes"), ("names", "smtp.gmail.com"), ("days left", "61")),
        "banner": (),
        "ehlo": (("size", "35882577"), ("AUTH offered", "LOGIN PLAIN XOAUTH2")),
        "sign-in": (("mechanism", "PLAIN"),),
        "envelope": (),
    }
    return tuple(
        CheckStep(name, Outcome.PASSED, 1.5 * place, f"250 {name} ok", told)
        for place, (name, told) in enumerate(facts.items(), 1)
    )


def failed_steps() -> tuple[CheckStep, ...]:
    """The same, stopped at the sign-in."""
    *before, _sign_in, envelope = passed_steps()
    stopped = CheckStep(
        "sign-in",
        Outcome.FAILED,
        212.0,
        REFUSAL,
        (("mechanism", "PLAIN"),),
        "gmail-smtp-bad-credentials",
    )
    return (*before, stopped, CheckStep(envelope.name, Outcome.SKIPPED, 0.0))


def run(steps: tuple[CheckStep, ...], **more: Any) -> CheckRun:
    """A check of these steps."""
    failed = any(step.outcome is Outcome.FAILED for step in steps)
    values: dict[str, Any] = {
        "id": 7,
        "asset_id": 1,
        "asset_name": "Billing",
        "kind": "connection",
        "started_at": NOW - timedelta(minutes=4),
        "ms": 431.0,
        "outcome": Outcome.FAILED if failed else Outcome.PASSED,
        "steps": steps,
        "transcript": "S: 220 smtp.gmail.com ESMTP\nC: EHLO desk.example.com\nC: AUTH PLAIN ********",
    }
    return CheckRun(**{**values, **more})


# A store with fixed content


def fill(store: Store) -> None:
    """Six assets in all states, four checks, the audit entries of a quiet morning: all with fixed values."""
    vault = Vault(store)
    ids = [assets.create(store, vault, fields_of(*shelf)).id for shelf in SHELF]
    with store.write() as session:
        for row in session.exec(select(AssetRow)).all():
            local = row.address.partition("@")[0]
            row.forwarding_address = f"{local}.abcdefghij234567klmn@in.example.net"
            row.created_at, row.updated_at = NOW - timedelta(days=39), NOW - timedelta(days=3)
        for place, steps, age in _checks():
            session.add(_check(ids[place], SHELF[place][0], steps, NOW - age))
        session.exec(delete(AuditRow))
        for number, (action, of, detail, age) in enumerate(ACTS, 1):
            session.add(
                AuditRow(
                    id=number,
                    at=NOW - age,
                    user="operator",
                    client="203.0.113.7" if number % 2 else "",
                    action=action,
                    asset_id=None if of is None else ids[of],
                    asset_name="" if of is None else SHELF[of][0],
                    detail=detail,
                )
            )


SHELF = (
    ("Billing", "gmail", "smtp.gmail.com", 465, "ssl"),
    ("Bookings", "office365", "smtp.office365.com", 587, "starttls"),
    ("Careers", "gmail", "smtp.gmail.com", 465, "ssl"),
    ("Press", "custom", "smtp.example.net", 587, "starttls"),
    ("Returns EU", "office365", "smtp.office365.com", 587, "starttls"),
    ("Spare Parts", "custom", "192.0.2.25", 25, "none"),
)
ACTS = (
    ("vault created", None, "", timedelta(days=40)),
    ("asset created", 0, "billing@example.com", timedelta(days=39)),
    ("asset changed", 0, "host, port", timedelta(days=3)),
    ("vault unlocked", None, "by passphrase", timedelta(hours=5)),
    ("connection tested", 0, "passed", timedelta(hours=4)),
    ("connection tested", 2, "failed at sign-in", timedelta(minutes=4)),
)


def fields_of(name: str, provider: str, host: str, port: int, security: str) -> AssetFields:
    return AssetFields(
        name=name,
        address=f"{name.lower().replace(' ', '-')}@example.com",
        provider=Provider(provider),
        host=host,
        port=port,
        security=Security(security),
        owner="owner@example.com",
        note="First line of support." if name == "Billing" else "",
        cleartext_agreed=security == "none",
    )


def _checks() -> tuple[tuple[int, tuple[CheckStep, ...], timedelta], ...]:
    """Place of the asset on the shelf, steps, age; oldest first."""
    return (
        (2, passed_steps(), timedelta(days=2)),
        (0, passed_steps(), timedelta(hours=4)),
        (4, passed_steps(), timedelta(hours=1)),
        (2, failed_steps(), timedelta(minutes=4)),
    )


def _check(asset_id: int, name: str, steps: tuple[CheckStep, ...], at: datetime) -> CheckRow:
    told = run(steps)
    stopped = told.failed_step
    return CheckRow(
        asset_id=asset_id,
        asset_name=name,
        kind=told.kind,
        started_at=at,
        ms=told.ms,
        outcome=told.outcome.value,
        failed_step=stopped.name if stopped else None,
        diagnosis=stopped.diagnosis if stopped else None,
        steps=json.dumps([dataclasses.asdict(step) for step in steps]),
        transcript=told.transcript,
    )
