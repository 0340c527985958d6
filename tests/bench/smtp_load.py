"""The client of the receiving benchmark: so many connections, each sending one mail after the other.

Run as a program it prints the seconds it took, and the median and the slowest hundredth of the time from the
end of a message to its 250, in milliseconds. No two messages are the same.
"""

from __future__ import annotations

import random
import selectors
import socket
import statistics
import sys
import time
from base64 import encodebytes

HEADERS = """\
Received: from mail-sor-f41.example.net (mail-sor-f41.example.net. [192.0.2.41])\r
        by mx.example.org with SMTPS id a{n}sor1234567edx.1.2026.11.25.03.02.01\r
        for <support@example.com> (Google Transport Security); Wed, 25 Nov 2026 03:02:01 -0800 (PST)\r
X-Forwarded-To: desk@in.example.net\r
X-Forwarded-For: support@example.com desk@in.example.net\r
Delivered-To: support@example.com\r
ARC-Seal: i=2; a=rsa-sha256; t=1764040921; cv=pass; d=example.org; s=arc-20240605;\r
        b={junk}\r
ARC-Message-Signature: i=2; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=arc-20240605;\r
        h=to:subject:message-id:date:from:mime-version:dkim-signature;\r
        b={junk}\r
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=20230601;\r
        h=to:subject:message-id:date:from:mime-version:from:to:cc:subject;\r
        b={junk}\r
MIME-Version: 1.0\r
From: =?utf-8?q?Zo=C3=AB?= Customer {n} <customer-{k}@example.net>\r
Date: Wed, 25 Nov 2026 12:02:00 +0100\r
Message-ID: <CAF{n}.{run}@mail.example.net>\r
Subject: Order {n}: where is my parcel, and when will it arrive?\r
To: Support <support@example.com>\r
"""
SENTENCE = (
    "the parcel with our order has not arrived and we would like to know where it is since the page says "
    "that it was sent on Monday from your store please tell us what to do thank you kindly for your help"
)
WORDS = SENTENCE.split()
TEXT = "Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"
PARTS = (
    'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'
    "Content-Type: text/plain\r\n\r\n{text}\r\n"
    '--b{n}\r\nContent-Type: image/png; name="photo.png"\r\nContent-Transfer-Encoding: base64\r\n'
    'Content-Disposition: attachment; filename="photo.png"\r\n\r\n{body}\r\n--b{n}--\r\n'
)
SEND_BUFFER = 200_000


def messages(count: int, size: int, run: str) -> list[bytes]:
    """So many mails of about this size, as a forwarding provider sends them; above 10 kB with a picture."""
    chance = random.Random(run)
    junk = "\r\n         ".join(encodebytes(chance.randbytes(256)).decode().split())
    made = []
    for n in range(count):
        head = HEADERS.format(n=n, k=n % 997, junk=junk, run=run)
        left = max(100, size - len(head) - 300)
        if size < 10_000:
            body = TEXT.format(body=_text(chance, left))
        else:
            picture = encodebytes(chance.randbytes(left * 3 // 4)).decode().replace("\n", "\r\n")
            body = PARTS.format(n=n, text=_text(chance, 1_000), body=picture)
        made.append((head + body + "\r\n.\r\n").encode())
    return made


def _text(chance: random.Random, size: int) -> str:
    words = " ".join(chance.choices(WORDS, k=size // 5))[:size]
    return "\r\n".join(words[at : at + 72] for at in range(0, len(words), 72))


class Client:
    """One connection."""

    def __init__(self, port: int, recipient: str, load: list[bytes], latencies: list[float]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        # So that a message goes out in one piece, and no server's slowness holds up the other connections.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._load = load
        self._latencies = latencies
        self._envelope = (
            b"MAIL FROM:<support+caf_=desk=in.example.net@example.com>\r\n",
            b"RCPT TO:<" + recipient.encode() + b">\r\n",
            b"DATA\r\n",
        )
        self._heard = b""
        self._step = -1
        self._sent = 0.0
        for line in (b"", b"EHLO mail.example.org\r\n"):
            self.socket.sendall(line)
            self._reply()
        self.socket.setblocking(True)

    def _reply(self) -> bytes:
        while True:
            lines = self._heard.split(b"\r\n")
            if len(lines) > 1 and lines[-2][3:4] == b" ":
                self._heard = lines[-1]
                return lines[-2]
            data = self.socket.recv(65_536)
            if not data:
                raise RuntimeError("the server has hung up")
            self._heard += data

    def go_on(self) -> bool:
        """After a reply: send what comes next; False once there is nothing left."""
        if self._step >= 0:
            reply = self._reply()
            if self._step == 4:
                self._latencies.append(time.perf_counter() - self._sent)
            wanted = b"3" if self._step == 3 else b"2"
            if not reply.startswith(wanted):
                raise RuntimeError(f"the server said {reply!r}")
        self._step = self._step % 4 + 1 if self._step > 0 else 1
        if self._step == 4:
            self.socket.sendall(self._load.pop())
            self._sent = time.perf_counter()
        elif not self._load and self._step == 1:
            self.socket.sendall(b"QUIT\r\n")
            self.socket.close()
            return False
        else:
            self.socket.sendall(self._envelope[self._step - 1])
        return True


def sent(port: int, recipient: str, load: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Send all; returns the seconds, and the seconds from the end of each message to its 250.

    Raises:
        RuntimeError: something was refused.
    """
    latencies: list[float] = []
    share = -(-len(load) // connections)
    clients = [Client(port, recipient, load[at : at + share], latencies) for at in range(0, len(load), share)]
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            waiting.register(client.socket, selectors.EVENT_READ, client)
        began = time.perf_counter()
        for client in clients:
            client.go_on()
        left = len(clients)
        while left:
            for key, _ in waiting.select():
                file = key.fileobj
                if not key.data.go_on():
                    waiting.unregister(file)
                    left -= 1
        return time.perf_counter() - began, latencies


def main(port: int, recipient: str, count: int, size: int, connections: int, run: str) -> None:
    load = messages(count, size, run)
    seconds, latencies = sent(port, recipient, load, connections)
    slowest = statistics.quantiles(latencies, n=100)[-1] if len(latencies) > 1 else latencies[0]
    print(seconds, statistics.median(latencies) * 1_000, slowest * 1_000)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
