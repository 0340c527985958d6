"""Real signatures, made with a key of the test, and a real name server on loopback that publishes it."""

from __future__ import annotations

import base64
from collections.abc import Callable

import dkim
import dns.asyncresolver
import dns.rcode
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from live.mail import dkim_check
from live.mail.dkim_check import Verdict, judged
from live.rehearsal.sample_mail import everything
from live.rehearsal.sample_mail.confirmations import confirmation
from tests.live.mail.name_server import Records, name_server
from tests.live.mail.sorting_kit import ROUTE

SELECTOR = "20260901"
NAME = f"{SELECTOR}._domainkey.google.com."
HEADERS = [b"mime-version", b"date", b"message-id", b"subject", b"from", b"to"]
"""What Google signs."""


class Key:
    """A key pair: the private half as dkimpy takes it, the public half as the DNS publishes it."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


def signed(
    content: bytes,
    key: Key,
    *,
    domain: bytes = b"google.com",
    selector: str = SELECTOR,
    headers: list[bytes] = HEADERS,
    length: bool = False,
    algorithm: bytes = b"rsa-sha256",
) -> bytes:
    """The mail with a signature on top."""
    line = dkim.sign(
        content,
        selector.encode(),
        domain,
        key.private,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=headers,
        length=length,
        signature_algorithm=algorithm,
    )
    return line + content


def request(language: str = "en") -> bytes:
    return confirmation(ROUTE, language)[1]


async def verdict(content: bytes, records: Records) -> Verdict:
    async with name_server(records) as (resolver, _):
        return await judged(content, resolver=resolver)


@pytest.mark.parametrize("language", ["en", "zh", "fr"])
async def test_a_signature_of_google_fits(key: Key, language: str) -> None:
    found = await verdict(signed(request(language), key), {NAME: key.record})
    assert found == Verdict("pass", "The signature of google.com fits.")


async def test_only_google_is_asked_about(key: Key) -> None:
    content = signed(signed(request(), key, domain=b"example.org"), key)
    async with name_server({NAME: key.record}) as (resolver, server):
        assert (await judged(content, resolver=resolver)).result == "pass"
    assert server.asked == [NAME]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"vf-", b"Vf-", 1),
        lambda content: content.replace(b"Receive Mail from support@", b"Receive Mail from mallory@"),
        lambda content: content.replace(b"Gmail Team", b"Gmail Tram"),
        lambda content: content + b"more\r\n",
        lambda content: content.replace(b"To: support", b"To: somebody"),
    ],
)
async def test_a_change_shows(key: Key, change: Callable[[bytes], bytes]) -> None:
    content = signed(request(), key)
    changed = change(content)
    assert changed != content
    found = await verdict(changed, {NAME: key.record})
    assert found.result == "fail"
    assert "does not fit" in found.reason


@pytest.mark.parametrize(
    "more", [b"Subject: Receive Mail from mallory@example.org\r\n", b"From: mallory@example.org\r\n"]
)
async def test_a_second_subject_or_sender_does_not_ride_along(key: Key, more: bytes) -> None:
    found = await verdict(more + signed(request(), key), {NAME: key.record})
    assert found == Verdict("fail", "It does not have exactly one From and one Subject header.")


async def test_the_signature_of_another_does_not_count(key: Key) -> None:
    for domain in (b"example.org", b"1e100.net", b"mail.google.com", b"google.com.example.org"):
        name = f"{SELECTOR}._domainkey.{domain.decode()}."
        found = await verdict(signed(request(), key, domain=domain), {name: key.record})
        assert found == Verdict("fail", "It bears no signature of google.com.")


async def test_another_s_key_does_not_fit(key: Key) -> None:
    assert (await verdict(signed(request(), key), {NAME: Key().record})).result == "fail"


async def test_a_good_signature_counts_beside_a_bad_one(key: Key) -> None:
    good = signed(request(), key)
    bad = signed(request("de"), key, selector="other").partition(b"X-Google-Smtp-Source")[0]
    records = {NAME: key.record, "other._domainkey.google.com.": key.record}
    assert (await verdict(bad + good, records)).result == "pass"
    missing = {NAME: key.record}
    assert (await verdict(bad + good, missing)).result == "pass"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"headers": [b"from", b"to"]}, "does not cover From and Subject"),
        ({"length": True}, "covers a part of the text only"),
        ({"algorithm": b"rsa-sha1"}, "of a kind that google.com does not use"),
        ({"selector": "a" * 101}, "does not name a key"),
    ],
)
async def test_a_weak_signature_does_not_count(key: Key, how: dict, words: str) -> None:
    found = await verdict(signed(request(), key, **how), {NAME: key.record})
    assert found.result == "fail"
    assert words in found.reason


async def test_an_unsigned_request_fails() -> None:
    assert await verdict(request(), {}) == Verdict("fail", "It bears no signature of google.com.")


@pytest.mark.parametrize(
    ("records", "result", "words"),
    [
        ({}, "unverified", f"publishes no key called {SELECTOR}"),
        ({NAME: None}, "unverified", f"publishes no key called {SELECTOR}"),
        ({NAME: b"v=DKIM1; k=rsa; p="}, "fail", "withdrawn"),
        ({NAME: b"v=DKIM1; k=rsa; p=; t=s"}, "fail", "withdrawn"),
        ({NAME: b"v=DKIM1; k=rsa; p=!!!"}, "fail", "does not fit"),
        ({NAME: b"no record at all"}, "fail", "does not fit"),
        ({NAME: b""}, "fail", "does not fit"),
    ],
)
async def test_what_the_dns_says(key: Key, records: Records, result: str, words: str) -> None:
    found = await verdict(signed(request(), key), records)
    assert found.result == result
    assert words in found.reason


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
async def test_a_name_server_that_cannot_tell(key: Key, rcode: dns.rcode.Rcode) -> None:
    async with name_server({}, rcode=rcode) as (resolver, _):
        found = await judged(signed(request(), key), resolver=resolver)
    assert found == Verdict("unverified", "The name servers of this machine cannot tell the key.")


async def test_a_name_server_that_is_silent(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dkim_check, "LOOKUP_S", 0.2)
    async with name_server({}, silent=True) as (resolver, _):
        found = await judged(signed(request(), key), resolver=resolver)
    assert found == Verdict("unverified", "No name server answered within 0.2 seconds.")


async def test_all_of_it_has_a_limit(key: Key) -> None:
    async with name_server({}, silent=True) as (resolver, _):
        found = await judged(signed(request(), key), resolver=resolver, limit_s=0.2)
    assert found == Verdict("unverified", "The check was given up after 0.2 seconds.")


async def test_a_machine_without_a_name_server(key: Key) -> None:
    resolver = dns.asyncresolver.Resolver(configure=False)
    found = await judged(signed(request(), key), resolver=resolver)
    assert found.result == "unverified"


async def test_a_signature_whose_time_is_over_says_nothing(key: Key) -> None:
    content = signed(request(), key).replace(b"q=dns/txt;", b"x=1600000000;", 1)
    found = await verdict(content, {NAME: key.record})
    assert found == Verdict("unverified", "The signature of google.com was for a time that is over.")


async def test_a_mail_far_too_large_is_not_checked(key: Key) -> None:
    content = signed(request() + b"x" * dkim_check.CONTENT_BYTES, key)
    assert (await verdict(content, {NAME: key.record})).result == "unverified"


async def test_few_questions_are_asked(key: Key) -> None:
    content = request()
    for number in range(10):
        content = signed(content, key, selector=f"s{number}")
    async with name_server({}) as (resolver, server):
        assert (await judged(content, resolver=resolver)).result == "unverified"
    assert len(set(server.asked)) == dkim_check.SIGNATURES


async def test_no_sample_makes_it_fail() -> None:
    async with name_server({}) as (resolver, _):
        for sample in everything(ROUTE):
            found = await judged(sample.content, resolver=resolver)
            assert found.result in ("fail", "unverified")


TAGS = st.lists(
    st.one_of(
        st.sampled_from(
            [b"d=google.com", b"a=rsa-sha256", b"s=20260901", b"h=from:subject", b"b=AAAA", b"bh=AAAA",
             b"v=1", b"x=", b"l=x", b"i=@x", b"q=y", b"t=9", b"c=?/?", b"b=", b"h=\xff", b"d=\xff"]
        ),
        st.binary(max_size=12),
    ),
    max_size=12,
).map(b";".join)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tags=TAGS, content=st.binary(max_size=60))
async def test_no_bytes_make_it_fail(tags: bytes, content: bytes) -> None:
    mail = b"DKIM-Signature: " + tags + b"\r\nFrom: a@google.com\r\nSubject: x\r\n\r\n" + content
    record = b"v=DKIM1; p=" + content.hex().encode()
    assert (await verdict(mail, {NAME: record})).result in ("fail", "unverified")
    assert (await verdict(content, {})).result in ("fail", "unverified")


def test_nothing_of_the_mail_is_logged(key: Key, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        dkim_check._fits(signed(request(), key), 0, b"no record")
    assert caplog.text == ""
