"""The rehearsal's authorization server: OAuth 2.0 on loopback, as Google and as Microsoft speak it."""
