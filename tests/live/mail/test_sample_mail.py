"""The sample mail itself: well formed where it should be, and free of real names."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest

from live.rehearsal.sample_mail import Route, SampleMail, everything
from store.inbound_kinds import MailKind

ROUTE = Route(
    mailbox="orders@shop.example.com", target="orders.aaaaaaaaaaaaaaaaaaaa@in.example.org", number=7
)
SAMPLES = everything(ROUTE)
SOUND = [sample for sample in SAMPLES if not sample.key.startswith(("hostile", "broken"))]

RESERVED = re.compile(r"(?:.+\.)?example\.(?:com|org|net)")


@pytest.mark.parametrize("sample", SOUND, ids=lambda sample: sample.key)
def test_sound_mail_is_sound(sample: SampleMail) -> None:
    assert b"\n" not in sample.content.replace(b"\r\n", b"")
    assert max(map(len, sample.content.split(b"\r\n"))) <= 998
    parsed = message_from_bytes(sample.content, policy=policy.SMTP)
    assert [part.defects for part in parsed.walk() if part.defects] == []
    assert parsed["Message-ID"]
    assert parsed["Subject"]


@pytest.mark.parametrize("sample", SOUND, ids=lambda sample: sample.key)
def test_addresses_are_reserved_ones(sample: SampleMail) -> None:
    text = sample.content.decode("latin-1") + sample.mail_from
    for domain in re.findall(r"[\w.+=-]+@([\w.-]+\w)", text):
        assert RESERVED.fullmatch(domain) or (
            sample.kind is MailKind.CONFIRMATION and domain == "google.com"
        ), domain


def test_another_number_makes_another_mail() -> None:
    others = {sample.key: sample for sample in everything(Route(number=8))}
    alike = [sample.key for sample in SAMPLES if others[sample.key].content == sample.content]
    assert alike == ["broken-empty"]
