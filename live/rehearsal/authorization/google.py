"""How Google refuses: short JSON at the token endpoint, and pages of its own that never reach the redirect.

https://developers.google.com/identity/protocols/oauth2/native-app and …/limited-input-device
"""

from html import escape

from live.rehearsal.authorization.http import Answer, Pairs, json_answer, page
from live.rehearsal.authorization.refusals import Refused, Why, Words

ISSUER = "https://accounts.google.com"
IDENTITY_ONLY = ("openid", "https://www.googleapis.com/auth/userinfo.email")
"""What is left of a grant whose only other box was unticked."""

_REVOKED = Words(400, "invalid_grant", "Token has been expired or revoked.")

WORDS: dict[Why, Words] = {
    Why.MALFORMED: Words(400, "invalid_request", "Bad Request"),
    Why.GRANT_TYPE: Words(400, "unsupported_grant_type", "Invalid grant_type: {grant_type}"),
    Why.RESPONSE_TYPE: Words(400, "unsupported_response_type", "Invalid response_type: {response_type}"),
    Why.CLIENT_UNKNOWN: Words(401, "invalid_client", "The OAuth client was not found."),
    Why.CLIENT_DELETED: Words(401, "deleted_client", "The OAuth client was deleted."),
    Why.CLIENT_DISABLED: Words(401, "disabled_client", "The OAuth client was disabled."),
    Why.SECRET_MISSING: Words(400, "invalid_request", "client_secret is missing."),
    Why.SECRET_WRONG: Words(401, "invalid_client", "The provided client secret is invalid."),
    Why.SECRET_EXPIRED: Words(401, "invalid_client", "The provided client secret is invalid."),
    Why.SECRET_UNWANTED: Words(401, "invalid_client", "The provided client secret is invalid."),
    Why.REDIRECT_MISMATCH: Words(400, "redirect_uri_mismatch", "Bad Request"),
    Why.PROMPT: Words(400, "invalid_request", "Invalid parameter value for prompt: {prompt}"),
    Why.PKCE_MISSING: Words(400, "invalid_request", "Missing required parameter: code_challenge"),
    Why.PKCE_METHOD: Words(400, "invalid_request", "Invalid parameter value for code_challenge_method"),
    Why.VERIFIER_MISSING: Words(400, "invalid_grant", "Missing code verifier."),
    Why.VERIFIER_WRONG: Words(400, "invalid_grant", "Invalid code verifier."),
    Why.SCOPE_MISSING: Words(400, "invalid_request", "Missing required parameter: scope"),
    Why.SCOPE_INVALID: Words(
        400, "invalid_scope", "Some requested scopes were invalid. {{valid=[], invalid=[{scope}]}}"
    ),
    Why.SCOPE_UNGRANTED: Words(400, "invalid_scope", "Bad Request"),
    Why.DEVICE_SCOPE: Words(400, "invalid_scope", "Invalid device flow scope: {scope}"),
    Why.PERSON_UNKNOWN: Words(400, "invalid_request", "Couldn't find your Google Account"),
    Why.DENIED: Words(403, "access_denied"),
    Why.NOT_TEST_USER: Words(
        403,
        "access_denied",
        "{app} has not completed the Google verification process. The app is currently being tested, and can "
        "only be accessed by developer-approved testers.",
    ),
    Why.ADMIN_POLICY: Words(400, "admin_policy_enforced", "Your organisation's policy does not allow {app}."),
    Why.ADMIN_ONLY: Words(400, "admin_policy_enforced", "Your organisation's policy does not allow {app}."),
    Why.CONSENT_MISSING: _REVOKED,
    Why.CODE_UNKNOWN: Words(400, "invalid_grant", "Malformed auth code."),
    Why.CODE_USED: Words(400, "invalid_grant", "Bad Request"),
    Why.CODE_ENDED: Words(400, "invalid_grant", "Bad Request"),
    Why.GRANT_UNKNOWN: Words(400, "invalid_grant", "Bad Request"),
    Why.GRANT_FOREIGN: Words(401, "unauthorized_client", "Unauthorized"),
    Why.GRANT_REVOKED: _REVOKED,
    Why.GRANT_IDLE: _REVOKED,
    Why.GRANT_SPA_ENDED: _REVOKED,
    Why.PENDING: Words(428, "authorization_pending", "Precondition Required"),
    Why.SLOW_DOWN: Words(403, "slow_down", "Forbidden"),
    Why.DECLINED: Words(403, "access_denied", "Forbidden"),
    Why.DEVICE_ENDED: Words(400, "expired_token", "Bad Request"),
    Why.DEVICE_UNKNOWN: Words(400, "invalid_grant", "Malformed device code."),
    Why.DEVICE_BLOCKED: Words(403, "access_denied", "Forbidden"),
    Why.ASSERTION_MALFORMED: Words(400, "invalid_grant", "Invalid JWT"),
    Why.ASSERTION_SIGNATURE: Words(400, "invalid_grant", "Invalid JWT Signature."),
    Why.ASSERTION_TIMES: Words(
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
        "your iat and exp values in the JWT claim.",
    ),
    Why.ASSERTION_AUDIENCE: Words(
        400, "invalid_grant", "Invalid JWT: Failed audience check. The right audience is {audience}"
    ),
    Why.ASSERTION_PERSON: Words(400, "invalid_grant", "Invalid email or User ID"),
    Why.ASSERTION_UNAUTHORISED: Words(
        401,
        "unauthorized_client",
        "Client is unauthorized to retrieve access tokens using this method, or client not authorized for "
        "any of the scopes requested.",
    ),
    Why.THROTTLED: Words(429, "rate_limit_exceeded", "Rate Limit Exceeded"),
    Why.UNAVAILABLE: Words(503, "internal_failure", "Backend Error"),
    Why.BROKEN: Words(500, "internal_failure", "Backend Error"),
    Why.TOKEN_UNKNOWN: Words(400, "invalid_token", "Token expired or revoked"),
}


def refusal(refused: Refused, headers: Pairs = ()) -> Answer:
    """What the token endpoint answers."""
    words, description = refused.said(WORDS)
    told = {"error": words.error, "error_description": description}
    return json_answer({key: value for key, value in told.items() if value}, words.status, headers)


def error_page(refused: Refused) -> Answer:
    """What the person sees in place of the consent page, and the program at the redirect never does."""
    words, description = refused.said(WORDS)
    app = escape(refused.details.get("app", "this app"))
    return page(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Error {words.status}: {words.error}</title></head><body>
<h1>Access blocked: {app}’s request is not accepted</h1>
<p>{escape(description)}</p>
<p>Error {words.status}: {words.error}</p>
<p>This page is the rehearsal’s own, not Google’s. Nothing was sent back to the program that waits.</p>
</body></html>
""",
        words.status,
    )
