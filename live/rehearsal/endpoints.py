"""The rehearsal provider's listeners by name, and the line in which the child process tells their ports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Listener(StrEnum):
    """Each port of the rehearsal provider, named after what is special about it."""

    GMAIL_STARTTLS = "gmail-starttls"
    GMAIL_SSL = "gmail-ssl"
    GMAIL_BUSY = "gmail-busy"  # answers EHLO with 421 and hangs up
    EXCHANGE_STARTTLS = "exchange-starttls"
    CUSTOM_STARTTLS = "custom-starttls"
    CUSTOM_SSL = "custom-ssl"
    CUSTOM_PLAIN = "custom-plain"  # no STARTTLS, AUTH offered in clear text
    NO_STARTTLS = "no-starttls"  # neither STARTTLS nor AUTH
    EXPIRED = "expired"
    SELF_SIGNED = "self-signed"
    WRONG_NAME = "wrong-name"
    SLOW_BANNER = "slow-banner"
    LINE_NOISE = "line-noise"
    CUT_OFF = "cut-off"  # closes in the middle of its EHLO reply
    SILENT = "silent"  # accepts and never says a word
    FLOOD = "flood"  # an EHLO reply of 10 MB in lines
    ENDLESS_LINE = "endless-line"  # a banner of 10 MB without a line end
    ESCAPES = "escapes"  # a refusal full of terminal control sequences
    AUTHORIZATION = "authorization"  # HTTP: the authorization server
    WEBHOOKS = "webhooks"  # HTTP: endpoints of webhooks
    DEAD = "dead"  # a port that is taken, so that nobody else gets it, and refuses every connection


class EndpointsError(ValueError):
    """The line that should tell the ports cannot be read."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider listens on 127.0.0.1 (port by listener name) and the authority it made, as PEM."""

    ports: Mapping[str, int]
    ca_pem: str

    @property
    def authorization(self) -> str:
        """The authorization server's address without a path; plain http, as only loopback may be."""
        return f"http://127.0.0.1:{self.ports[Listener.AUTHORIZATION]}"

    def to_line(self) -> str:
        """Return one line of JSON without a line end: {"ports": {listener: port}, "ca_pem": text}."""
        return json.dumps(
            {"ports": {str(name): port for name, port in self.ports.items()}, "ca_pem": self.ca_pem}
        )

    @classmethod
    def from_line(cls, line: str | bytes) -> "Endpoints":
        """Read what `to_line` wrote; EndpointsError when it is something else or a listener is missing."""
        try:
            told = json.loads(line)
            ports = {Listener(name).value: int(port) for name, port in told["ports"].items()}
            ca_pem = str(told["ca_pem"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise EndpointsError(
                "The rehearsal provider did not tell its ports in the agreed form."
            ) from error
        missing = sorted(set(Listener) - ports.keys())
        if missing:
            raise EndpointsError(f"The rehearsal provider told no port for {', '.join(missing)}.")
        return cls(ports=ports, ca_pem=ca_pem)
