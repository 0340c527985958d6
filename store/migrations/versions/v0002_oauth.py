"""OAuth clients, grants with their history, authorizations under way, deadlines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oauth_clients",
        sa.Column("id", sa.Integer, primary_key=True),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in (
                *("name", "provider", "flow", "client_type", "client_id", "tenant", "authorization_url"),
                *("token_url", "refresh_url", "device_url", "revocation_url", "scope", "callback_url"),
                *("publishing", "test_users", "name_key"),
            )
        ),
        sa.Column("secret_ends", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(29), nullable=False),
        sa.Column("updated_at", sa.String(29), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("oauth_clients_name", "oauth_clients", ["name_key"], unique=True)
    op.execute("ALTER TABLE assets ADD COLUMN oauth_client_id INTEGER REFERENCES oauth_clients (id)")
    op.execute("ALTER TABLE assets ADD COLUMN ask_consent BOOLEAN NOT NULL DEFAULT 0")
    op.create_index("ix_assets_oauth_client_id", "assets", ["oauth_client_id"])
    op.create_table(
        "grants",
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("validity", sa.Integer),
        *(
            sa.Column(name, sa.String(29))
            for name in (
                *("obtained_at", "expires_at", "consent_at", "refresh_expires_at", "next_refresh_at"),
                "claimed_until",
            )
        ),
        sa.Column("has_refresh", sa.Boolean, nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("access_length", "refresh_length", "failures", "rotation")
        ),
        sa.Column("last_words", sa.String, nullable=False),
        sa.Column("last_diagnosis", sa.String),
        sa.Column("claimed_by", sa.String, nullable=False),
    )
    op.create_index("grants_due", "grants", ["next_refresh_at"])
    op.create_table(
        "grant_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("ms", sa.Float, nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("references", sa.String, nullable=False),
        sa.Column("diagnosis", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_index("grant_events_asset", "grant_events", ["asset_id", "id"])
    op.create_table(
        "authorizations",
        sa.Column("state_hash", sa.String, primary_key=True),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("client_id", sa.Integer, nullable=False),
        sa.Column("began_at", sa.String(29), nullable=False),
        sa.Column("ends_at", sa.String(29), nullable=False),
        sa.Column("used_at", sa.String(29)),
    )
    op.create_table(
        "deadlines",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
    )
    op.create_index("ix_deadlines_at", "deadlines", ["at"])
