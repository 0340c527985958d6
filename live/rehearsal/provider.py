"""The rehearsal provider: all its listeners on 127.0.0.1, in the loop of whoever opens it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from live.rehearsal import certificates, replies
from live.rehearsal.accounts import SAMPLES, Accounts
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.server import AuthorizationServer
from live.rehearsal.certificates import Certificates
from live.rehearsal.closing import close_listeners
from live.rehearsal.conversation import House, Manner
from live.rehearsal.dialects import CUSTOM, EXCHANGE, GMAIL
from live.rehearsal.doorman import Doorman
from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.hooks import hook_server
from live.rehearsal.oauth_samples import mailboxes, oauth_clients, people
from live.rehearsal.postman import Postman
from live.rehearsal.rude import TALKS, rude_server
from live.rehearsal.server import Submission

HOST = "127.0.0.1"
BANNER_DELAY_S = 2.5  # long enough to be seen climbing, far below every client's limit
CLOSING_S = 5.0  # for the connections to end once they are aborted; they take one turn of the loop


def manners(made: Certificates) -> dict[Listener, Manner]:
    """Return what is special about each listener that speaks SMTP properly."""
    return {
        Listener.GMAIL_STARTTLS: Manner(GMAIL, starttls=made.good),
        Listener.GMAIL_SSL: Manner(GMAIL, implicit_tls=made.good),
        Listener.GMAIL_BUSY: Manner(GMAIL, starttls=made.good, ehlo_refusal=replies.GMAIL_BUSY),
        Listener.EXCHANGE_STARTTLS: Manner(EXCHANGE, starttls=made.good),
        Listener.CUSTOM_STARTTLS: Manner(CUSTOM, starttls=made.good),
        Listener.CUSTOM_SSL: Manner(CUSTOM, implicit_tls=made.good),
        Listener.CUSTOM_PLAIN: Manner(CUSTOM, clear_text_sign_in=True),
        Listener.NO_STARTTLS: Manner(CUSTOM),
        Listener.EXPIRED: Manner(CUSTOM, starttls=made.expired),
        Listener.SELF_SIGNED: Manner(CUSTOM, starttls=made.self_signed),
        Listener.WRONG_NAME: Manner(CUSTOM, starttls=made.wrong_name),
        Listener.SLOW_BANNER: Manner(CUSTOM, starttls=made.good, banner_delay_s=BANNER_DELAY_S),
    }


@asynccontextmanager
async def serving(issuer: Issuer | None = None) -> AsyncIterator[Endpoints]:
    """Open every listener on a port that the system chooses; close them, and every connection, at the end.

    Args:
        issuer: gives out the tokens that the SMTP servers take; None: one that knows the OAuth samples.
    """
    made = certificates.make()
    issuer = issuer or Issuer(oauth_clients(), people())
    tokens_only = mailboxes(tuple(issuer.people.values()), tuple(issuer.clients.values()))
    samples = (*SAMPLES, *tokens_only)
    postman = Postman(samples, issuer.forwards)
    house = House(Accounts(samples, issuer), postman)
    authorization = AuthorizationServer(issuer)
    hooks = hook_server()
    rude = {listener: rude_server(talk) for listener, talk in TALKS.items()}
    servers: dict[str, asyncio.Server] = {}
    try:
        for listener, manner in manners(made).items():
            servers[listener.value] = await _listen(house, manner)
        for listener, raw in rude.items():
            servers[listener.value] = await raw.listen(HOST)
        servers[Listener.AUTHORIZATION.value] = await authorization.listen(HOST)
        servers[Listener.WEBHOOKS.value] = await hooks.listen(HOST)
        ports = {name: int(server.sockets[0].getsockname()[1]) for name, server in servers.items()}
        with socket.socket() as dead:
            # Held but never listened on: nobody else can take the port, and every connection is refused.
            dead.bind((HOST, 0))
            ports[Listener.DEAD.value] = dead.getsockname()[1]
            yield Endpoints(ports=ports, ca_pem=made.ca_pem)
    finally:
        await close_listeners(servers.values())
        await postman.end()
        await _empty(house)
        for raw in rude.values():
            await raw.end()
        await authorization.end()
        await hooks.end()


async def _listen(house: House, manner: Manner) -> asyncio.Server:
    loop = asyncio.get_running_loop()

    def answer() -> asyncio.Protocol:
        session = Submission(house, manner, loop)
        return Doorman(session, manner.implicit_tls) if manner.implicit_tls else session

    return await loop.create_server(answer, HOST, 0)


async def _empty(house: House) -> None:
    """Drop the connections that are left and wait until their tasks have ended."""
    tasks = [visitor.task for visitor in house.open if visitor.task is not None]
    for visitor in tuple(house.open):
        visitor.abort()
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSING_S)
