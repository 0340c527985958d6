"""Which errors are told as one sentence, and the command line's own."""

from __future__ import annotations

import sys


class UsageError(Exception):
    """The command cannot be carried out as typed; the text is one sentence with the remedy."""


def sentence(error: Exception) -> str | None:
    """What to tell a person about an error that is no fault of the program's; None for all others."""
    if isinstance(error, UsageError):
        return str(error)
    if isinstance(error, OSError):  # a full disk behind stdout, a file that cannot be read
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or type(error).__name__}{where}."
    # What was never imported cannot have raised anything, so nothing is loaded here.
    for module, names in TOLD.items():
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(error, tuple(getattr(loaded, name) for name in names)):
            return str(error)
    return None


TOLD = {
    "store.settings": ("SettingsError",),
    "store.database": ("StoreError",),
    "store.vault_errors": ("VaultError",),
    "store.assets": ("AssetError",),
    "store.registrations": ("RegistrationError",),
    "store.oauth_clients": ("OAuthClientError",),
    "store.webhooks": ("WebhookError",),
    "store.platform_sources": ("PlatformError",),
    "live.platform.events": ("EventUnreadable",),
    "live.webhooks.guard": ("TargetRefused",),
    "live.webhooks.signing": ("SecretUnusable",),
    "live.rehearsal.child": ("RehearsalError",),
    "live.inbound.mailboxes": ("NotAMailbox",),
}
"""Errors whose text is a sentence for a person, by the module that defines them."""
