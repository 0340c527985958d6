"""What Microsoft says when it refuses, with its AADSTS numbers.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from live.rehearsal.authorization.refusals import Why, Words

WORDS: dict[Why, Words] = {
    Why.MALFORMED: Words(
        400, "invalid_request", "Invalid request. Request is malformed or invalid.", 9002313
    ),
    Why.GRANT_TYPE: Words(
        400,
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{grant_type}'.",
        70003,
    ),
    Why.RESPONSE_TYPE: Words(
        400, "unsupported_response_type", "The app returned an unsupported value 'response_type'.", 70005
    ),
    Why.CLIENT_UNKNOWN: Words(
        400,
        "unauthorized_client",
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can "
        "happen if the application has not been installed by the administrator of the tenant or consented "
        "to by any "
        "user in the tenant. You may have sent your authentication request to the wrong tenant.",
        700016,
    ),
    Why.CLIENT_DELETED: Words(
        400,
        "unauthorized_client",
        "Application with identifier '{client_id}' was not found in the directory '{tenant}'.",
        700016,
    ),
    Why.CLIENT_DISABLED: Words(
        400, "unauthorized_client", "Application '{client_id}'({app}) is disabled.", 7000112
    ),
    Why.SECRET_MISSING: Words(
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        7000218,
    ),
    Why.SECRET_WRONG: Words(
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
        "value, not the client secret ID, for a secret added to app '{client_id}'.",
        7000215,
    ),
    Why.SECRET_EXPIRED: Words(
        401,
        "invalid_client",
        "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to "
        "create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate "
        "credentials for "
        "added security: https://aka.ms/certCreds.",
        7000222,
    ),
    Why.SECRET_UNWANTED: Words(
        401,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        700025,
    ),
    Why.SPA_ORIGIN: Words(
        400,
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin "
        "requests.",
        9002327,
    ),
    Why.REDIRECT_MISMATCH: Words(
        400,
        "invalid_request",
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
        "configured for the application '{client_id}'.",
        50011,
    ),
    Why.PROMPT: Words(400, "invalid_request", "Unsupported 'prompt' value.", 90023),
    Why.PKCE_MISSING: Words(
        400,
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        9002325,
    ),
    Why.PKCE_METHOD: Words(
        400, "invalid_request", "The code_challenge_method is not supported; use S256.", 9002313
    ),
    Why.VERIFIER_MISSING: Words(
        400,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        501481,
    ),
    Why.VERIFIER_WRONG: Words(
        400,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        501481,
    ),
    Why.SCOPE_MISSING: Words(
        400, "invalid_request", "The request body must contain the following parameter: 'scope'.", 900144
    ),
    Why.SCOPE_INVALID: Words(
        400,
        "invalid_scope",
        "The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid.",
        70011,
    ),
    Why.SCOPE_UNGRANTED: Words(
        400,
        "invalid_grant",
        "The request was denied because one or more scopes requested are unauthorized or expired. The user "
        "must first sign in and grant the client application access to the requested scope.",
        70000,
    ),
    Why.TENANT_UNKNOWN: Words(
        400,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into "
        "the correct cloud.",
        90002,
    ),
    Why.TENANT_OTHER: Words(
        400,
        "invalid_grant",
        "Provided Authorization Code is intended to use against other tenant, thus rejected. OAuth2 "
        "Authorization Code must be redeemed against same tenant it was acquired for (/common or "
        "/{{tenant-ID}} as appropriate).",
        700005,
    ),
    Why.TENANT_COMMON: Words(
        400,
        "invalid_request",
        "Application '{client_id}'({app}) is not configured as a multi-tenant application. Usage of the "
        "/common endpoint is not supported for such applications created after '10/15/2018'.",
        50194,
    ),
    Why.TENANT_NEEDED: Words(
        400,
        "invalid_request",
        "The grant type isn't supported over the /common or /consumers endpoints. Please use the "
        "/organizations or tenant-specific endpoint.",
        9001023,
    ),
    Why.PERSON_UNKNOWN: Words(
        400,
        "invalid_request",
        "The user account {user} does not exist in the {tenant} directory. To sign into this application, "
        "the account must be added to the directory.",
        50034,
    ),
    Why.PERSON_FOREIGN: Words(
        400,
        "invalid_request",
        "User account '{user}' from identity provider 'live.com' does not exist in tenant '{tenant}' and "
        "cannot access the application '{client_id}' in that tenant.",
        50020,
    ),
    Why.DENIED: Words(400, "access_denied", "User declined to consent to access the app.", 65004),
    Why.ADMIN_ONLY: Words(
        400,
        "consent_required",
        "{app} needs permission to access resources in your organization that only an admin can grant. "
        "Request an admin to grant permission to this app before you can use it.",
        90094,
    ),
    Why.CONSENT_MISSING: Words(
        400,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client_id}' named "
        "'{app}'. Send an interactive authorization request for this user and resource.",
        65001,
        "consent_required",
    ),
    Why.CODE_UNKNOWN: Words(
        400, "invalid_grant", "Invalid request. Request is malformed or invalid.", 9002313
    ),
    Why.CODE_USED: Words(
        400,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an "
        "existing refresh token.",
        54005,
    ),
    Why.CODE_ENDED: Words(
        400,
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new "
        "interactive authorization request for this user and resource.",
        70008,
    ),
    Why.GRANT_UNKNOWN: Words(
        400, "invalid_grant", "Invalid request. Request is malformed or invalid.", 9002313
    ),
    Why.GRANT_FOREIGN: Words(
        400, "invalid_grant", "Invalid request. Request is malformed or invalid.", 9002313
    ),
    Why.GRANT_REVOKED: Words(
        400,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user "
        "might have changed or reset their password. The grant was issued on '{issued}' and the "
        "TokensValidFrom "
        "date (before which tokens are not valid) for this user is '{now}'.",
        50173,
    ),
    Why.GRANT_IDLE: Words(
        400,
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive "
        "for 90.00:00:00.",
        700082,
    ),
    Why.GRANT_SPA_ENDED: Words(
        400,
        "invalid_grant",
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited "
        "lifetime of 1.00:00:00, which can't be extended. It is now expired and a new sign in request must "
        "be sent by "
        "the SPA to the sign in page.",
        700084,
    ),
    Why.PENDING: Words(
        400,
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        70016,
    ),
    Why.SLOW_DOWN: Words(400, "slow_down", "Polling too fast."),
    Why.DECLINED: Words(400, "authorization_declined", "The end user denied the authorization request."),
    Why.DEVICE_ENDED: Words(400, "expired_token", "Verification code expired.", 70019),
    Why.DEVICE_UNKNOWN: Words(400, "bad_verification_code", "Bad verification code.", 70018),
    Why.DEVICE_BLOCKED: Words(400, "access_denied", "Access has been blocked by security defaults.", 530035),
    Why.THROTTLED: Words(
        429,
        "temporarily_unavailable",
        "TenantThrottlingError - There are too many incoming requests.",
        90055,
    ),
    Why.UNAVAILABLE: Words(
        503, "temporarily_unavailable", "A transient error has occurred. Please try again.", 90033
    ),
    Why.BROKEN: Words(500, "server_error", "A transient error has occurred. Please try again.", 90033),
}
