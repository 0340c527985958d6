"""The rehearsal provider over real sockets: how each account and each kind of provider answers."""

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from live.rehearsal import replies
from live.rehearsal.accounts import SAMPLES
from live.rehearsal.endpoints import Endpoints, EndpointsError, Listener
from live.rehearsal.provider import serving
from live.rehearsal.sample import Sample
from tests.live.smtp_client import coded, dial, ready, shape, signed_in

PATIENCE_S = 20.0
REFUSED = [sample for sample in SAMPLES if sample.refusal]
GOOD = [sample for sample in SAMPLES if sample.expected_rung is None and sample.key != "slow-banner"]
BY_KEY = {sample.key: sample for sample in SAMPLES}


@pytest.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    async with serving() as running:
        yield running


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.key)
async def test_each_account_refuses_where_and_as_its_provider_does(
    endpoints: Endpoints, sample: Sample
) -> None:
    assert sample.refusal is not None
    for _ in range(sample.refusal.after_sign_ins):
        client, reply = await signed_in(endpoints, sample)
        assert reply.startswith("235 ")
        await client.aclose()
    client, reply = await signed_in(endpoints, sample)
    async with aclosing(client):
        if sample.refusal.step != "auth":
            assert reply.startswith("235 ")
            reply = await client.command(f"MAIL FROM:<{sample.address}>")
        if sample.refusal.step == "rcpt":
            assert reply.startswith("250 ")
            reply = await client.command(f"RCPT TO:<{sample.address}>")
        assert re.fullmatch(shape(sample.refusal.reply), reply), reply
        assert (await client.command("QUIT")).startswith("221 ")


@pytest.mark.parametrize("sample", GOOD, ids=lambda sample: sample.key)
async def test_good_accounts_take_a_message_and_forget_it(endpoints: Endpoints, sample: Sample) -> None:
    client, reply = await signed_in(endpoints, sample)
    async with aclosing(client):
        assert reply.startswith("235 2.7.0 ")
        assert (await client.command(f"MAIL FROM:<{sample.address}> SIZE=100")).startswith("250 2.1.0 ")
        assert (await client.command("RCPT TO:<anybody@example.com>")).startswith("250 2.1.5 ")
        assert (await client.command("DATA")).startswith("354 ")
        assert (await client.command("Subject: test\r\n\r\nhello\r\n.")).startswith("250 2.0.0 ")
        assert (await client.command("RSET")).startswith("250 ")
        assert (await client.command("RCPT TO:<anybody@example.com>")).startswith("503 ")
        assert (await client.command("QUIT")).startswith("221 2.0.0 ")
        assert await client.gone()


@pytest.mark.parametrize(
    ("key", "usual"),
    [
        ("gmail-starttls", replies.GMAIL_BAD_CREDENTIALS),
        ("gmail-app-password", replies.GMAIL_BAD_CREDENTIALS),
        ("office365-starttls", replies.EXCHANGE_CREDENTIALS),
        ("office365-tenant-off", replies.EXCHANGE_CREDENTIALS),
        ("custom-ssl", replies.CUSTOM_BAD_CREDENTIALS),
    ],
)
async def test_a_wrong_password_and_an_unknown_login_get_the_usual_refusal(
    endpoints: Endpoints, key: str, usual: str
) -> None:
    client, reply = await signed_in(endpoints, BY_KEY[key], "no such password")
    async with aclosing(client):
        assert re.fullmatch(shape(usual), reply)
        assert re.fullmatch(shape(usual), await client.login("nobody@example.com", "x"))
        assert (await client.login(BY_KEY[key].login, "x"))[:3] == "535"


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.works_with], ids=lambda sample: sample.key)
async def test_the_password_in_the_note_mends_the_asset(endpoints: Endpoints, sample: Sample) -> None:
    assert sample.works_with is not None
    word = sample.works_with.get_secret_value()
    assert word in sample.note
    for _ in range(2):
        client, reply = await signed_in(endpoints, sample, word)
        assert reply.startswith("235 ")
        await client.aclose()


async def test_the_providers_are_told_apart_by_banner_and_ehlo(endpoints: Endpoints) -> None:
    gmail = await dial(endpoints, Listener.GMAIL_STARTTLS)
    async with aclosing(gmail):
        assert re.fullmatch(r"220 smtp\.gmail\.example ESMTP \S+ - gsmtp", await gmail.reply())
        told = (await gmail.command("EHLO client.example")).split("\n")
        assert told[0] == "250-smtp.gmail.example at your service, [127.0.0.1]"
        assert told[-1] == "250 STARTTLS"
        assert not any("AUTH" in line for line in told)
        assert re.fullmatch(shape(replies.GMAIL_STARTTLS_FIRST), await gmail.plain("a", "b"))
        await gmail.starttls(endpoints)
        assert (await gmail.command("EHLO client.example")).endswith("\n250 AUTH LOGIN PLAIN XOAUTH2")
        assert re.fullmatch(
            shape(replies.GMAIL_SIGN_IN_FIRST), await gmail.command("MAIL FROM:<a@example.com>")
        )
        assert (await gmail.command("STARTTLS")).startswith("503 ")
    exchange = await dial(endpoints, Listener.EXCHANGE_STARTTLS)
    async with aclosing(exchange):
        assert "Microsoft ESMTP MAIL Service ready at 2" in await exchange.reply()
        assert (await exchange.command("EHLO client.example")).endswith("\n250 STARTTLS")
        early = await exchange.command("MAIL FROM:<a@example.com>")
        assert re.fullmatch(shape(replies.EXCHANGE_STARTTLS_FIRST), early)
        await exchange.starttls(endpoints)
        assert (await exchange.command("EHLO client.example")).endswith("\n250 AUTH LOGIN XOAUTH2")
        assert (await exchange.plain("a", "b")).startswith("504 5.7.4 ")
        anonymous = await exchange.command("MAIL FROM:<a@example.com>")
        assert re.fullmatch(shape(replies.EXCHANGE_SIGN_IN_FIRST), anonymous)


