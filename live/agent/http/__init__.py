"""The agent's HTTP side: health, and the consents that come back from providers by themselves."""
