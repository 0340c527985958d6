"""What is in a mail: read, sorted and masked. Pure functions on bytes; no network but for DKIM keys."""
