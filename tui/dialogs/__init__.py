"""Dialogs and screens that open above the panes."""
