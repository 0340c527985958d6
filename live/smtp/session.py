"""One connection to a server: commands and replies with limits, TLS, and faults that say why."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from typing import cast

from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.response import SMTPResponse

from live.smtp.fault import RungError, system_text, within
from live.smtp.limits import Limits
from live.smtp.transcript import Transcript
from live.smtp.wire import Reply, Wire, replaced, reply_of


class Session:
    """One connection to a server, from an open socket on.

    `in_step` is false once a reply was missed: then no further command makes sense, not even QUIT.
    `verified` is true only under TLS with a certificate that was verified.
    """

    def __init__(self, sock: socket.socket, transcript: Transcript, limits: Limits) -> None:
        self._sock = sock
        self._limits = limits
        self._wire = Wire(transcript)
        number = sock.getsockname()[0].partition("%")[0]
        version6 = ipaddress.ip_address(number).version == 6
        self.own_name = f"[IPv6:{number}]" if version6 else f"[{number}]"
        """Our address as a literal for EHLO (RFC 5321 4.1.3), which needs no name server to be true."""
        self.in_step = False
        self.verified = False
        self.tls: ssl.SSLObject | None = None
        """The TLS layer, once there is one; it can be asked even after the server has closed."""

    async def begin(self) -> None:
        """Take up the connection."""
        await asyncio.get_running_loop().create_connection(lambda: self._wire, sock=self._sock)
        self.in_step = True

    async def secure(self, context: ssl.SSLContext, hostname: str) -> None:
        """The TLS handshake, before anything else was said (RFC 8314).

        Raises:
            RungError: it failed, or the server speaks without TLS.
            ssl.SSLCertVerificationError: the certificate is not trusted.
        """
        if self._wire.heard:
            self.in_step = False
            text = "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number"
            said = self._wire.heard.decode("utf-8", "replace").strip()
            raise RungError(f"The server speaks without TLS on this port. It says:\n{said}", text)
        await self._handshake(context, hostname)

    async def greeting(self) -> Reply:
        """The banner.

        Raises:
            RungError: it did not come, or is none.
        """
        return await self._reply("waiting for the banner", None, self._limits.banner)

    async def command(self, *words: bytes, doing: str = "", limit: float | None = None) -> Reply:
        """Send a command and return its reply, whatever its code.

        Args:
            doing: completes "timed out …"; by default it names the command's first word.
            limit: seconds, by default those for a command.

        Raises:
            RungError: no reply came, or what came is none.
        """
        doing = doing or f"waiting for the reply to {words[0].decode('ascii', 'replace')}"
        return await self._reply(doing, words, limit or self._limits.command)

    async def data(self, message: bytes) -> Reply:
        """Send DATA and a message (RFC 5321 4.1.1.4), and return the last reply, whatever its code.

        Raises:
            RungError: no reply came, or what came is none.
        """
        self._began()
        with self._faults("in the middle of DATA"):
            async with within(self._limits.data, "waiting for the reply to DATA"):
                try:
                    response = await self._wire.execute_data_command(message)
                except SMTPResponseException as refused:
                    if refused.code < 0:
                        raise
                    response = SMTPResponse(refused.code, refused.message)
        return self._ended(response)

    async def upgrade(self, context: ssl.SSLContext, hostname: str) -> Reply:
        """STARTTLS and the handshake (RFC 3207); returns the reply to STARTTLS.

        Raises:
            RungError: refused, failed, or plain text came where only TLS may.
            ssl.SSLCertVerificationError: the certificate is not trusted.
        """
        reply = (await self.command(b"STARTTLS")).expect(220)
        if self._wire.unread or self._wire.unasked:
            self.in_step = False
            raise RungError(
                "The server, or somebody on the way, sent plain text after its reply to STARTTLS, where only "
                "TLS may follow: it could pass for the server's words under TLS.",
                "condition:plaintext_after_starttls",
            )
        await self._handshake(context, hostname)
        return reply

    async def quit(self) -> None:
        """Say goodbye if the session is in step, then close; never fails, and takes at most its limit."""
        if self.in_step:
            with contextlib.suppress(RungError):
                await self.command(b"QUIT", limit=self._limits.quit)
        self.close()

    def close(self) -> None:
        """Close the socket at once, with nothing more said."""
        self.in_step = False
        if self._wire.transport is not None:
            cast(asyncio.WriteTransport, self._wire.transport).abort()
        self._sock.close()  # abort() lets go of it at once, but closes it in the next round of the loop

    async def _handshake(self, context: ssl.SSLContext, hostname: str) -> None:
        self.in_step = False
        doing = "during the TLS handshake"
        with self._faults(doing):
            if not self._wire.is_connected:
                raise ConnectionResetError
            async with within(self._limits.tls, doing):
                transport = await asyncio.get_running_loop().start_tls(
                    cast(asyncio.WriteTransport, self._wire.transport),
                    self._wire,
                    context,
                    server_hostname=hostname,
                )
        assert transport is not None
        self._wire.transport = transport
        self.tls = cast(ssl.SSLObject, transport.get_extra_info("ssl_object"))
        self.in_step = True
        self.verified = context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname

    async def _reply(self, doing: str, words: tuple[bytes, ...] | None, limit: float) -> Reply:
        self._began()
        with self._faults(doing):
            async with within(limit, doing):
                if words is None:
                    response = await self._wire.read_response()
                else:
                    response = await self._wire.execute_command(*words)
            if not 200 <= response.code <= 599:
                raise SMTPResponseException(-1, f"Malformed SMTP response line: {response}")
        return self._ended(response)

    def _began(self) -> None:
        self.in_step = False
        self._wire.turn()

    def _ended(self, response: SMTPResponse) -> Reply:
        self.in_step = response.code != 421  # RFC 5321 3.8: the server closes
        return reply_of(response)

    @contextlib.contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        """Turn what aiosmtplib and the system raise into faults, without frames: those hold what was sent."""
        try:
            yield
        except ssl.SSLCertVerificationError:
            raise
        except SMTPServerDisconnected as error:
            raise self._closed(doing, error.__cause__) from None
        except SMTPException as error:
            raise self._no_reply(error.message) from None
        except OSError as error:
            if isinstance(error, ssl.SSLError) or error.errno is not None:
                text = system_text(error)
            else:
                text = f"{type(error).__name__}: the connection was closed {doing}"
            raise RungError(f"The connection failed {doing} ({text}).", text) from None

    def _closed(self, doing: str, cause: BaseException | None) -> RungError:
        moment = f"while we were {doing}" if doing.startswith("waiting") else doing
        if words := self._wire.last_words:
            self._wire.transcript.server(words)
            return RungError(words, words)
        if isinstance(cause, OSError) and cause.errno is not None:
            text = system_text(cause)
            return RungError(f"The connection broke {moment} ({text}).", text)
        begun = self._wire.unread.decode("utf-8", "replace").strip()
        if begun:
            self._wire.transcript.server(begun)
            sentence = f"The server closed the connection in the middle of a reply:\n{begun}"
        elif not self._wire.heard:
            sentence = "The server took the connection and closed it without a word."
            return RungError(sentence, "condition:closed_before_banner")
        else:
            sentence = f"The server closed the connection {moment}."
        return RungError(sentence, "condition:closed_by_server")

    def _no_reply(self, message: str) -> RungError:
        if message.startswith("Response too long"):
            return RungError(
                "The server's reply is longer than 32 kB: no SMTP server says so much.",
                "condition:reply_too_long",
            )
        said = replaced(message.partition(": ")[2].strip())
        self._wire.transcript.server(said)
        return RungError(f"What answers here is no SMTP server. It says:\n{said}", "condition:not_smtp")
