"""The console's own theme: quiet surfaces, one accent, and colours kept for states."""

from textual.theme import Theme

POSTROOM = Theme(
    name="postroom",
    primary="#7aa2c8",
    secondary="#8fb8a8",
    accent="#d7af5f",
    success="#87af87",
    warning="#d7af5f",
    error="#e07a7a",
    foreground="#d0d0d0",
    background="#1c1c1c",
    surface="#1c1c1c",
    panel="#303030",
    dark=True,
    variables={
        # The library's own "auto 60%" comes out brighter than the text, inside of `Content`.
        "text-muted": "#9e9e9e",
        # Values of the 256-colour cube where it matters, so that a terminal without truecolor shows the same.
        "block-cursor-background": "#3a4e63",
        "block-cursor-foreground": "#eeeeee",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#d7af5f",
        "input-selection-background": "#3a4e63",
    },
)
