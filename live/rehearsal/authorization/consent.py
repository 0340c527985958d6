"""Plays the person with a browser: opens an authorization URL, ticks and presses, and says where it ends."""

from collections.abc import Collection, Iterable
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import httpx

PATIENCE_S = 20.0  # for a page on loopback
PAGE_LIMIT = 1_000_000  # characters; the consent page has 2,000


class ConsentError(Exception):
    """The browser ended on a page and not at the redirect; the text is what the page says."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


async def consent(url: str, *, account: str, untick: Collection[str] = (), deny: bool = False) -> str:
    """Choose an account, consent, and return the address that the browser is redirected to, not followed.

    Args:
        untick: the scopes whose boxes are left empty.
        deny: press Deny and not Allow.

    Raises:
        ConsentError: the provider shows a page of its own.
    """
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as browser:
        answer = await _posted(browser, url, account=account, untick=untick, deny=deny)
    if not answer.is_redirect:
        raise ConsentError(answer.status_code, _Page(answer.text).words)
    return answer.headers["location"]


async def enter_code(
    url: str, user_code: str, *, account: str, untick: Collection[str] = (), deny: bool = False
) -> str:
    """Enter a device's code on the verification page, and consent or deny; returns the last page's words.

    Raises:
        ConsentError: the code is not known, or the provider refuses.
    """
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as browser:
        address = f"{url}?{urlencode({'user_code': user_code})}"
        answer = await _posted(browser, address, account=account, untick=untick, deny=deny)
    if answer.status_code != httpx.codes.OK:
        raise ConsentError(answer.status_code, _Page(answer.text).words)
    return _Page(answer.text).words


async def _posted(
    browser: httpx.AsyncClient, url: str, *, account: str, untick: Collection[str], deny: bool
) -> httpx.Response:
    """Open a page with the consent form and post it as a browser would."""
    shown = await browser.get(url)
    form = _Page(shown.text)
    if shown.status_code != httpx.codes.OK or form.method != "post":
        raise ConsentError(shown.status_code, form.words)
    ticked = [(name, value) for name, value in form.ticked if value not in untick]
    fields = [*ticked, ("account", account), ("decision", "deny" if deny else "allow")]
    return await browser.post(
        urljoin(url, form.action),
        content=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


class _Page(HTMLParser):
    """The form of a page, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.method = ""
        self.ticked: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._hidden = False
        self.feed(html[:PAGE_LIMIT])
        self.close()

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.action, self.method = said.get("action") or "", (said.get("method") or "get").lower()
        if tag == "input" and said.get("type") == "checkbox" and "checked" in said:
            self.ticked.append((said.get("name") or "", said.get("value") or ""))
        self._hidden = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)
