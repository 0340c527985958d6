"""Forwarding checks over real SMTP: what arrives, with its way, and each cause of what does not."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from live import connection_tests, forwarding_check
from live.forwarding import ending
from live.mail import probe_tokens
from live.rehearsal import postman
from live.rehearsal.sample_mail import Route, blocked
from live.rehearsal.sample_mail.confirmations import SENDER, confirmation
from live.rehearsal.sample_mail.roads import by_gmail
from store import assets, audit, checks, forwarding_states, inbound, probes, registrations
from store.assets import Asset
from store.checks import FORWARDING, CheckRun, Outcome
from store.database import Store
from store.vault import Vault
from tests.live.forwarding.kit import (
    BLOCKED,
    EXCHANGE,
    NO_RULE,
    OWN,
    SILENT,
    SLOWLY,
    UNCONFIRMED,
    WELL,
    Desk,
    desk,
    facts,
    step,
)
from tests.live.inbound.kit import Talker, mail, until
from tests.store.kit import raw

pytestmark = pytest.mark.usefixtures("_at_once")
STEPS = ["receiver", "send", "mailbox", "forward", "arrive"]


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider forwards without a pause."""
    monkeypatch.setattr(postman, "AT_MAILBOX_S", 0.0)


async def given(made: Desk, asset: Asset, content: bytes, sender: str) -> None:
    """Hand a mail to the receiver, for the asset."""
    async with await Talker.to(made.port) as talker:
        await talker.reply()
        await talker.say("EHLO mail.example.org")
        assert (await talker.mail(content, asset.forwarding_address, sender=sender)).startswith("250 ")


@pytest.mark.parametrize(
    ("key", "by", "server"),
    [
        (WELL, "Gmail's forwarding of billing@example.com", "by mx.google.example"),
        (EXCHANGE, "Exchange's mailbox forwarding of support@example.org", "by mx.outlook.office365.example"),
        (OWN, "the mailbox's server of press@example.net", "by mx.example.net"),
    ],
)
async def test_a_probe_that_comes_back_tells_its_way(
    store: Store, vault: Vault, key: str, by: str, server: str
) -> None:
    async with desk(store, vault) as made:
        sender = made.asset(WELL if key != WELL else OWN)
        asset = made.asset(key)
        (run,) = await made.check(asset)
    assert (run.kind, run.outcome, run.asset_name) == (FORWARDING, Outcome.PASSED, asset.name)
    assert [one.name for one in run.steps] == STEPS
    assert facts(run, "send")["through"] == f"{sender.name} ({sender.address})"
    assert facts(run, "send")["to"] == asset.address
    assert step(run, "send").words.startswith("250 ")
    assert facts(run, "forward")["by"] == by
    assert server in facts(run, "mailbox")["hop"]
    assert facts(run, "forward")["hop"].startswith("+")
    assert facts(run, "arrive")["in all"].endswith(" s")
    assert checks.page(store, kind=FORWARDING) == [run]
    assert [entry.action for entry in audit.page(store)][:1] == ["forwarding checked"]


async def test_a_probe_counts_as_forwarded_mail_and_webhooks_do_not_hear_of_it(
    store: Store, vault: Vault
) -> None:
    async with desk(store, vault) as made:
        made.asset(OWN)
        asset = made.asset(WELL)
        await made.check(asset)
    (line,) = inbound.page(store)
    assert (line.asset_id, line.kind, line.via) == (asset.id, "probe", "gmail")
    state = forwarding_states.states(store, datetime.now(UTC))[asset.id]
    assert state.kind is forwarding_states.Forwarding.WORKING
    assert raw(store.path, "SELECT count(*) FROM outbox") == [(0,)]


async def test_a_provider_that_forbids_forwarding_is_known_by_its_bounce(store: Store, vault: Vault) -> None:
    """It goes to the sending asset's address, and comes here by that mailbox's own forwarding."""
    async with desk(store, vault) as made:
        made.asset(WELL)
        (run,) = await made.check(made.asset(BLOCKED))
    assert run.outcome is Outcome.FAILED
    failed = run.failed_step
    assert failed
    assert (failed.name, failed.diagnosis) == ("forward", "o365-fwd-external-blocked")
    assert failed.words.startswith("550 5.7.520 Access denied")
    assert step(run, "mailbox").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("reason", "recipient", "failing", "diagnosis"),
    [
        ("550 5.1.1 <{mailbox}>: user unknown", "mailbox", "mailbox", "forwarding-mailbox-missing"),
        ("552 5.2.2 Mailbox full", "mailbox", "mailbox", "forwarding-mailbox-full"),
        ("550 5.1.1 <{target}>: no such user", "target", "arrive", "forwarding-refused-here"),
        (
            "550 5.4.14 Hop count exceeded - possible mail loop ATTR34",
            "mailbox",
            "forward",
            "forwarding-loop",
        ),
        ("550 5.7.1 spam", "mailbox", "mailbox", "forwarding-returned"),
        (
            "550 5.7.1 TRANSPORT.RULES.RejectMessage; 5.7.520 Access denied AS(7555)",
            *("mailbox", "forward", "o365-fwd-rule-blocked"),
        ),
    ],
)
async def test_each_bounce_tells_its_cause(
    store: Store, vault: Vault, reason: str, recipient: str, failing: str, diagnosis: str
) -> None:
    async with desk(store, vault) as made:
        sender = made.asset(WELL)
        asset = made.asset(NO_RULE)
        checking = asyncio.create_task(made.check(asset))
        await until(lambda: any(probe.sent_at for probe in probes.still_open(store)))
        (probe,) = probes.still_open(store)
        words = reason.format(mailbox=asset.address, target=asset.forwarding_address)
        returned = b"X-Postroom-Probe: %s\r\n\r\n" % probe.token.encode()
        route = Route(mailbox=sender.address, target=sender.forwarding_address)
        for_whom = asset.address if recipient == "mailbox" else asset.forwarding_address
        content = blocked.report(route, returned, reason=words, recipient=for_whom)
        mail_from, content = by_gmail(route, content)
        await given(made, sender, content, mail_from)
        (run,) = await checking
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == (failing, diagnosis)
    assert run.failed_step.words == words


