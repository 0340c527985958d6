"""What the console is compared with: a bare Textual app that shows one DataTable.

Called with the number of rows. Animation and mouse are off, as in the console.
"""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

TITLES = ("State", "Name", "Address", "Provider", "Sign-in", "Server", "Checked", "Finding")
FIRST_TEXT = "Provider"
"""A title of the table: with it the first frame has been painted."""
FIRST_ROW = "Desk 0000"


class BareTable(App[None]):
    """One DataTable and nothing else."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.animation_level = "none"
        self.rows = rows

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*TITLES)
        for number in range(self.rows):
            table.add_row(*row(number))


def row(number: int) -> tuple[str, ...]:
    """Cells as the console's list has them."""
    name, address = f"Desk {number:04} billing", f"billing-{number}@example.com"
    return ("✓ well", name, address, "Gmail", "password", "smtp.gmail.com:587", "3 d ago", "nothing to say")


if __name__ == "__main__":
    BareTable(int(sys.argv[1])).run(mouse=False)
