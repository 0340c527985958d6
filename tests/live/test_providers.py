"""What is known of the providers: presets, limits, and the timetable of passwords on Office 365."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from live import providers
from store.assets import Provider, Security


def test_every_provider_of_the_store_has_rules_and_no_other() -> None:
    assert list(providers.ALL) == [provider.value for provider in Provider]
    for name, rules in providers.ALL.items():
        assert providers.of(name) is rules
        assert rules.label
        assert {way.security for way in rules.ways} <= {security.value for security in Security}
        assert all(1 <= way.port <= 65_535 for way in rules.ways)


def test_a_word_that_is_no_provider_has_the_rules_of_a_custom_server() -> None:
    assert providers.of("a-newer-provider") is providers.of("custom")


def test_presets_and_limits() -> None:
    gmail, office365, custom = (providers.of(name) for name in ("gmail", "office365", "custom"))
    assert gmail.smtp == providers.Submission("smtp.gmail.com", 465, "ssl")
    assert office365.smtp == providers.Submission("smtp.office365.com", 587, "starttls")
    assert custom.smtp == providers.Submission("", 587, "starttls")
    assert gmail.app_password_letters == 16
    assert office365.connections_per_mailbox == 3
    assert "smtp-relay.gmail.com" in gmail.hosts
    assert not custom.hosts


@pytest.mark.parametrize("name", ["gmail", "custom"])
def test_no_end_of_passwords_is_announced(name: str) -> None:
    assert providers.of(name).password_end(datetime(2026, 11, 25, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("now", "left", "word"),
    [
        (datetime(2026, 11, 25, 3, 2, tzinfo=UTC), 36, "switches"),
        (datetime(2026, 12, 30, 23, 59, tzinfo=UTC), 1, "switches"),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 0, "switches"),
        (datetime(2027, 1, 1, tzinfo=UTC), -1, "has been off"),
        (datetime(2026, 12, 31, 20, tzinfo=timezone(timedelta(hours=-8))), -1, "has been off"),
    ],
)
def test_the_timetable_of_office_365(now: datetime, left: int, word: str) -> None:
    end = providers.of("office365").password_end(now)
    assert end is not None
    assert end.days_left(now) == left
    assert word in end.reason
    assert "second half of 2027" in end.reason
