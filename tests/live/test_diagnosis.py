"""Diagnosis: every entry by its example, the order in which entries win, and replies that mean harm."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live import diagnosis
from live.diagnosis import Diagnosis, Stage, WhoActs, all_diagnoses, book, by_id, diagnose

ENTRIES = all_diagnoses()
FALLBACKS = {"unknown-4yz", "unknown-5yz", "unknown-reply", "unknown-oauth"}
RAW: list[dict[str, Any]] = json.loads(resources.files("live").joinpath("diagnoses.json").read_text("utf-8"))

KNOWN_FROM_PROVIDERS = [
    "gmail-smtp-ehlo-throttled", "gmail-smtp-starttls-first", "gmail-smtp-xoauth2-400",
    "gmail-smtp-xoauth2-401", "gmail-smtp-bad-credentials", "gmail-smtp-app-password-required",
    "gmail-smtp-browser-login", "gmail-smtp-too-many-logins", "gmail-smtp-auth-required",
    "gmail-smtp-unusual-rate", "gmail-smtp-daily-limit", "gmail-smtp-unsolicited",
    "gmail-smtp-message-too-large", "gmail-smtp-no-such-user", "o365-smtp-starttls-required",
    "o365-smtp-tls-old", "o365-smtp-auth-disabled-tenant", "o365-smtp-auth-disabled-mailbox",
    "o365-smtp-basic-disabled", "o365-smtp-security-defaults", "o365-smtp-criteria",
    "o365-smtp-credentials-incorrect", "o365-smtp-account-locked", "o365-smtp-other-57139",
    "o365-smtp-5-7-3", "o365-smtp-basic-retired", "o365-smtp-not-authenticated", "o365-smtp-rate-421",
    "o365-smtp-thread-limit", "o365-smtp-sendas-252", "o365-smtp-5-2-2", "o365-smtp-5-1-90",
    "o365-smtp-5-1-8", "o365-smtp-451-temp", "o365-smtp-sendas-60", "o365-smtp-quota-submission",
    "o365-smtp-outbound-spam-exception", "o365-smtp-5-7-501", "o365-smtp-5-7-502", "o365-smtp-5-7-503",
    "o365-smtp-5-7-504", "o365-smtp-5-7-505", "o365-smtp-5-7-506", "o365-smtp-5-7-507", "o365-smtp-5-7-508",
    "o365-smtp-5-7-509", "o365-smtp-5-7-511", "o365-smtp-5-7-512", "o365-smtp-5-7-513", "o365-smtp-5-7-705",
    "o365-smtp-5-7-708", "o365-smtp-5-7-750", "o365-smtp-4-7-500", "o365-smtp-430-mailbox-signin",
    "any-connect-timeout", "any-connect-refused", "any-tls-wrong-version", "any-dns", "any-cert",
    "any-auth-not-offered",
]  # fmt: skip


def providers_of(entry: Diagnosis) -> tuple[str, ...]:
    return ("custom", "any") if entry.provider == "any" else (entry.provider,)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_each_example_finds_its_own_entry(entry: Diagnosis) -> None:
    for provider in providers_of(entry):
        assert diagnose(provider, entry.stage, entry.example) == entry


@pytest.mark.parametrize("raw", [raw for raw in RAW if raw["stage"] != "oauth"], ids=lambda raw: raw["id"])
def test_each_alternative_of_a_match_finds_its_entry(raw: dict[str, Any]) -> None:
    entry = by_id(raw["id"])
    match = raw["match"]
    for code in listed(match.get("smtp_code")):
        for enhanced in listed(match.get("enhanced")):
            for text in listed(match.get("text_contains")):
                reply = " ".join(str(part) for part in (code, str(enhanced).partition("-")[0], text) if part)
                if reply:
                    assert diagnose(providers_of(entry)[0], entry.stage, reply) == entry, reply


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value or ""]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_each_entry_can_be_read_and_acted_on(entry: Diagnosis) -> None:
    assert entry.cause.endswith(".")
    assert entry.fix
    assert all(step.strip() for step in entry.fix)
    assert isinstance(entry.who, WhoActs)
    assert entry.again_words.endswith(".")
    assert entry.source.startswith("https://") or entry.source in diagnosis.SOURCES
    assert "(M)" not in " ".join((entry.cause, *entry.fix, entry.again_words, entry.source))
    if entry.who is WhoActs.NOBODY:
        assert entry.again, "waiting cures it, so trying again helps"


def test_ids_are_unique_and_every_known_reply_of_a_provider_is_covered() -> None:
    ids = [entry.id for entry in ENTRIES]
    assert len(ids) == len(set(ids))
    assert set(KNOWN_FROM_PROVIDERS) <= set(ids)
    assert len(KNOWN_FROM_PROVIDERS) == 60
    assert by_id("a-diagnosis-of-a-newer-program").id == "unknown-reply"
    assert by_id("any-dns").id == "any-dns"


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("provider", ["gmail", "office365", "custom"])
def test_what_the_program_finds_itself_is_diagnosed_at_every_stage(provider: str, stage: Stage) -> None:
    conditions = {
        text: raw["id"]
        for own in ("any", provider)  # the provider's own entry comes last, and is the one that counts
        for raw in RAW
        for text in listed(raw["match"].get("text_contains"))
        if text.startswith("condition:") and raw["provider"] == own
    }
    assert len(conditions) > 50
    for condition, id_ in conditions.items():
        assert diagnose(provider, stage, condition).id == id_
        assert diagnose(provider, stage, f"{condition}\n250 never mind").id == id_


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        (Stage.SMTP_AUTH, "459 4.9.9 odd", "unknown-4yz"),
        (Stage.SMTP_SEND, "599-5.9.9 odd\n599 5.9.9 odd", "unknown-5yz"),
        (Stage.SMTP_SEND, "250 fine", "unknown-reply"),
        (Stage.SMTP_CONNECT, "no code at all", "unknown-reply"),
        (Stage.SMTP_CONNECT, "", "unknown-reply"),
        (Stage.SMTP_CONNECT, "condition:from_a_newer_program", "unknown-reply"),
        (Stage.SMTP_AUTH, "699 no class", "unknown-reply"),
        (Stage.SMTP_AUTH, "5355 no code", "unknown-reply"),
    ],
)
def test_unknown_words_get_the_fallback_of_their_class(stage: Stage, reply: str, expected: str) -> None:
    assert diagnose("custom", stage, reply).id == expected


@pytest.mark.parametrize(
    ("provider", "stage", "reply", "expected"),
    [
        # the provider's own before any
        ("gmail", Stage.SMTP_AUTH, "535-5.7.8 no\n535 5.7.8 no", "gmail-smtp-bad-credentials"),
        ("custom", Stage.SMTP_AUTH, "535-5.7.8 no\n535 5.7.8 no", "any-auth-535"),
        ("office365", Stage.SMTP_AUTH, "535 5.7.8 no", "any-auth-535"),
        ("gmail", Stage.SMTP_CONNECT, "421-4.7.0 an unusual rate of mail", "gmail-smtp-unusual-rate"),
        # more keys before fewer, codes before texts
        ("office365", Stage.SMTP_AUTH, "535 5.7.139 odd", "o365-smtp-other-57139"),
        ("custom", Stage.SMTP_SEND, "550 5.7.1 odd", "any-send-5-7-1"),
        ("custom", Stage.SMTP_SEND, "550 5.7.1 not owned by user x", "any-send-sender-rejected"),
        ("custom", Stage.SMTP_SEND, "554 5.7.1 Relay access denied", "any-send-relay-denied"),
        ("custom", Stage.SMTP_SEND, "554 Connection refused", "any-send-554"),
        # another stage's, where the own stage has none
        ("office365", Stage.SMTP_SEND, "530 5.7.57 Client not authenticated", "o365-smtp-not-authenticated"),
        ("office365", Stage.SMTP_AUTH, "432 4.3.2 thread limit exceeded", "o365-smtp-thread-limit"),
        ("custom", Stage.SMTP_SEND, "530 5.7.0 Authentication required", "any-auth-530"),
        ("custom", Stage.SMTP_SEND, "530 5.7.0 Must issue a STARTTLS command first", "any-starttls-first"),
        # but a general code of a later command says nothing about an earlier one
        ("custom", Stage.SMTP_CONNECT, "550 5.7.1 go away", "unknown-5yz"),
        ("custom", Stage.SMTP_CONNECT, "535 odd", "unknown-5yz"),
        # the same stage first, then what fits everywhere
        ("custom", Stage.SMTP_AUTH, "554 5.7.0 odd", "any-auth-554"),
        ("custom", Stage.SMTP_SEND, "timed out waiting for the reply to DATA", "any-step-timeout"),
        ("custom", Stage.SMTP_CONNECT, "timed out connecting", "any-connect-timeout"),
        ("custom", Stage.SMTP_CONNECT, "ConnectionResetError: [Errno 104] Connection reset by peer",
         "any-connect-reset"),
        ("custom", Stage.SMTP_SEND, "ConnectionResetError: [Errno 104] Connection reset", "any-cut-off"),
    ],
)  # fmt: skip
def test_which_entry_wins(provider: str, stage: Stage, reply: str, expected: str) -> None:
    assert diagnose(provider, stage, reply).id == expected


@pytest.mark.parametrize(
    "rest",
    [
        ", SmtpClientAuthentication\n535 5.7.139 is disabled for the Tenant.",
        ", SmtpClientAuthen\n535 5.7.139 tication is disabled for the Tenant.",
        ",\r\n535-5.7.139  SMTPCLIENTAUTHENTICATION is\r\n535 disabled  for\tthe Tenant.",
        ", SmtpClientAuthentication\nis disabled\n5.7.139 for the Tenant.",
    ],
)
def test_a_text_that_is_broken_between_lines_is_found(rest: str) -> None:
    reply = f"535-5.7.139 Authentication unsuccessful{rest}"
    assert diagnose("office365", Stage.SMTP_AUTH, reply).id == "o365-smtp-auth-disabled-tenant"


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("550 odd (5.7.60).", True),
        ("550-first\n550 #5.7.60 second", True),
        ("550 5.7.600 odd", False),
        ("550 15.7.60 odd", False),
        ("550 from 5.7.60.1 odd", False),
        ("550 from 1.5.7.60 odd", False),
        ("550 v5.7.60 odd", False),
    ],
)
def test_an_enhanced_code_counts_as_a_whole_and_anywhere(reply: str, found: bool) -> None:
    assert (diagnose("office365", Stage.SMTP_SEND, reply).id == "o365-smtp-sendas-60") is found


@pytest.mark.parametrize(
    ("code", "found"), [("4.7.499", False), ("4.7.500", True), ("4.7.650", True), ("4.7.700", False)]
)
def test_a_range_of_enhanced_codes(code: str, found: bool) -> None:
    reply = f"451 {code} Server busy. Please try again later (S77719)"
    assert (diagnose("office365", Stage.SMTP_SEND, reply).id == "o365-smtp-4-7-500") is found


def test_a_reply_cannot_pass_for_a_finding_of_the_program() -> None:
    assert diagnose("custom", Stage.SMTP_AUTH, "535 condition:vault_locked").id == "any-auth-535"
    assert diagnose("custom", Stage.SMTP_CONNECT, "554 CERTIFICATE_VERIFY_FAILED").id == "any-banner-554"


def test_only_the_beginning_of_a_long_reply_is_looked_at() -> None:
    padding = "x" * diagnosis.LONGEST_REPLY
    assert diagnose("office365", Stage.SMTP_SEND, f"550 {padding} 5.7.60").id == "unknown-5yz"
    assert diagnose("office365", Stage.SMTP_SEND, f"550 5.7.60 {padding * 500}").id == "o365-smtp-sendas-60"


PIECES = st.sampled_from(
    ["535", "-", " ", "5.7.8", "4.7.500-699", "\n", "\r\n", "\x1b[31m", "\u202e", "[/b]", "condition:",
     "vault_locked", "timed out", "\x00", "\u0665\u0663\u0665", "\ud800", "\uff15", "\u2028", "535-5.7.8"]
)  # fmt: skip


@given(
    provider=st.sampled_from(["gmail", "office365", "custom", "any", "", "\x00"]),
    stage=st.sampled_from(Stage),
    reply=st.one_of(
        st.text(alphabet=st.characters(), max_size=300),
        st.lists(PIECES, max_size=60).map("".join),
        st.lists(st.sampled_from([entry.example for entry in ENTRIES]), max_size=4).map("\n".join),
    ),
)
def test_no_reply_makes_it_fail(provider: str, stage: Stage, reply: str) -> None:
    found = diagnose(provider, stage, reply)
    assert found in ENTRIES
    assert found.provider in (provider, "any") or (stage is Stage.OAUTH and "AADSTS" in reply.upper())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"who": "the cat"}, r"entry 0 \(any-dns\): 'the cat' is not a valid WhoActs"),
        ({"stage": "imap"}, "'imap' is not a valid Stage"),
        ({"cause": None}, "'cause' is missing"),
        ({"cause": " "}, "no text"),
        ({"fix": []}, "the fix is no list of steps"),
        ({"fix": "Wait."}, "the fix is no list of steps"),
        ({"again": "later"}, "'later' is missing"),
        ({"provider": "yahoo"}, "the provider yahoo is not known"),
        ({"source": "hearsay"}, "the source is neither"),
        ({"confidence": "sure"}, "the confidence sure is not known"),
        ({"match": {"smtp": 1}}, "match has the unknown key smtp"),
        ({"match": {"enhanced": "5.7"}}, "entry 0"),
        ({"id": "unknown-reply"}, "the id is used twice"),
    ],
)
def test_a_damaged_file_is_told_with_its_entry(change: dict[str, Any], complaint: str) -> None:
    entries = [dict(raw) for raw in RAW if raw["id"] in FALLBACKS | {"any-dns"}]
    changed = {**entries[0], **change}
    entries[0] = {key: value for key, value in changed.items() if value is not None}
    with pytest.raises(ValueError, match=re.compile(complaint)):
        book.parsed(json.dumps(entries))


def test_a_file_without_fallbacks_or_with_something_else_is_told() -> None:
    with pytest.raises(ValueError, match="has no entry unknown-4yz, unknown-5yz, unknown-reply"):
        book.parsed("[]")
    with pytest.raises(ValueError, match=r"entry 0 \(7\)"):
        book.parsed("[7]")


def test_the_module_is_cheap_to_import() -> None:
    code = "import sys; before = set(sys.modules); import live.diagnosis; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "live.diagnosis" in loaded
    assert not loaded & {"pydantic", "sqlmodel", "aiosmtplib", "ssl", "importlib.resources", "textual"}
