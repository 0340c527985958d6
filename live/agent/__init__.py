"""The agent: what goes on while nobody looks, as tasks of one process that holds the store's lease."""
