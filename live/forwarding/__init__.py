"""Whether mail to an asset's address comes back here: probes, their way, and why one does not come."""
