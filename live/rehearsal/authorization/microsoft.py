"""How Microsoft refuses: JSON with a number and references for its support, the redirect, a page."""

from datetime import UTC, datetime
from html import escape
from uuid import uuid4

from live.rehearsal.authorization.http import Answer, Pairs, json_answer, page
from live.rehearsal.authorization.microsoft_words import WORDS
from live.rehearsal.authorization.refusals import Refused, Words


def refusal(refused: Refused, headers: Pairs = ()) -> Answer:
    """What the token endpoint answers."""
    words, description = refused.said(WORDS)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    trace, correlation = str(uuid4()), str(uuid4())
    told = {
        "error": words.error,
        "error_description": f"{_numbered(words, description)} Trace ID: {trace} "
        f"Correlation ID: {correlation} Timestamp: {now}",
        "error_codes": [words.number] if words.number else [],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    if words.number:
        told["error_uri"] = f"https://login.microsoftonline.com/error?code={words.number}"
    if words.suberror:
        told["suberror"] = words.suberror
    return json_answer(told, words.status, headers)


def redirected(refused: Refused) -> dict[str, str]:
    """What the authorization endpoint puts into the redirect."""
    words, description = refused.said(WORDS)
    # Where it is asked for at the redirect, the missing consent has a name of its own.
    return {
        "error": words.suberror or words.error,
        "error_description": f"{_numbered(words, description)} Trace ID: {uuid4()} "
        f"Correlation ID: {uuid4()} Timestamp: {datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}",
    }


def error_page(refused: Refused) -> Answer:
    """What the person sees where there is no redirect that could be trusted."""
    words, description = refused.said(WORDS)
    return page(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to your account</title></head><body>
<h1>Sign in</h1>
<p>Sorry, but we’re having trouble signing you in.</p>
<p>{escape(_numbered(words, description))}</p>
<p>Trace ID: {uuid4()}<br>Correlation ID: {uuid4()}</p>
<p>This page is the rehearsal’s own, not Microsoft’s. Nothing was sent back to the program that waits.</p>
</body></html>
""",
        words.status,
    )


def _numbered(words: Words, description: str) -> str:
    return f"AADSTS{words.number}: {description}" if words.number else description
