"""`postroom platform`: where events of the platform may come from."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from live.platform import events, trial
from live.platform.addresses import base_of, path_of
from store import assets, platform_sources
from store.platform_sources import Caller, Source
from tui.commandline import asking, opening, secret_input
from tui.commandline.asset_shapes import quoted
from tui.commandline.choosing import named
from tui.commandline.faults import UsageError
from tui.commandline.printing import moment, narrate, print_json, print_line, print_pairs, print_table
from tui.desk import Desk
from tui.times import exact

NOT_WELL = 1
TITLES = ("NAME", "ASSET", "KEPT", "AGAIN", "REFUSED", "LAST EVENT", "ADDRESS")
SECRET_LABEL = "source's secret"


def add(options: Namespace) -> int:
    """Set up a source; prints its address, and the secret that is made for it."""
    with opening.opened(options) as desk:
        asset = named(desk, options.asset) if options.asset else None
        given = _given_secret(options)
        secret = given or platform_sources.new_secret()
        opening.unlock(desk, options)
        made = platform_sources.add(
            desk.store, desk.vault, options.name, secret, asset.id if asset is not None else None
        )
        base = base_of(desk.store, desk.settings)
        if options.json:
            shown: dict[str, Any] = {"secret": secret.get_secret_value()} if given is None else {}
            print_json(sources=[_as_json(made, base)], **shown)
        else:
            print_line(made.name)
            pairs = [("Address", _address(made, base)), ("Asset", _asset(made))]
            pairs += [("Secret", secret.get_secret_value())] if given is None else []
            print_pairs(pairs, "  ")
        _tell_next(made, base, given is None)
    return 0


def list_all(options: Namespace) -> int:
    """Print all sources, by name."""
    with opening.opened(options) as desk:
        found = platform_sources.all_sources(desk.store, desk.vault)
        base = base_of(desk.store, desk.settings)
    if options.json:
        print_json(sources=[_as_json(one, base) for one in found])
        return 0
    if not found:
        narrate("There are no platform sources yet; set one up with `postroom platform add`.")
        return 0
    print_table(TITLES, (_cells(one, base) for one in found))
    for one in found:
        if one.figures.refused_at:
            at = exact(one.figures.refused_at)
            narrate(f"{one.name}: the last one refused, at {at}: {one.figures.refused_words}")
    return 0


def remove(options: Namespace) -> int:
    """Delete a source after asking; without a terminal only with --yes."""
    with opening.opened(options) as desk:
        source = _source(desk, options.name)
        question = (
            f"Delete the source {source.name}, with its secret? What the platform sends to its address from "
            "then on is refused, and lost; mail that came by it stays."
        )
        if not options.yes and not asking.agreed(question, "delete"):
            narrate("Nothing was deleted.")
            return 0
        platform_sources.remove(desk.store, desk.vault, source.id)
    narrate(f"Deleted {source.name}.")
    return 0


def test(options: Namespace) -> int:
    """Send a signed event that is no mail, or read one that was captured; 1 when it is not taken."""
    with opening.opened(options) as desk:
        source = _source(desk, options.name)
        if options.event is not None:
            return _look(desk, source, options)
        url = _target(desk, source, options)
        opening.unlock(desk, options)
        caller = platform_sources.caller(desk.store, desk.vault, source.key)
        if caller is None or caller.secret is None:
            raise UsageError(f"{source.name} has no secret; remove it, and set it up anew.")
        found = asyncio.run(trial.tried(url, caller.secret))
    if options.json:
        shown = {"well": found.well, "status": found.status, "words": found.words}
        print_json(test={**shown, "ms": round(found.ms, 1), "url": url})
    else:
        glyph = "✓" if found.well else "✗"
        status = f"{found.status} " if found.status is not None else ""
        print_line(f"{glyph} {url} answered {status}in {found.ms:.0f} ms: {found.words}")
    return 0 if found.well else NOT_WELL


def _look(desk: Desk, source: Source, options: Namespace) -> int:
    """What would become of an event."""
    with options.event.open("rb") as file:
        body = file.read(events.MOST_OCTETS + 1)
    if len(body) > events.MOST_OCTETS:
        raise UsageError(f"{options.event} is larger than an event may be.")
    mail = events.read(body)
    caller = Caller(source.id, source.name, source.by_address, source.asset_id, None)
    found = [] if mail is None else platform_sources.addressees(desk.store, caller, mail.addresses)
    of_id = {asset_id: name for name, asset_id in assets.names(desk.store).items()}
    names = [of_id[one.asset_id] for _, one in found if one.asset_id in of_id]
    shown: dict[str, Any] = {"mail": mail is not None, "assets": names}
    if mail is not None:
        shown |= {"from": mail.sender, "to": list(mail.addresses), "subject": mail.subject}
        shown |= {"at": moment(mail.at), "transaction": mail.transaction}
        shown |= {"text": len(mail.text), "html": len(mail.html)}
        shown["attachments"] = [one.name for one in mail.attachments]
    if options.json:
        print_json(event=shown)
    else:
        print_pairs(
            (name.capitalize(), ", ".join(value) if isinstance(value, list) else str(value))
            for name, value in shown.items()
        )
    if mail is None:
        narrate("It is no mail: it is taken note of, and nothing is kept.")
    elif not names:
        narrate("It would be refused: it is addressed to no asset of this desk.")
    return 0 if names else NOT_WELL


def _target(desk: Desk, source: Source, options: Namespace) -> str:
    if options.url:
        parts = urlsplit(options.url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise UsageError("--url takes an address such as https://desk.example.com")
        url: str = options.url
        return url if parts.path.strip("/") else url.rstrip("/") + path_of(source)
    base = base_of(desk.store, desk.settings, near=True)
    if not base:
        raise UsageError("No agent runs that could take it; start one by `postroom agent`, or give --url.")
    return base + path_of(source)


def _source(desk: Desk, name: str) -> Source:
    found = platform_sources.by_name(desk.store, desk.vault, name)
    if found is None:
        known = ", ".join(one.name for one in platform_sources.all_sources(desk.store, desk.vault)[:10])
        raise UsageError(f"There is no platform source {name!r}; there are: {known or 'none'}.")
    return found


def _given_secret(options: Namespace) -> SecretStr | None:
    if options.secret_prompt:
        return secret_input.prompted_twice(SECRET_LABEL, "--secret-stdin or --secret-file FILE")
    if options.secret_stdin:
        if options.passphrase_stdin:
            raise UsageError("Standard input cannot bring both; use --passphrase-file for the passphrase.")
        return secret_input.from_stdin(SECRET_LABEL)[0]
    return secret_input.from_file(options.secret_file, SECRET_LABEL)[0] if options.secret_file else None


def _tell_next(made: Source, base: str, made_secret: bool) -> None:
    if made_secret:
        narrate("The secret is shown this once; give it to the platform, with the address.")
    if not base.startswith("https://"):
        narrate(
            "The platform calls https alone: set webhook_link_url to the proxy's address before the agent."
        )
    narrate(f"Try it with: postroom platform test {quoted(made.name)}")


def _address(source: Source, base: str) -> str:
    return base + path_of(source) if base else path_of(source)


def _asset(source: Source) -> str:
    if source.by_address:
        return "each event's own"
    return source.asset_name or "deleted"


def _cells(source: Source, base: str) -> tuple[str, ...]:
    figures = source.figures
    return (
        source.name,
        _asset(source),
        f"{figures.kept:,}",
        f"{figures.repeats:,}",
        f"{figures.refused:,}",
        exact(figures.last_at) if figures.last_at else "never",
        _address(source, base),
    )


def _as_json(source: Source, base: str) -> dict[str, Any]:
    figures = source.figures
    return {
        "id": source.id,
        "name": source.name,
        "url": _address(source, base) if base else None,
        "path": path_of(source),
        "asset": None if source.by_address else source.asset_name or "",
        "has_secret": source.has_secret,
        "kept": figures.kept,
        "repeats": figures.repeats,
        "passed": figures.passed,
        "refused": figures.refused,
        "refused_words": figures.refused_words,
        "refused_at": moment(figures.refused_at),
        "last_at": moment(figures.last_at),
        "created_at": moment(source.created_at),
    }
