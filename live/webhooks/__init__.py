"""Hands events on to webhooks: payloads, signatures, a guarded way out, deliveries that are tried again."""