async def test_a_shared_mailbox_is_refused_only_in_its_own_name(endpoints: Endpoints) -> None:
    sample = BY_KEY["office365-send-as"]
    client, reply = await signed_in(endpoints, sample)
    async with aclosing(client):
        assert reply.startswith("235 ")
        refusal = await client.command(f"MAIL FROM:<{sample.address}>")
        assert f"{sample.login_id} not allowed to send as {sample.address};" in refusal
        assert (await client.command(f"MAIL FROM:<{sample.login_id}>")).startswith("250 ")


async def test_xoauth2_fails_and_passes_as_with_the_real_ones(endpoints: Endpoints) -> None:
    gmail, exchange = BY_KEY["gmail-ssl"], BY_KEY["office365-starttls"]
    client = await ready(endpoints, gmail)
    async with aclosing(client):
        challenge = await client.xoauth2(gmail.login, "stale")
        assert json.loads(base64.b64decode(challenge.removeprefix("334 ")))["status"] == "400"
        assert re.fullmatch(shape(replies.GMAIL_BAD_CREDENTIALS), await client.command(""))
        assert (await client.xoauth2(gmail.login, "y" * 8_000)).startswith("334 ")
        assert (await client.command("*")).startswith("535-5.7.8 ")
        assert (await client.xoauth2(gmail.login, gmail.password.get_secret_value())).startswith(
            "235 2.7.0 Accepted"
        )
    client = await ready(endpoints, exchange)
    async with aclosing(client):
        assert re.fullmatch(shape(replies.EXCHANGE_IDENTITY), await client.xoauth2(exchange.login, "stale"))
        assert await client.command("AUTH XOAUTH2") == "334 "
        token = exchange.password.get_secret_value()
        answer = coded(f"user={exchange.login}\x01auth=Bearer {token}\x01\x01")
        assert (await client.command(answer)).startswith("235 ")


async def test_nonsense_is_answered_and_never_echoed(endpoints: Endpoints) -> None:
    client = await ready(endpoints, BY_KEY["custom-starttls"])
    async with aclosing(client):
        for line in (
            "AUTH PLAIN ###sesame",
            "AUTH PLAIN " + coded("sesame"),
            "AUTH XOAUTH2 " + coded("sesame"),
        ):
            reply = await client.command(line)
            assert reply.startswith("501 ")
            assert "sesame" not in reply
        assert (await client.command("AUTH LOGIN")).startswith("334 ")
        # Longer than any line that is read: a fault inside aiosmtpd, which would answer 500 and its text.
        assert await client.command("x" * 20_000) == "451 4.3.0 Temporary failure, try again"


async def test_a_message_beyond_the_limit_is_refused(endpoints: Endpoints) -> None:
    client, _ = await signed_in(endpoints, BY_KEY["custom-starttls"])
    async with aclosing(client):
        await client.command("MAIL FROM:<custom-starttls@example.net>")
        await client.command("RCPT TO:<a@example.com>")
        await client.command("DATA")
        assert (await client.command(("x" * 900 + "\r\n") * 1_300 + ".")).startswith("552 ")


def test_the_samples_are_sound() -> None:
    assert sum(sample.on_desk for sample in SAMPLES) == 14
    for fact in (lambda s: s.key, lambda s: s.asset_name.lower(), lambda s: s.address, lambda s: s.login):
        assert len({fact(sample) for sample in SAMPLES}) == len(SAMPLES)
    for sample in SAMPLES:
        assert (sample.expected_rung is None) == (sample.expected_diagnosis is None)
        assert re.search(r"@(\w+\.)?example\.(com|org|net)$", sample.address)
        assert sample.password.get_secret_value() not in repr(sample)
        if sample.provider == "gmail" and sample.expected_rung is None:
            assert re.fullmatch("[a-z]{16}", sample.password.get_secret_value())


def test_endpoints_survive_their_line_and_refuse_others() -> None:
    endpoints = Endpoints({listener.value: number for number, listener in enumerate(Listener, 1)}, "pem")
    assert Endpoints.from_line(endpoints.to_line()) == endpoints
    for line in (
        "",
        "[]",
        '{"ports": {}, "ca_pem": ""}',
        '{"ports": {"what": 1}, "ca_pem": ""}',
        "\xff",
        "Traceback",
    ):
        with pytest.raises(EndpointsError):
            Endpoints.from_line(line)
