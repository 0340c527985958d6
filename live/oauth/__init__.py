"""OAuth 2.0 as a client: from consent, or an app's own secret, to tokens. Knows no screen, keeps no grant."""
