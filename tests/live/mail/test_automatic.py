"""By which signs a mail is told that nobody typed, and by which not."""

from __future__ import annotations

import pytest

from live.rehearsal.sample_mail import automatic, roads
from live.rehearsal.sample_mail.letters import letter
from store.inbound_kinds import MailKind, Via
from tests.live.mail.sorting_kit import ROUTE, sort, with_headers


@pytest.mark.parametrize("name", automatic.SIGNS)
def test_a_sign(name: str) -> None:
    found = sort(automatic.with_sign(ROUTE, name))
    assert (found.kind, found.detail) == (MailKind.AUTOMATIC, automatic.SIGNS[name][1])


@pytest.mark.parametrize("name", automatic.NO_SIGNS)
def test_no_sign(name: str) -> None:
    found = sort(automatic.without_sign(ROUTE, name))
    assert (found.kind, found.detail) == (MailKind.ORDINARY, "")


@pytest.mark.parametrize(
    "local", [*automatic.SENDERS, "No-Reply", "news.noreply", "noreply-1234", "donot-reply"]
)
def test_a_sender_whom_nobody_can_answer(local: str) -> None:
    assert sort(automatic.by_sender(ROUTE, local)).kind is MailKind.AUTOMATIC


@pytest.mark.parametrize("local", ["norah", "replyto", "nora.eply", "reply", "piano-replyer", "postmasters"])
def test_a_sender_whose_name_only_resembles(local: str) -> None:
    assert sort(automatic.by_sender(ROUTE, local)).kind is MailKind.ORDINARY


def test_the_null_sender_counts_on_direct_mail_only() -> None:
    assert sort(letter(ROUTE), "").detail == "null envelope sender"
    _, forwarded = roads.by_exchange(ROUTE, letter(ROUTE))
    found = sort(forwarded, "")
    assert (found.kind, found.via) == (MailKind.ORDINARY, Via.EXCHANGE)


def test_an_answer_of_somebody_who_is_away() -> None:
    found = sort(automatic.out_of_office(ROUTE))
    assert (found.kind, found.detail) == (MailKind.AUTOMATIC, "Auto-Submitted: auto-generated")


def test_a_note_that_a_mail_was_read_is_no_bounce() -> None:
    found = sort(automatic.receipt(ROUTE))
    assert (found.kind, found.detail) == (MailKind.AUTOMATIC, "multipart/report")


def test_a_value_of_tomorrow_is_automatic_too() -> None:
    """RFC 3834, 5: anything but "no"."""
    assert with_headers(("Auto-Submitted", "auto-something")).kind is MailKind.AUTOMATIC


def test_a_no_does_not_undo_another_sign() -> None:
    assert with_headers(("Auto-Submitted", "no"), ("Precedence", "bulk")).kind is MailKind.AUTOMATIC
