"""The parts of a forwarding check for themselves: causes in their order, the steps of a way, who sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live import diagnosis
from live.forwarding import causes, steps
from live.forwarding.letter import probe_letter
from live.forwarding.senders import TRIES, Known, look, senders
from live.mail.glance import glance
from live.mail.sorting import sorted_mail
from live.outgoing.choice import Fitness, Way
from live.outgoing.letter import Sender, composed
from live.outgoing.routes import Plain, ThroughAsset
from store import assets
from store.checks import Outcome
from store.database import Store
from store.forwarding_states import Forwarding
from store.inbound_kinds import MailKind
from store.kinds import Provider
from store.notice_smtp import NoticeSmtp
from store.probes import PathHop, Probe, Trigger
from store.vault import Vault
from tests.store.kit import NOON, PASSWORD, fields, keep_check

S = timedelta(seconds=1)


def probe(path: tuple[PathHop, ...] = (), **changed: object) -> Probe:
    given: dict[str, object] = {
        "id": 1,
        "token": "token",
        "asset_id": 1,
        "trigger": Trigger.ASKED,
        "begun_at": NOON,
        "sent_at": NOON,
        "wait_s": 180.0,
        "through": "Help desk",
        "steps": (),
        "arrived_at": NOON + 9 * S,
        "path": path,
        "via": "gmail",
        "forwarded_by": "a@example.com",
        "strayed_to": None,
        "returned_at": None,
        "returned": "",
        "ended_at": None,
        "outcome": "",
    }
    return Probe(**(given | changed))  # type: ignore[arg-type]


# the steps


def test_each_part_of_the_way_has_its_time() -> None:
    way = (
        PathHop("by a", NOON + 1 * S, "mailbox"),
        PathHop("by b", NOON + 3 * S, "mailbox"),
        PathHop("by c", NOON + 4 * S, "forward"),
    )
    found = steps.arrived(probe(way))
    assert [(one.name, one.ms) for one in found] == [
        ("mailbox", 3_000),
        ("forward", 1_000),
        ("arrive", 5_000),
    ]
    assert found[0].facts == (("hop", "+1 s by a"), ("hop", "+2 s by b"))
    assert found[1].facts == (("by", "Gmail's forwarding of a@example.com"), ("hop", "+1 s by c"))
    assert found[2].facts == (("in all", "9 s"),)


def test_clocks_that_differ_make_no_time_negative() -> None:
    way = (PathHop("by a", NOON - 60 * S, "mailbox"), PathHop("by b", NOON + 600 * S, "forward"))
    found = steps.arrived(probe(way))
    assert all(one.ms >= 0 for one in found)
    assert found[0].facts == (("hop", "+0 s by a"),)


def test_servers_that_say_nothing_are_told_as_that() -> None:
    found = steps.arrived(probe(via="", forwarded_by=""))
    assert found[0].words == "No server wrote down the mailbox; the probe's arrival tells of it."
    assert found[1].facts == (("by", "a server"),)
    found = steps.arrived(probe((PathHop("by a", None, "mailbox"),)))
    assert found[0].facts == (("hop", "no time by a"),)


def test_what_is_odd_about_a_way_is_noted() -> None:
    assert "have the rule redirect" in dict(steps.arrived(probe(via="inbox rule"))[2].facts)["note"]
    assert "past the mailbox" in dict(steps.arrived(probe(via="direct"))[2].facts)["note"]
    assert steps.arrived(probe(via="a road of a newer program"))[1].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (0.4, "0 s"), (119, "119 s"), (150, "2 min"), (8_000, "2 h"), (200_000, "2 d")],
)
def test_spans_in_words(seconds: float, words: str) -> None:
    assert steps.seconds_words(seconds) == words


# causes


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("state", Forwarding)
def test_every_silence_has_a_cause_that_is_known(state: Forwarding, provider: Provider) -> None:
    cause = causes.of_silence(state, provider)
    assert diagnosis.by_id(cause.diagnosis).id == cause.diagnosis
    assert cause.diagnosis != diagnosis.UNKNOWN
    assert cause.also


def test_the_likely_causes_come_in_their_order() -> None:
    cause = causes.of_silence(Forwarding.NEVER, Provider.GMAIL)
    assert cause.also == tuple(causes.SHORT[one] for one in (causes.AWAITING, causes.BLOCKED, causes.SILENT))
    assert causes.in_order(cause.also).startswith(
        "2. the forwarding address still waits to be confirmed; 3. "
    )
    exchange = causes.of_silence(Forwarding.NEVER, Provider.OFFICE365)
    assert causes.SHORT[causes.AWAITING] not in exchange.also


@given(st.text(max_size=500), st.sampled_from(Provider))
def test_every_bounce_has_a_cause_that_is_known(returned: str, provider: Provider) -> None:
    cause = causes.of_bounce(returned, provider, "a.b@in.example.com")
    assert cause.step in steps.STEPS
    assert diagnosis.by_id(cause.diagnosis).id == cause.diagnosis


def test_gmail_and_custom_servers_that_forbid_forwarding() -> None:
    words = "550 5.7.520 no"
    assert causes.of_bounce(words, Provider.GMAIL, "").diagnosis == "gmail-fwd-admin-disabled"
    assert causes.of_bounce(words, Provider.CUSTOM, "").diagnosis == "forwarding-blocked"


# senders


def way(asset_id: int, fitness: Fitness = Fitness.PROVEN) -> Way:
    return Way(ThroughAsset(asset_id), f"asset {asset_id}", f"{asset_id}@example.com", fitness)


PLAIN = Way(
    Plain(NoticeSmtp(host="relay.example.com", sender="postroom@example.com")),
    *("notices", "postroom@example.com", Fitness.CONFIGURED),
)


def through(known: Known, asset_id: int, turn: int = 0) -> list[str]:
    return [one.name for one in senders(known, asset_id, turn)]


def test_proven_assets_whose_bounces_come_back_go_first_and_the_asset_itself_last() -> None:
    untried = way(4, Fitness.UNTRIED)
    known = Known([PLAIN, way(1), way(2), way(3), untried], frozenset({3}))
    assert through(known, 1) == ["asset 3", "asset 2", "notices"]
    assert through(known, 3) == ["asset 1", "asset 2", "notices"]
    assert through(Known([way(1), untried, PLAIN], frozenset()), 1) == ["notices", "asset 4"]
    assert through(Known([way(1)], frozenset()), 1) == ["asset 1"]
    assert through(Known([], frozenset()), 1) == []


def test_equally_good_ones_take_turns() -> None:
    known = Known([way(number) for number in range(1, 6)], frozenset())
    firsts = [through(known, 99, turn)[0] for turn in range(6)]
    assert firsts == ["asset 1", "asset 2", "asset 3", "asset 4", "asset 5", "asset 1"]
    assert all(len(through(known, 99, turn)) == TRIES for turn in range(6))


def test_what_is_known_to_be_broken_is_not_tried(store: Store, vault: Vault) -> None:
    well = assets.create(store, vault, fields("Well"), password=PASSWORD)
    broken = assets.create(store, vault, fields("Broken"), password=PASSWORD)
    keep_check(store, broken.id, Outcome.FAILED, asset_name="Broken")
    found = look(store, datetime.now(UTC), None)
    assert [one.route for one in found.usable] == [ThroughAsset(well.id)]


# the letter


def test_a_probe_is_known_asks_for_no_answer_and_wants_its_bounce(store: Store, vault: Vault) -> None:
    asset = assets.create(store, vault, fields("Hostile\r\nBcc: x@example.com", address="a@example.com"))
    letter = probe_letter(asset, "abcdefghij2345672345", Trigger.HEARTBEAT)
    mail = composed(letter, Sender("desk@example.org", "Desk", "7.0123456789abcdef"))
    assert mail["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "postroom forwarding check abcdefghij2345672345"
    assert mail["Bcc"] is None
    content = mail.as_bytes()
    found = sorted_mail(
        glance(content),
        content,
        mail_from="desk@example.org",
        rcpt_to="a.b@in.example.com",
        asset_address=asset.address,
        store_token="0123456789abcdef",
    )
    assert (found.kind, found.detail) == (MailKind.PROBE, "abcdefghij2345672345")
    assert letter.purpose == "heartbeat"
