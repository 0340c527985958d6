"""The panes: each answers one question about the desk."""
