"""Domain checks against a real name server and a real mail server, both on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live import connection_tests as events_of
from live import diagnosis, domain_check
from live.domain import dkim_keys, dmarc, spf
from live.domain.finding import Fault
from live.domain.lookup import Lookup, Unanswered
from live.inbound.filing import Envelope, filed
from live.smtp.limits import Limits
from store import assets, audit, checks, dkim_selectors, registrations
from store.addressees import Addressee
from store.assets import Asset, Provider, Security
from store.checks import CheckRun, CheckStep, Outcome
from store.database import Store
from store.dkim_selectors import Selector
from store.inbound_writer import InboundWriter
from store.log_key import LogSealer
from store.vault import Vault
from tests.live.dns_server import NameServer, serving, txt, well
from tests.live.smtp_servers import ca_pem, server_context
from tests.store.kit import CHEAP, PASSPHRASE, fields, keep_check, raw

QUICK = Limits(resolve=5, connect_each=2, connect=4, tls=2, banner=2, command=2)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Store, Vault]]:
    store = Store.open(tmp_path / "postroom.db")
    vault = Vault(store, kdf=CHEAP)
    vault.initialise(PASSPHRASE)
    yield store, vault
    store.close()


def asset_of(desk: tuple[Store, Vault], **more: Any) -> Asset:
    given: dict[str, Any] = {"provider": Provider.GMAIL, "security": Security.NONE, "host": "127.0.0.1"}
    return assets.create(*desk, fields("Support", **(given | more)), inbound_domain="in.example.net")


async def run_of(desk: tuple[Store, Vault], asset: Asset, server: NameServer, **more: Any) -> CheckRun:
    run = None
    async with aclosing(
        domain_check.run(*desk, [asset.id], dns_server=server.address, limits=QUICK, **more)
    ) as events:
        async for event in events:
            if isinstance(event, events_of.TestEnded):
                run = event.run
    assert run is not None
    return run


def step(run: CheckRun, name: str) -> CheckStep:
    return next(step for step in run.steps if step.name == name)


def facts(run: CheckRun, name: str) -> dict[str, str]:
    return dict(step(run, name).facts)


async def test_a_domain_in_which_all_is_well(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    seen(desk, asset, "google")
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    assert run.outcome is Outcome.PASSED
    assert run.kind == checks.DOMAIN
    assert [one.name for one in run.steps] == list(domain_check.STEPS)
    assert facts(run, "mx")["leads to"] == "Google"
    assert facts(run, "spf")["DNS lookups"] == "2 of 10"
    assert facts(run, "spf")["includes"] == "_spf.google.com, _netblocks.google.com"
    assert facts(run, "spf")["all others"] == "marked (~all)"
    assert facts(run, "dkim") == {"google": "RSA, 2048 bits (example.com)"}
    assert facts(run, "dmarc")["policy"] == "quarantine"
    assert step(run, "certificate").outcome is Outcome.SKIPPED
    assert checks.page(desk[0], asset_id=asset.id) == [run]
    assert audit.page(desk[0])[0].action == "domain checked"


async def test_it_says_nothing_about_whether_the_asset_can_send(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    keep_check(desk[0], asset.id)
    with serving({("example.net", "TXT"): ['"x"']}) as server:
        run = await run_of(desk, asset, server)
    assert run.outcome is Outcome.FAILED
    (line,) = assets.lines(desk[0], asset.id)
    assert line.outcome == "passed"
    assert checks.last_good(desk[0], asset.id, before=run.id, kind=checks.DOMAIN) is None


async def test_one_that_fails_does_not_stop_the_others(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    zone = well()
    zone["example.com", "MX"] = ["0 ."]
    with serving(zone) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "mx").diagnosis == "domain-mx-null"
    assert step(run, "spf").outcome is step(run, "dmarc").outcome is Outcome.PASSED


FLAT = " ".join(f"ip4:192.0.2.{number}" for number in range(20))
MANY = " ".join(f"include:s{number}.example.net" for number in range(11))
CASES: list[tuple[str, dict[tuple[str, str], Any], str | None]] = [
    ("mx", {("example.com", "MX"): ["5 gone.example.net."]}, "domain-mx-dead"),
    ("mx", {("example.com", "MX"): None}, "domain-mx-missing"),
    ("mx", {("example.com", "MX"): None, ("example.com", "A"): ["192.0.2.1"]}, None),
    ("spf", {("example.com", "TXT"): ['"other"']}, "domain-spf-missing"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 -all"', '"V=SPF1 ~all"']}, "domain-spf-several"),
    ("spf", {("example.com", "TXT"): ['"v=spf10 -all"']}, "domain-spf-missing"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 mx -all"']}, "domain-spf-provider"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 include:_spf.google.com +all"']}, "domain-spf-everyone"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 include:_spf.google.com all"']}, "domain-spf-everyone"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 includes:_spf.google.com -all"']}, "domain-spf-broken"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 include: -all"']}, "domain-spf-broken"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 include:none.example.net -all"']}, "domain-spf-broken"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 include:example.com -all"']}, "domain-spf-broken"),
    ("spf", {("example.com", "TXT"): ['"v=spf1 redirect=_spf.google.com"']}, None),
    (
        "spf",
        {("example.com", "TXT"): ['"v=spf1 exists:%{i}.x.example.net include:_spf.google.com -all"']},
        None,
    ),
    ("spf", {("example.com", "TXT"): [txt(f"v=spf1 {MANY} -all")]}, "domain-spf-lookups"),
    (
        "spf",
        {("example.com", "TXT"): [txt(f"v=spf1 {FLAT} -all")]},
        None,
    ),
    ("dmarc", {("_dmarc.example.com", "TXT"): None}, "domain-dmarc-missing"),
    (
        "dmarc",
        {("_dmarc.example.com", "TXT"): ['"v=DMARC1; rua=mailto:a@example.com"']},
        "domain-dmarc-broken",
    ),
    ("dmarc", {("_dmarc.example.com", "TXT"): ['"v=DMARC1; p=refuse"']}, "domain-dmarc-broken"),
    (
        "dmarc",
        {("_dmarc.example.com", "TXT"): ['"v=DMARC1;p=none"', '"v=DMARC1;p=reject"']},
        "domain-dmarc-broken",
    ),
    ("dkim", {("google._domainkey.example.com", "TXT"): None}, "domain-dkim-missing"),
    ("dkim", {("google._domainkey.example.com", "TXT"): ['"v=DKIM1; p="']}, "domain-dkim-withdrawn"),
    ("dkim", {("google._domainkey.example.com", "TXT"): ['"v=DKIM1; p=AAAA"']}, "domain-dkim-broken"),
    ("dkim", {("google._domainkey.example.com", "TXT"): ['"v=DKIM1; k=ed25519; p=AAAA"']}, None),
]


@pytest.mark.parametrize(("name", "changed", "expected"), CASES)
async def test_what_each_record_means(
    desk: tuple[Store, Vault], name: str, changed: dict[tuple[str, str], Any], expected: str | None
) -> None:
    asset = asset_of(desk)
    seen(desk, asset, "google")
    zone = well() | changed
    with serving({key: value for key, value in zone.items() if value is not None}) as server:
        run = await run_of(desk, asset, server)
    found = step(run, name)
    assert found.diagnosis == expected, found
    assert found.outcome is (Outcome.FAILED if expected else Outcome.PASSED)
    if expected:
        assert found.words
        assert diagnosis.by_id(expected).id == expected


async def test_lookups_stop_where_the_record_is_no_good_any_more(desk: tuple[Store, Vault]) -> None:
    """Includes that lead on for ever are followed to the limit, not to the end."""
    asset = asset_of(desk)
    zone = well() | {("example.com", "TXT"): ['"v=spf1 include:s0.example.net -all"']}
    for number in range(60):
        following = f"include:s{number + 1}.example.net include:t{number}.example.net"
        zone[f"s{number}.example.net", "TXT"] = [f'"v=spf1 {following} -all"']
        zone[f"t{number}.example.net", "TXT"] = ['"v=spf1 -all"']
    with serving(zone) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "spf").diagnosis == "domain-spf-lookups"
    assert sum(name.startswith(("s", "t")) for name, kind in server.asked if kind == "TXT") < 15


async def test_a_record_above_the_domain_counts(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk, address="support@help.example.com")
    zone = well("help.example.com")
    del zone["_dmarc.help.example.com", "TXT"]
    zone["_dmarc.example.com", "TXT"] = ['"v=DMARC1; p=reject; sp=none"']
    with serving(zone) as server:
        run = await run_of(desk, asset, server)
    assert facts(run, "dmarc") == {
        "record": "v=DMARC1; p=reject; sp=none",
        "found at": "example.com",
        "policy": "none",
        "reports to": "nobody",
    }
    assert "delivered all the same" in step(run, "dmarc").words


async def test_name_servers_that_do_not_answer(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    with serving(well()) as server:
        server.broken.add("example.com")
        server.silent.add("_dmarc.example.com")
        run = await run_of(desk, asset, server, lookup_s=0.3)
    assert step(run, "spf").diagnosis == "domain-dns-unanswered"
    assert "cannot tell" in step(run, "spf").words
    assert step(run, "dmarc").diagnosis == "domain-dns-unanswered"
    assert "No name server answered within 0.3 s" in step(run, "dmarc").words


async def test_hostile_records_are_bounded(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    long = " ".join(f'"{"x" * 250}"' for _ in range(40))
    zone = well() | {("example.com", "TXT"): [f'"v=spf1 \\027[31m " {long}', *(f'"n{n}"' for n in range(60))]}
    with serving(zone) as server:
        run = await run_of(desk, asset, server)
    found = step(run, "spf")
    assert found.outcome is Outcome.FAILED
    assert len(found.words) < 3_000
    assert all(len(value) <= 500 for _, value in found.facts)


async def test_domains_that_are_none(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk, address="support@no such domain")
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "mx").diagnosis == "domain-missing"
    assert server.asked == []


WIRE = st.one_of(
    st.binary(max_size=250),
    st.sampled_from(
        [b"v=spf1 ", b"v=DMARC1;p=", b"v=DKIM1;p=", b"v=spf1 include:", b"v=spf1 redirect="]
    ).flatmap(lambda start: st.binary(max_size=200).map(lambda rest: start + rest)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WIRE, max_size=3))
def test_no_record_breaks_a_check(desk: tuple[Store, Vault], records: list[bytes]) -> None:
    """Whatever a name server says is a finding or a fault in words."""
    texts = ['"' + "".join(f"\\{octet:03d}" for octet in record) + '"' for record in records] or ['""']
    names = ("example.com", "_dmarc.example.com", "k._domainkey.example.com")

    async def looked_at(lookup: Lookup) -> None:
        for look in (
            spf.looked_at("example.com", "gmail", lookup),
            dmarc.looked_at("example.com", lookup),
            dkim_keys.looked_at("example.com", [Selector("example.com", "k")], lookup),
        ):
            with contextlib.suppress(Fault, Unanswered):
                await look

    with serving({(name, "TXT"): texts for name in names}) as server:
        asyncio.run(looked_at(Lookup(server.address)))


# DKIM


def seen(desk: tuple[Store, Vault], asset: Asset, *selectors: str) -> None:
    """Keys that mail was signed with, one mail for each."""
    for selector in selectors:
        keep_mail(desk, asset, f"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s={selector}; b=eA==\r\n")


def keep_mail(desk: tuple[Store, Vault], asset: Asset, headers: str) -> None:
    content = f"{headers}From: a@example.com\r\nSubject: x\r\n\r\n{datetime.now(UTC)}\r\n".encode()
    addressee = Addressee(asset.id, asset.address, pci=False)
    envelope = Envelope("a@example.com", asset.forwarding_address, "192.0.2.1", datetime.now(UTC), "smtp")
    writer = InboundWriter(desk[0], LogSealer(desk[0]))
    writer.write([filed(envelope, addressee, content)])
    writer.close()


async def test_keys_are_not_guessed(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "dkim").outcome is Outcome.SKIPPED
    assert "not guessed" in step(run, "dkim").words
    assert not any("_domainkey" in name for name, _ in server.asked)
    assert run.outcome is Outcome.PASSED


async def test_a_forged_name_of_a_key_does_no_harm_beside_a_real_one(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    seen(desk, asset, "google", "forged")
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "dkim").outcome is Outcome.PASSED
    assert facts(run, "dkim")["forged"] == "no key (example.com)"


def test_only_keys_of_the_assets_own_domain_are_noted(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    keep_mail(desk, asset, "DKIM-Signature: v=1; d=example.org; s=one; b=x\r\n")
    keep_mail(desk, asset, "DKIM-Signature: v=1; d=badexample.com; s=two; b=x\r\n")
    keep_mail(desk, asset, "DKIM-Signature: v=1; s=three; d=EXAMPLE.com;\r\n b=x\r\n")
    keep_mail(desk, asset, "dkim-signature: v=1; d=mail.example.com; s=fo.ur; b=x\r\n")
    keep_mail(desk, asset, "DKIM-Signature: d=example.com; s=\x1b[31m; b=x\r\n")
    keep_mail(desk, asset, "DKIM-Signature: d=example.com; s=" + "a" * 300 + "; b=x\r\n")
    found = dkim_selectors.seen(desk[0], asset.id)
    assert set(found) == {Selector("example.com", "three"), Selector("mail.example.com", "fo.ur")}


def test_keys_that_are_seen_often_are_not_crowded_out(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    seen(desk, asset, "real", "real")
    seen(desk, asset, *(f"forged{number}" for number in range(20)))
    kept = {one.selector for one in dkim_selectors.seen(desk[0], asset.id, limit=100)}
    assert "real" in kept
    assert len(kept) == dkim_selectors.KEPT
    assets.delete(*desk, [asset.id])
    assert raw(desk[0].path, "SELECT count(*) FROM dkim_selectors") == [(0,)]


# The certificate


async def certificate_of(desk: tuple[Store, Vault], **dates: datetime) -> CheckRun:
    async def banner(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.example.com\r\n")
        try:
            while line := await _reader.readline():
                writer.write(b"250 mx.example.com\r\n" if line.upper().startswith(b"EHLO") else b"502 no\r\n")
        except OSError:
            pass
        finally:
            writer.close()

    context = server_context("localhost", **dates)
    serving_mail = await asyncio.start_server(banner, "127.0.0.1", 0, ssl=context)
    port = serving_mail.sockets[0].getsockname()[1]
    asset = asset_of(desk, security=Security.SSL, host="localhost", port=port, ca_pem=ca_pem())
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    serving_mail.close()
    await serving_mail.wait_closed()
    return run


async def test_the_days_that_are_left_of_a_certificate(desk: tuple[Store, Vault]) -> None:
    run = await certificate_of(desk, not_after=datetime.now(UTC) + timedelta(days=40, hours=1))
    assert step(run, "certificate").outcome is Outcome.PASSED
    assert facts(run, "certificate")["days left"] == "40"
    assert "AUTH" not in run.transcript


async def test_a_certificate_that_ends_soon(desk: tuple[Store, Vault]) -> None:
    run = await certificate_of(desk, not_after=datetime.now(UTC) + timedelta(days=5, hours=1))
    assert step(run, "certificate").diagnosis == "domain-certificate-ends"
    assert step(run, "certificate").words == "The certificate ends in 5 days."


async def test_a_certificate_that_is_over(desk: tuple[Store, Vault]) -> None:
    now = datetime.now(UTC)
    run = await certificate_of(desk, not_before=now - timedelta(days=9), not_after=now - timedelta(days=2))
    assert step(run, "certificate").outcome is Outcome.FAILED
    assert step(run, "certificate").diagnosis == "any-cert-expired"


async def test_a_server_that_is_not_there(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk, security=Security.SSL, port=1)
    with serving(well()) as server:
        run = await run_of(desk, asset, server)
    assert step(run, "certificate").diagnosis == "any-connect-refused"


# Many


async def test_events_are_those_of_a_test(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    with serving(well()) as server:
        events = [
            event async for event in domain_check.run(*desk, [asset.id, 999], dns_server=server.address)
        ]
    assert events_of.TestEnded(999, None) in events
    assert events_of.TestBegan(asset.id, "Support", domain_check.STEPS) in events
    assert sum(isinstance(event, events_of.StepEnded) for event in events) == len(domain_check.STEPS)


async def test_a_check_that_is_stopped_is_recorded_so(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    with serving(well()) as server:
        server.silent.add("example.com")
        async with aclosing(domain_check.run(*desk, [asset.id], dns_server=server.address)) as events:
            async for event in events:
                if isinstance(event, events_of.TestBegan):
                    break
    (run,) = checks.page(desk[0], asset_id=asset.id)
    assert run.outcome is Outcome.CANCELLED


async def test_a_retired_asset_is_not_looked_at(desk: tuple[Store, Vault]) -> None:
    asset = asset_of(desk)
    keep_check(desk[0], asset.id)
    keep_mail(
        desk, asset, "X-Forwarded-To: a@example.com\r\nX-Forwarded-For: support@example.com a@example.com\r\n"
    )
    registrations.record(desk[0], asset.id, "Desk")
    registrations.retire(desk[0], asset.id)
    with serving(well()) as server:
        events = [event async for event in domain_check.run(*desk, [asset.id], dns_server=server.address)]
    assert events == [events_of.TestEnded(asset.id, None)]
    assert server.asked == []
