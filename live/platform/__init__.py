"""Events of the platform that come in: read, checked, and turned into mail."""