async def test_a_request_that_waits_for_its_confirmation_is_the_cause(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(UNCONFIRMED)
        route = Route(mailbox=asset.address, target=asset.forwarding_address)
        await given(made, asset, confirmation(route)[1], SENDER)
        (run,) = await made.check(asset, wait_s=1)
    failed = run.failed_step
    assert failed
    assert (failed.name, failed.diagnosis) == ("forward", "forwarding-awaiting-confirmation")
    assert failed.words == "Nothing came within 1 s after the server's 250."
    assert dict(failed.facts)["or else"].startswith("2. no rule forwards the mail to here")


@pytest.mark.parametrize(
    ("key", "diagnosis"),
    [
        (NO_RULE, "o365-fwd-rule-missing"),
        ("gmail-app-password", "gmail-fwd-not-selected"),
        (SILENT, "forwarding-rule-missing"),
    ],
)
async def test_where_no_mail_has_ever_come_no_rule_forwards(
    store: Store, vault: Vault, key: str, diagnosis: str
) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        (run,) = await made.check(made.asset(key), wait_s=1)
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == ("forward", diagnosis)
    assert [one.outcome.value for one in run.steps] == ["passed", "passed", "skipped", "failed"]


@pytest.mark.parametrize(("key", "diagnosis"), [(SILENT, "forwarding-silent"), (NO_RULE, "o365-fwd-silent")])
async def test_silence_after_mail_that_came_is_told_as_that(
    store: Store, vault: Vault, key: str, diagnosis: str
) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(key)
        mail_from, content = by_gmail(Route(asset.address, asset.forwarding_address), mail())
        await given(made, asset, content, mail_from)
        (run,) = await made.check(asset, wait_s=1)
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == ("arrive", diagnosis)


async def test_what_comes_after_its_time_is_recorded_then(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "SLOWLY_S", 2.5)
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(SLOWLY)
        (run,) = await made.check(asset, wait_s=1)
        assert run.outcome is Outcome.FAILED
        assert ending.tell_late(store, vault) == []
        await until(lambda: probes.come_late(store))
        (late,) = ending.tell_late(store, vault)
        assert ending.tell_late(store, vault) == []
    assert late.outcome is Outcome.PASSED
    assert facts(late, "arrive")["late"].endswith(" s after the check had given it up")
    assert checks.page(store, kind=FORWARDING) == [late, run]


async def test_how_long_it_has_been_waited_for_is_told(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding_check, "TELL_S", 0.2)
    async with desk(store, vault) as made:
        made.asset(WELL)
        events = await made.events([made.asset(NO_RULE)], 1)
    assert isinstance(events[0], connection_tests.TestBegan)
    assert events[0].rungs == tuple(STEPS)
    words = [event.words for event in events if isinstance(event, connection_tests.StepGoesOn)]
    assert len(words) >= 3
    assert all(one.startswith("waiting for ") and one.endswith(" s of 1") for one in words)


async def test_nothing_is_sent_where_nobody_receives(store: Store, vault: Vault) -> None:
    async with desk(store, vault, receives=False) as made:
        made.asset(WELL)
        (run,) = await made.check(made.asset(OWN))
    assert [one.name for one in run.steps] == ["receiver"]
    assert run.failed_step
    assert run.failed_step.diagnosis == "forwarding-no-receiver"
    assert run.failed_step.words.startswith("No agent runs, so nobody receives")
    assert raw(store.path, "SELECT count(*) FROM forwarding_probes") == [(0,)]
    assert not [entry for entry in audit.page(store) if entry.action.startswith("mail")]


async def test_an_asset_without_a_forwarding_address(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(WELL)
        raw(store.path, "UPDATE assets SET forwarding_address = ''")
        (run,) = await made.check(asset)
    assert run.failed_step
    assert run.failed_step.diagnosis == "forwarding-no-address"


async def test_the_asset_itself_sends_only_where_no_other_can(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(WELL)
        (run,) = await made.check(asset)
    assert run.outcome is Outcome.PASSED
    assert facts(run, "send")["through"].startswith("Billing ")
    assert facts(run, "send")["note"] == "sent by the asset to itself, since no other can send"


async def test_where_one_does_not_send_the_next_is_taken(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        refused, asset = made.asset("gmail-too-many-logins"), made.asset(OWN)
        (first,) = await made.check(asset)
        made.asset(EXCHANGE)
        (run,) = await made.check(asset)
    assert first.failed_step
    assert (first.failed_step.name, first.failed_step.diagnosis) == ("send", "gmail-smtp-too-many-logins")
    assert run.outcome is Outcome.PASSED
    told = facts(run, "send")
    assert told["through"].startswith("Support ")
    assert f"not through {refused.name}" in told


async def test_where_nothing_can_send_that_is_said(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        asset = made.asset(WELL)
        with store.write() as session:
            vault.forget(session, assets.owner_of_secrets(asset.id), assets.PASSWORD)
        (run,) = await made.check(asset)
    assert run.failed_step
    assert run.failed_step.diagnosis == "forwarding-no-sender"


async def test_a_locked_vault_sends_nothing(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(OWN)
        vault.lock()
        (run,) = await made.check(asset)
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == ("send", "any-auth-vault-locked")
    assert not probes.still_open(store)


async def test_a_retired_asset_and_one_that_is_gone_are_not_checked(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrations, "retired", lambda _session, ids: set(ids))
    async with desk(store, vault) as made:
        asset = made.asset(WELL)
        assert await made.check(asset) == []
        assets.delete(store, vault, [asset.id])
        assert await made.check(asset) == []


async def test_a_check_that_is_stopped_is_recorded_so(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(NO_RULE)
        running = forwarding_check.run(store, vault, [asset.id])
        async with aclosing(running) as events:
            async for event in events:
                if getattr(event, "name", "") == "arrive":
                    break
    (run,) = checks.page(store, kind=FORWARDING)
    assert run.outcome is Outcome.CANCELLED
    assert [(one.name, one.outcome.value) for one in run.steps] == [
        ("receiver", "passed"),
        ("send", "passed"),
        ("arrive", "cancelled"),
    ]
    assert not probes.still_open(store)


async def test_an_asset_deleted_while_its_probe_is_under_way(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(NO_RULE)
        running = forwarding_check.run(store, vault, [asset.id])
        ended: list[CheckRun | None] = []
        async for event in running:
            if getattr(event, "name", "") == "arrive":
                await asyncio.to_thread(assets.delete, store, vault, [asset.id])
            if isinstance(event, connection_tests.TestEnded):
                ended.append(event.run)
    assert ended == [None]


async def test_many_at_once_take_turns_with_their_senders(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        found = [made.asset(key) for key in (WELL, EXCHANGE, OWN, "gmail-ssl")]
        runs = await made.check(*found)
    assert [run.outcome for run in runs] == [Outcome.PASSED] * 4
    through = {facts(run, "send")["through"] for run in runs}
    assert len(through) > 1
    for run in runs:
        assert not facts(run, "send")["through"].startswith(f"{run.asset_name} ")


async def test_two_consoles_at_once_do_not_take_each_others_probes(store: Store, vault: Vault) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        asset = made.asset(OWN)
        both = await asyncio.gather(made.check(asset), made.check(asset))
    assert [run.outcome for runs in both for run in runs] == [Outcome.PASSED] * 2
    tokens = {facts(run, "send")["probe"] for runs in both for run in runs}
    assert len(tokens) == 2


async def test_a_probe_of_another_postroom_is_not_ours(store: Store, vault: Vault) -> None:
    """It is mail like any other, even where its token is one that is waited for elsewhere."""
    async with desk(store, vault) as made:
        asset = made.asset(WELL)
        token = probe_tokens.made("another store")
        content = (
            b"X-Postroom-Asset: 7.0123456789abcdef\r\nX-Postroom-Probe: %s\r\n" % token.encode() + mail()
        )
        route = Route(asset.address, asset.forwarding_address)
        mail_from, content = by_gmail(route, content)
        await given(made, asset, content, mail_from)
    (line,) = inbound.page(store)
    assert line.kind == "ordinary"


async def test_a_probe_that_came_to_another_asset_is_not_taken_for_its_own(
    store: Store, vault: Vault
) -> None:
    async with desk(store, vault) as made:
        made.asset(WELL)
        other, asset = made.asset(EXCHANGE), made.asset(OWN)
        made.issuer.forwards[asset.address] = (other.forwarding_address, made.port)
        (run,) = await made.check(asset, wait_s=1)
    assert run.failed_step
    assert (run.failed_step.name, run.failed_step.diagnosis) == ("arrive", "forwarding-strayed")
    assert run.failed_step.words == "The probe came, but to the forwarding address of Support."
