"""A form with secrets in it, and the fault that sending it ends in."""

from __future__ import annotations

import pytest

from live.oauth.http import NetworkFault, OAuthHttp
from tests.live.oauth.kit import REFRESH, SECRET, assert_silent, told

FORM = {"grant_type": "refresh_token", "refresh_token": REFRESH, "client_secret": SECRET}


async def fault_of(http: OAuthHttp, url: str) -> NetworkFault:
    """The fault that a request ends in; it holds nothing of what was sent."""
    with pytest.raises(NetworkFault) as caught:
        await http.post(url, FORM)
    assert_silent(told(caught.value))
    assert caught.value.words.endswith(".")
    return caught.value
