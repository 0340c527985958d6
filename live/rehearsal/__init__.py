"""The rehearsal: a provider on loopback that speaks real SMTP and TLS, and a desk of sample assets on it."""
