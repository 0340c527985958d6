"""A small SMTP client that sees every octet of a reply, for tests of servers."""

import asyncio
import base64
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass

from live.rehearsal.endpoints import Endpoints, Listener
from live.rehearsal.sample import Sample

PATIENCE_S = 20.0


@dataclass
class Client:
    """A client that sees every octet of a reply."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def reply(self) -> str:
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            line = (await asyncio.wait_for(self.reader.readuntil(b"\r\n"), PATIENCE_S)).decode()
            lines.append(line.removesuffix("\r\n"))
        return "\n".join(lines)

    async def command(self, line: str) -> str:
        self.writer.write(line.encode() + b"\r\n")
        return await self.reply()

    async def starttls(self, endpoints: Endpoints) -> None:
        assert (await self.command("STARTTLS")).startswith("220 ")
        await self.writer.start_tls(trusting(endpoints), server_hostname="localhost")

    async def plain(self, login: str, password: str) -> str:
        return await self.command(f"AUTH PLAIN {coded(f'{chr(0)}{login}{chr(0)}{password}')}")

    async def login(self, login: str, password: str) -> str:
        assert await self.command("AUTH LOGIN") == "334 " + coded("Username:")
        assert await self.command(coded(login)) == "334 " + coded("Password:")
        return await self.command(coded(password))

    async def xoauth2(self, login: str, token: str) -> str:
        return await self.command(
            f"AUTH XOAUTH2 {coded(f'user={login}{chr(1)}auth=Bearer {token}{chr(1)}{chr(1)}')}"
        )

    async def gone(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(), PATIENCE_S) == b""
        except ConnectionError:
            return True

    async def aclose(self) -> None:
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def trusting(endpoints: Endpoints) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=endpoints.ca_pem)


async def dial(endpoints: Endpoints, listener: Listener, tls: ssl.SSLContext | None = None) -> Client:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        endpoints.ports[listener],
        ssl=tls,
        server_hostname="localhost" if tls else None,
        limit=1_000_000,
    )
    return Client(reader, writer)


async def ready(endpoints: Endpoints, sample: Sample) -> Client:
    """A client on the sample's listener, under TLS where there is some, ready to sign in."""
    client = await dial(endpoints, sample.listener, trusting(endpoints) if sample.security == "ssl" else None)
    assert (await client.reply()).startswith("220 ")
    await client.command("EHLO client.example")
    if sample.security == "starttls":
        await client.starttls(endpoints)
        assert "STARTTLS" not in await client.command("EHLO client.example")
    return client


async def signed_in(endpoints: Endpoints, sample: Sample, password: str = "") -> tuple[Client, str]:
    client = await ready(endpoints, sample)
    return client, await client.login(sample.login, password or sample.password.get_secret_value())


def shape(template: str) -> str:
    """A pattern for a template's replies."""
    return re.sub(r"\\\{\w+\\\}", r"[\\w@.<>:\\- ]+", re.escape(template))
