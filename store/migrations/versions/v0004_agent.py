"""What the agent does by itself: webhooks with their outbox and deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _webhooks()
    _outbox()
    _deliveries()
    _registrations()
    _dkim_selectors()


def _webhooks() -> None:
    """Endpoints, and what they are told of."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "name_key", "url", "style")),
        sa.Column("events", sa.String, nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("all_assets", "enabled")),
        sa.Column("opt_in_confirmation", sa.Boolean, nullable=False),
        sa.Column("raw", sa.String, nullable=False),
        sa.Column("ordered", sa.Boolean, nullable=False),
        sa.Column("off_why", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(29), nullable=False),
        sa.Column("updated_at", sa.String(29), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("webhooks_name", "webhooks", ["name_key"], unique=True)
    op.create_table(
        "webhook_assets",
        sa.Column("webhook_id", sa.Integer, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "asset_id"),
    )
    op.create_index("webhook_assets_asset", "webhook_assets", ["asset_id"])
    op.create_table(
        "webhook_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO webhook_changes VALUES (1, 0)")
    for table in ("webhooks", "webhook_assets"):
        for act in ("INSERT", "UPDATE", "DELETE"):
            op.execute(
                f"""
                CREATE TRIGGER {table}_{act.lower()} AFTER {act} ON {table} BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END
                """  # noqa: S608
            )
    op.create_table(
        "webhook_health",
        sa.Column("webhook_id", sa.Integer, primary_key=True),
        sa.Column("last_ok_at", sa.String(29)),
        sa.Column("last_failed_at", sa.String(29)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_words", sa.String, nullable=False),
        sa.Column("rests_until", sa.String(29)),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], ondelete="CASCADE"),
    )


def _outbox() -> None:
    """Events with what their deliveries need, sealed for whoever delivers, and the key pair for that."""
    op.create_table(
        "outbox_keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "outbox_data_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.String(29), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE")),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("data", sa.String, nullable=False),
        sa.Column("message_id", sa.Integer),
        sa.Column("data_key_id", sa.Integer),
        sa.Column("sealed", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_uid", "outbox", ["uid"], unique=True)
    op.create_index("outbox_asset", "outbox", ["asset_id"])
    of_mail = sa.text("message_id IS NOT NULL")
    op.create_index("outbox_message", "outbox", ["message_id"], sqlite_where=of_mail)
    op.execute(
        """
        CREATE TRIGGER outbox_of_deleted AFTER DELETE ON inbound_messages BEGIN
            UPDATE outbox SET sealed = NULL
             WHERE message_id = old.id AND NOT EXISTS (
                   SELECT 1 FROM deliveries d WHERE d.outbox_id = outbox.id AND d.done_at IS NULL);
        END
        """
    )
    op.create_table(
        "event_marks",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("at", sa.String(29), nullable=False),
    )


def _deliveries() -> None:
    """Events on their way to endpoints, and every try."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("outbox_id", sa.Integer, sa.ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("webhook_id", sa.Integer, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asset_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String, nullable=False),
        sa.Column("claimed_by", sa.String, nullable=False),
        sa.Column("done_at", sa.String(29)),
        sa.Column("status", sa.Integer),
        sa.Column("words", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    waiting, is_open, dead = map(sa.text, ("state = 'waiting'", "done_at IS NULL", "state = 'dead'"))
    op.create_index("deliveries_due", "deliveries", ["webhook_id", "next_at", "id"], sqlite_where=waiting)
    op.create_index("deliveries_line", "deliveries", ["webhook_id", "asset_id", "id"], sqlite_where=is_open)
    op.create_index("deliveries_open", "deliveries", ["webhook_id", "id"], sqlite_where=is_open)
    op.create_index("deliveries_dead", "deliveries", ["webhook_id", "id"], sqlite_where=dead)
    op.create_index("deliveries_webhook", "deliveries", ["webhook_id", "id"])
    op.create_index("deliveries_outbox", "deliveries", ["outbox_id"])
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "delivery_id", sa.Integer, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("ms", sa.Float, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("delivery_attempts_delivery", "delivery_attempts", ["delivery_id", "id"])


def _registrations() -> None:
    """Assets that are registered to Webex Engage. Of what may not be undone, no program can undo it."""
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="RESTRICT")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("service", "state", "how", "tracking_id")),
        sa.Column("asked_at", sa.String(29), nullable=False),
        sa.Column("asked_by", sa.String, nullable=False),
        *(sa.Column(name, sa.String(29)) for name in ("registered_at", "retired_at", "buried_at")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("words", "asset_name", "address")),
        sa.Column("forwarding_address", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("registrations_asset", "registrations", ["asset_id"], unique=True)
    op.execute(
        """
        CREATE TRIGGER registrations_mapping BEFORE UPDATE OF asset_id, service ON registrations
        WHEN NEW.service IS NOT OLD.service
             OR (NEW.asset_id IS NOT OLD.asset_id
                 AND NOT (NEW.asset_id IS NULL AND NEW.state = 'tombstone'))
        BEGIN SELECT RAISE(ABORT, 'the mapping of a registration never changes'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER registrations_kept BEFORE DELETE ON registrations WHEN OLD.state != 'unknown'
        BEGIN SELECT RAISE(ABORT, 'a registration is kept for good'); END
        """
    )


def _dkim_selectors() -> None:
    """Names of signing keys, seen in mail."""
    op.create_table(
        "dkim_selectors",
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("domain", sa.String, nullable=False),
        sa.Column("selector", sa.String, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("last_seen", sa.String(29), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", "domain", "selector"),
    )
