"""Who acts: the person at this process, as the system knows them."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass

CLIENT_CHARACTERS = 64
"""An IPv6 address with a zone has at most 62; the variable may hold anything."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the system user, and the address of the SSH client where there is one."""

    user: str
    client: str = ""

    @classmethod
    def current(cls) -> Actor:
        """The person at this process.

        The user is the one the system knows (`LOGNAME` and `USER` say what anybody likes); the client is the
        first word of `SSH_CONNECTION`, which sshd sets.
        """
        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:  # a user id without a name, as in containers
            user = f"uid {os.getuid()}"
        client = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
        return cls(user, "".join(filter(str.isprintable, client))[:CLIENT_CHARACTERS])
