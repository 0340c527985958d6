"""What keeps a desk alive and its people told: notices, set-up guides, heartbeats, and where platform events
come from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function for each subject."""
    _heartbeats()
    _platform_sources()
    _notices()
    _guides()


def _platform_sources() -> None:
    """Where events of the platform may come from, and how many came."""
    op.create_table(
        "platform_sources",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "name_key", "key")),
        sa.Column("by_address", sa.Boolean, nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="SET NULL")),
        sa.Column("created_at", sa.String(29), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("platform_sources_name", "platform_sources", ["name_key"], unique=True)
    op.create_index("platform_sources_key", "platform_sources", ["key"], unique=True)
    op.create_index("platform_sources_asset", "platform_sources", ["asset_id"])
    op.create_table(
        "platform_figures",
        sa.Column("source_id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("kept", "repeats", "passed", "refused")),
        sa.Column("last_at", sa.String(29)),
        sa.Column("refused_at", sa.String(29)),
        sa.Column("refused_words", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["platform_sources.id"], ondelete="CASCADE"),
    )


def _notices() -> None:
    """What people are told of, each telling, and each mail or hook that it takes."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("key", "kind", "state", "told_state")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("level", "cause", "reason", "who")),
        sa.Column("diagnosis", sa.String),
        sa.Column("client_id", sa.Integer),
        *(sa.Column(name, sa.String, nullable=False) for name in ("client_name", "asset_name")),
        sa.Column("asset_count", sa.Integer, nullable=False),
        sa.Column("deadline_at", sa.String(29)),
        sa.Column("opened_at", sa.String(29), nullable=False),
        *(sa.Column(name, sa.String(29)) for name in ("told_at", "missing_at", "ended_at")),
        sa.Column("ended_how", sa.String, nullable=False),
        sa.Column("acked_at", sa.String(29)),
        sa.Column("acked_by", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notices_open", "notices", ["key"], unique=True, sqlite_where=sa.text("ended_at IS NULL"))
    op.create_index("notices_ended", "notices", ["ended_at"])
    op.create_table(
        "notice_members",
        sa.Column("notice_id", sa.Integer, sa.ForeignKey("notices.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("told_step", sa.Integer),
        sa.Column("deadline_at", sa.String(29)),
        sa.PrimaryKeyConstraint("notice_id", "asset_id"),
    )
    op.create_index("notice_members_asset", "notice_members", ["asset_id"])
    op.create_table(
        "notice_rounds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("notice_id", sa.Integer, sa.ForeignKey("notices.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("occasion", sa.String, nullable=False),
        sa.Column("webhooks", sa.Integer, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notice_rounds_notice", "notice_rounds", ["notice_id", "id"])
    op.create_table(
        "notice_sendings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("notice_id", sa.Integer, sa.ForeignKey("notices.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "round_id", sa.Integer, sa.ForeignKey("notice_rounds.id", ondelete="CASCADE"), nullable=False
        ),
        *(sa.Column(name, sa.String, nullable=False) for name in ("way", "role", "recipient", "state")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("tries", "handed")),
        sa.Column("next_at", sa.String(29), nullable=False),
        sa.Column("claimed_by", sa.String, nullable=False),
        sa.Column("claimed_at", sa.String(29)),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process", sa.String, nullable=False),
        sa.Column("done_at", sa.String(29)),
        *(sa.Column(name, sa.String, nullable=False) for name in ("through", "words", "message_id")),
        sa.Column("log_id", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "notice_sendings_due", "notice_sendings", ["next_at"], sqlite_where=sa.text("done_at IS NULL")
    )
    op.create_index("notice_sendings_notice", "notice_sendings", ["notice_id", "id"])
    op.create_index("notice_sendings_recipient", "notice_sendings", ["recipient", "id"])
    op.create_index(
        "checks_forwarding", "checks", ["asset_id", "id"], sqlite_where=sa.text("kind = 'forwarding'")
    )


def _heartbeats() -> None:
    """Probes of forwarding, and which assets get one every so many hours."""
    op.create_table(
        "heartbeats",
        sa.Column("asset_id", sa.Integer, primary_key=True),
        sa.Column("every_hours", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(29), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
    )
    op.create_index("heartbeats_next", "heartbeats", ["next_at"])
    op.create_table(
        "forwarding_probes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("trigger", sa.String, nullable=False),
        sa.Column("begun_at", sa.String(29), nullable=False),
        sa.Column("sent_at", sa.String(29)),
        sa.Column("wait_s", sa.Float, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("through", "steps")),
        sa.Column("arrived_at", sa.String(29)),
        *(sa.Column(name, sa.String, nullable=False) for name in ("path", "via", "forwarded_by")),
        sa.Column("strayed_to", sa.Integer),
        sa.Column("returned_at", sa.String(29)),
        sa.Column("returned", sa.String, nullable=False),
        sa.Column("ended_at", sa.String(29)),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("came_late", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("forwarding_probes_token", "forwarding_probes", ["token"], unique=True)
    op.create_index("forwarding_probes_asset", "forwarding_probes", ["asset_id", "id"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index("forwarding_probes_open", "forwarding_probes", ["asset_id"], sqlite_where=still_open)
    late = sa.text("came_late")
    op.create_index("forwarding_probes_late", "forwarding_probes", ["asset_id"], sqlite_where=late)


def _guides() -> None:
    """What people have ticked of set-up guides, and which they chose."""
    op.create_table(
        "guide_ticks",
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("at", sa.String(29), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("asset_id", "step"),
    )
    op.create_table(
        "guide_choices",
        sa.Column("asset_id", sa.Integer, primary_key=True),
        sa.Column("guide", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], ondelete="CASCADE"),
    )
