"""The pages that a person sees: made for graphical browsers, text browsers and curl alike."""

from collections.abc import Iterable
from html import escape

from live.rehearsal.authorization.faults import Fault
from live.rehearsal.authorization.http import Answer, page
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.registry import OFFLINE, Client, Dialect, Person
from live.rehearsal.authorization.scopes import allows_smtp

NAMES = {Dialect.GOOGLE: "Google", Dialect.MICROSOFT: "Microsoft"}
STYLE = "body{font:16px sans-serif;max-width:44em;margin:2em auto;padding:0 1em}fieldset{margin:1em 0}"


def consent_page(
    issuer: Issuer,
    client: Client,
    scope: Iterable[str],
    *,
    action: str,
    people: Iterable[Person],
    chosen: Person | None,
    boxes: bool,
    another: str = "",
) -> Answer:
    """The form by which a person says who they are and what the client may do.

    Args:
        action: path and query that the form is posted to.
        boxes: False: consent was given earlier, and nothing is asked.
        another: where "Use another account" leads; empty: all accounts are shown.
    """
    fault = issuer.fault(chosen)
    listed = "\n".join(_radio(person, checked=person == chosen) for person in people)
    asked = "\n".join(
        _box(name, checked=fault is not Fault.BOX_UNTICKED or not allows_smtp(client.dialect, (name,)))
        for name in scope
    )
    wants = (
        f"<fieldset><legend>{escape(client.name)} wants to</legend>\n{asked}\n</fieldset>" if boxes else ""
    )
    link = f'<p><a href="{escape(another)}">Use another account</a></p>' if another else ""
    testing = (
        "" if client.test_users is None else "<p>Google hasn’t verified this app: it is being tested.</p>"
    )
    return _page(
        f"Sign in to {escape(client.name)}",
        f"""{testing}<form method="post" action="{escape(action)}">
<fieldset><legend>Choose an account</legend>
{listed}
{link}</fieldset>
{wants}
<p><button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></p>
</form>
<p>This page is the rehearsal’s own, not {NAMES[client.dialect]}’s.</p>""",
    )


def user_code_page(dialect: Dialect, action: str, word: str = "") -> Answer:
    """The form into which a person types the code that a device shows."""
    said = f"<p><strong>{escape(word)}</strong></p>" if word else ""
    return _page(
        "Enter code",
        f"""{said}<form method="get" action="{escape(action)}">
<p><label>Enter the code displayed on your app or device:
<input name="user_code" autocomplete="off" autocapitalize="characters"></label>
<button>Next</button></p></form>
<p>This page is the rehearsal’s own, not {NAMES[dialect]}’s.</p>""",
        400 if word else 200,
    )


def word_page(title: str, text: str, status: int = 200) -> Answer:
    """A page that only tells something."""
    return _page(escape(title), f"<p>{escape(text)}</p>", status)


def index_page(issuer: Issuer, base: str) -> Answer:
    """What a provider's console would show: the registrations with their secrets, and the accounts."""
    clients = "\n".join(_client_row(client) for client in issuer.clients.values())
    people = "\n".join(
        f"<tr><td>{escape(person.address)}</td><td>{NAMES[person.dialect]}</td>"
        f"<td>{escape(person.mishap.fault.value) if person.mishap else ''}</td></tr>"
        for person in issuer.people.values()
    )
    return _page(
        "The rehearsal’s authorization server",
        f"""<h2>OAuth clients</h2>
<table border="1"><tr><th>Name</th><th>Client ID</th><th>Client secret</th><th>Redirect URI</th>
<th>Tenant</th></tr>
{clients}
</table>
<h2>Accounts</h2>
<table border="1"><tr><th>Address</th><th>Provider</th><th>What goes wrong</th></tr>
{people}
</table>
<h2>Let something go wrong, or mend it</h2>
<pre>curl -d who=ADDRESS -d fault=revoked {escape(base)}/rehearsal/fault
curl -d who=ADDRESS -d fault= {escape(base)}/rehearsal/fault
curl -d who=ADDRESS {escape(base)}/rehearsal/revoke</pre>
<p>Faults: {", ".join(fault.value for fault in Fault)}</p>""",
    )


def _client_row(client: Client) -> str:
    secret = client.secret.get_secret_value() if client.secret else "(none: a public client)"
    ended = " (expired)" if client.secret_expired else ""
    if client.other_secret is not None:
        ended += f", {client.other_secret.get_secret_value()}"
    cells = (client.name, client.client_id, secret + ended, " ".join(client.redirect_uris), client.tenant)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _radio(person: Person, *, checked: bool) -> str:
    address = escape(person.address)
    mark = " checked" if checked else ""
    return f'<div><label><input type="radio" name="account" value="{address}"{mark}> {address}</label></div>'


def _box(scope: str, *, checked: bool) -> str:
    name = escape(scope)
    mark = " checked" if checked else ""
    means = "Maintain access to data you have given it access to" if scope == OFFLINE else name
    return f'<div><label><input type="checkbox" name="scope" value="{name}"{mark}> {means}</label></div>'


def _page(title: str, body: str, status: int = 200) -> Answer:
    return page(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{STYLE}</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
""",
        status,
    )
