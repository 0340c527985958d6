"""HTML mail to text that can be read: nothing in it runs, is fetched, or hides where a link leads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from live.mail.html_elements import BLOCKS, CELLS, ENDS_ITSELF, SPACED, VOID
from live.mail.html_page import Element, Page
from live.mail.html_tokens import Token, attributes, tokens

TOKENS = 300_000
"""Texts and tags of one document: half a second. A long newsletter has 10,000."""
OPEN = 500
"""Elements that are open at the same time; those above are laid out like their parents."""
LOOK_BACK = 60
"""How far up a closing tag looks for its element: broken mark-up must not cost a search through all."""
URL_CHARACTERS = 2_000
_HIDDEN = re.compile(r"\shidden(?=[\s>=/])|display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSAFE_IN_URL = re.compile(r"[\s<>\x00-\x1f]")


def html_to_text(
    source: str, images: Mapping[str, str] | None = None, at_most: int = 2_000_000
) -> tuple[str, bool]:
    """(text with "\\n" between lines, whether it was cut). Never raises.

    Links stand as "words <address>" unless the words are the address; images with a description or a name as
    "[image: …]"; quoted blocks behind "> "; what the mail hides is left out unless nothing else is there.

    Args:
        images: Content-ID (without brackets) → name of the attachment.
        at_most: characters of text.
    """
    plain = source.lower()
    hiding = "hidden" in plain or "display" in plain
    text, cut = _laid_out(source, Page(images or {}, hiding, at_most))
    if hiding and not text.strip():
        text, cut = _laid_out(source, Page(images or {}, False, at_most))
    return text, cut


def _laid_out(source: str, page: Page) -> tuple[str, bool]:
    cut = False
    for number, token in enumerate(tokens(source)):
        if number == TOKENS or page.characters > page.at_most:
            cut = True
            break
        name, start, end = token
        if not name:
            if not page.hidden:
                page.text(source[start:end])
        elif name.startswith("/"):
            _close(page, name[1:])
        else:
            _open(page, source, token)
    while page.stack:
        _leave(page, page.stack.pop())
    page.end_line(0)
    text = "\n".join(page.lines).strip("\n")
    return text[: page.at_most], cut or len(text) > page.at_most


def _open(page: Page, source: str, token: Token) -> None:
    name, start, end = token
    if page.hidden and name in VOID:
        return
    if name == "br":
        if page.pieces:
            page.end_line(1)
        else:
            page.breaks = 2
        return
    if name in ("img", "hr"):
        if name == "hr":
            page.end_line(1)
            page.write("-" * 20)
            page.end_line(1)
        else:
            _image(page, attributes(source, token))
        return
    if name in VOID or len(page.stack) >= OPEN:
        _break(page, name)
        return
    if name in ENDS_ITSELF and page.stack and page.stack[-1].name == name:
        _leave(page, page.stack.pop())
    element = Element(name)
    if page.hiding and _HIDDEN.search(source, start, min(end, start + 4_096)):
        element.hidden = True
        page.hidden += 1
    if name == "a":
        element.href = attributes(source, token).get("href", "")
        element.since = page.written
    page.stack.append(element)
    if not page.hidden:
        _break(page, name)
        _enter(page, name)


def _break(page: Page, name: str) -> None:
    if name in SPACED:
        page.end_line(2)
    elif name in BLOCKS:
        page.end_line(1)
    elif name in CELLS:
        page.cell = bool(page.pieces)


def _enter(page: Page, name: str) -> None:
    if name == "blockquote":
        page.quotes += 1
    elif name == "pre":
        page.pre += 1
    elif name in ("ul", "ol"):
        page.lists.append(1 if name == "ol" else 0)
    elif name == "li":
        page.marker = "- "
        if page.lists and page.lists[-1]:
            page.marker = f"{page.lists[-1]}. "
            page.lists[-1] += 1


def _close(page: Page, name: str) -> None:
    stack = page.stack
    for back in range(1, min(len(stack), LOOK_BACK) + 1):
        if stack[-back].name == name:
            for _each in range(back):
                _leave(page, stack.pop())
            return
    if not page.hidden:
        _break(page, name)


def _leave(page: Page, element: Element) -> None:
    """What the end of an element does; its own hiding ends before."""
    if element.hidden:
        page.hidden -= 1
        return
    if page.hidden:
        return
    name = element.name
    if name == "a":
        _link(page, element)
    if name == "li":
        page.marker = ""
    if name in SPACED or name in BLOCKS:
        _break(page, name)
    if name == "blockquote":
        page.quotes = max(0, page.quotes - 1)
        page.between = min(page.between, page.quotes)
    elif name == "pre":
        page.pre = max(0, page.pre - 1)
    elif name in ("ul", "ol") and page.lists:
        page.lists.pop()


def _link(page: Page, element: Element) -> None:
    url = element.href.strip()
    pieces = page.written - element.since
    if not url or url.startswith("#") or not pieces:
        return
    told = "".join(page.pieces[-pieces:]) if len(page.pieces) >= pieces else ""
    if _bare(told) != _bare(url):
        page.after_last(f" <{_shown(url)}>")


def _bare(url: str) -> str:
    url = url.strip().lower().rstrip("/")
    for scheme in ("https://", "http://", "mailto:", "tel:"):
        url = url.removeprefix(scheme)
    return url


def _shown(url: str) -> str:
    if len(url) > URL_CHARACTERS:
        url = url[:URL_CHARACTERS] + "…"
    return _UNSAFE_IN_URL.sub(lambda one: f"%{ord(one[0]):02X}" if ord(one[0]) < 256 else "", url)


def _image(page: Page, found: dict[str, str]) -> None:
    """Name an image that is attached or described; one without words inside a link as "[image]"."""
    source, words = found.get("src", "").strip(), " ".join(found.get("alt", "").split())
    if source[:4].lower() == "cid:":
        words = page.images.get(source[4:], "") or words or source[4:]
    if words:
        page.write(f"[image: {words[:200]}]")
    elif any(element.name == "a" for element in page.stack[-5:]):
        page.write("[image]")
