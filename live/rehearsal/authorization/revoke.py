"""Google's revocation (RFC 7009): a token, access or refresh, takes its whole grant along."""

from live.rehearsal.authorization import google
from live.rehearsal.authorization.http import Answer, Request, json_answer
from live.rehearsal.authorization.issuer import Issuer
from live.rehearsal.authorization.refusals import Refused, Why


def revoke(issuer: Issuer, request: Request) -> Answer:
    """End the grant of the token in the form or, as Google allows, in the query."""
    text = request.form.get("token") or request.query.get("token")
    entry = issuer.book.refresh_token(text) or issuer.book.access_token(text)
    if entry is None or not entry.grant.live:
        return google.refusal(Refused(Why.TOKEN_UNKNOWN))
    issuer.end(entry.grant)
    return json_answer({})
