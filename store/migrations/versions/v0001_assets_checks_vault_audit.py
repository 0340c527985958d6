"""Assets, their checks, the vault and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("sign_in", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("security", sa.String, nullable=False),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("login_id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("ca_pem", sa.String, nullable=False),
        sa.Column("cleartext_agreed", sa.Boolean, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("address_key", sa.String, nullable=False),
        sa.Column("forwarding_address", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("updated_at", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("assets_name", "assets", ["name_key"], unique=True)
    op.create_index("assets_address", "assets", ["address_key"], unique=True)
    op.create_index(
        "assets_forwarding_address",
        "assets",
        ["forwarding_address"],
        unique=True,
        sqlite_where=sa.text("forwarding_address != ''"),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asset_name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("ms", sa.Float, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("failed_step", sa.String),
        sa.Column("diagnosis", sa.String),
        sa.Column("steps", sa.String, nullable=False),
        sa.Column("transcript", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("checks_asset", "checks", ["asset_id", "id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("client", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("asset_id", sa.Integer),
        sa.Column("asset_name", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_asset", "audit", ["asset_id", "id"])
    op.create_table(
        "vault_keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("purpose", sa.String, nullable=False, unique=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("kdf", sa.String, nullable=False),
        sa.Column("kdf_n", sa.Integer, nullable=False),
        sa.Column("kdf_r", sa.Integer, nullable=False),
        sa.Column("kdf_p", sa.Integer, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("check_value", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("changed_at", sa.String, nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", sa.String, nullable=False),
    )
