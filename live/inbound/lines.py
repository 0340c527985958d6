"""The command lines in what a client has sent. A line ends with CR LF, and is never held beyond its limit."""

from __future__ import annotations

from live.inbound.limits import LINE_OCTETS

_END = b"\r\n"


class LineTooLong(Exception):
    """The line that was taken was too long, and is gone."""


class Lines:
    """Octets that came in and are not yet dealt with."""

    __slots__ = ("_inside_long", "_octets", "_searched")

    def __init__(self) -> None:
        self._octets = bytearray()
        self._searched = 0
        """Octets at the start that hold no end of a line."""
        self._inside_long = False

    def __len__(self) -> int:
        return len(self._octets)

    def add(self, data: bytes) -> None:
        self._octets += data

    def take(self) -> bytes | None:
        """The next line, without its end; None while it is not complete.

        Raises:
            LineTooLong: in its place.
        """
        end = self._octets.find(_END, self._searched)
        if end < 0:
            if len(self._octets) > LINE_OCTETS:
                self._inside_long = True
                del self._octets[:-1]
            self._searched = max(0, len(self._octets) - 1)
            return None
        too_long = self._inside_long or end > LINE_OCTETS - len(_END)
        line = b"" if too_long else bytes(self._octets[:end])
        del self._octets[: end + len(_END)]
        self._searched = 0
        self._inside_long = False
        if too_long:
            raise LineTooLong
        return line

    def take_all(self) -> bytes:
        """What there is, lines or not."""
        octets = bytes(self._octets)
        self.clear()
        return octets

    def clear(self) -> None:
        self._octets.clear()
        self._searched = 0
        self._inside_long = False
