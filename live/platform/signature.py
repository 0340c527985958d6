"""Checks the platform's signature: an HMAC of the body in `x-hub-signature`
(https://help.webexconnect.io/docs/outbound-webhooks).

The platform signs no time: that an old event is sent again shows by its transaction alone (see `events`).
"""

from __future__ import annotations

import hmac
import re

from pydantic import SecretStr

HEADER = "x-hub-signature"
_SHAPE = re.compile(r"(sha256|sha512)=([0-9a-fA-F]{64,128})\Z")
_WHITE = bytes(range(9, 14)) + b" "
"""What `\\s` is in a body of ASCII."""


def is_signed(body: bytes, header: str, secret: SecretStr) -> bool:
    """Whether the holder of the secret has signed this body; takes as long for any wrong signature.

    The platform's own sample of a verifier takes the white space out of the body first, without a word on
    whether the signer does: the body as it came, without white space at its ends, and without any are tried.
    What is signed in the last form binds no white space; everything else of a body it does.
    """
    shape = _SHAPE.match(header.strip())
    if shape is None or len(shape[2]) != {"sha256": 64, "sha512": 128}[shape[1]]:
        return False
    given = bytes.fromhex(shape[2])
    key = secret.get_secret_value().encode("utf-8")
    forms = (body, body.strip(_WHITE), body.translate(None, _WHITE))
    # All of them, so that the time tells nothing about the form.
    fits = [hmac.compare_digest(hmac.digest(key, form, shape[1]), given) for form in forms]
    return True in fits
