"""What keeps a desk alive and its people told: notices, set-up guides, heartbeats, and where platform events
come from."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function for each subject."""
