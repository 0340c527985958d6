"""What a person sees and types: the console, its panes and dialogs, and the command line."""

__version__ = "0.1.0"
"""The version of the distribution; pyproject.toml reads it here, so that `--version` costs no look at
metadata."""
