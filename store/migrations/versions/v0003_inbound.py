"""Inbound messages with their search index, confirmations and forwarding figures."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _assets()
    _grants()
    _log_key()
    _messages()
    _search_index()
    _figures()
    _confirmations()


def _assets() -> None:
    """What a person sets of an asset's inbound side."""
    op.execute("ALTER TABLE assets ADD COLUMN pci_check BOOLEAN NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE assets ADD COLUMN keep_days INTEGER")
    op.execute("ALTER TABLE assets ADD COLUMN keep_megabytes INTEGER")


def _grants() -> None:
    """When its refresh token came, and which OAuth client a grant was made with: the asset's, of those that
    are there."""
    op.execute("ALTER TABLE grants ADD COLUMN refresh_at VARCHAR(29)")
    op.execute("ALTER TABLE grants ADD COLUMN made_by INTEGER")
    op.execute("ALTER TABLE grants ADD COLUMN made_as VARCHAR NOT NULL DEFAULT ''")
    op.execute(
        """
        UPDATE grants
           SET made_by = (SELECT a.oauth_client_id FROM assets a WHERE a.id = grants.asset_id),
               made_as = coalesce(
                   (SELECT trim(c.tenant || ' ' || c.client_id)
                      FROM assets a JOIN oauth_clients c ON c.id = a.oauth_client_id
                     WHERE a.id = grants.asset_id), '')
        """
    )


def _log_key() -> None:
    """The public half of the log key, and the data keys that are wrapped to it."""
    op.execute("ALTER TABLE vault_keys ADD COLUMN public_key BLOB")
    op.create_table(
        "inbound_data_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("log_key_id", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.String(29), nullable=False),
    )


def _messages() -> None:
    """The log: headers in one table, sealed contents apart, so that lists read neither."""
    texts = ("source", "mail_from", "rcpt_to", "peer", "message_id", "subject", "sender", "sender_name")
    more = ("recipients", "attachments", "kind", "via", "forwarded_by", "marks", "detail", "ideographs")
    op.create_table(
        "inbound_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.LargeBinary, nullable=False),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("received_at", sa.String(29), nullable=False),
        sa.Column("sent_at", sa.String(29)),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        sa.Column("repeat_key", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("attachment_count", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in (*texts, *more, "facets")),
        sqlite_autoincrement=True,
    )
    op.create_index("inbound_messages_uid", "inbound_messages", ["uid"], unique=True)
    op.create_index("inbound_messages_asset", "inbound_messages", ["asset_id", "id"])
    op.create_index("inbound_messages_repeat", "inbound_messages", ["repeat_key"])
    op.create_table(
        "inbound_bodies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("data_key_id", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["id"], ["inbound_messages.id"], ondelete="CASCADE"),
    )


def _search_index() -> None:
    """Filled by the writer, and emptied by a trigger: one that fills it costs 25 microseconds a message, as
    every row that a trigger writes becomes a segment of its own.

    Beginnings of up to four letters are indexed (6 microseconds a message): one that is not takes 55 ms where
    a third of a million messages have it, since all its words are put together first.
    """
    op.execute(
        """
        CREATE VIRTUAL TABLE inbound_fts USING fts5(
            subject, sender, sender_name, recipients, attachments, ideographs, facets,
            content='inbound_messages', content_rowid='id', prefix='1 2 3 4',
            tokenize='unicode61 remove_diacritics 2')
        """
    )
    # More segments before they are merged: at a million messages a commit in a hundred takes 17 ms for 26.
    op.execute("INSERT INTO inbound_fts (inbound_fts, rank) VALUES ('automerge', 8)")


def _figures() -> None:
    """What is known without counting: of all messages, of each asset, of each 1,024 messages."""
    op.create_table(
        "inbound_totals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO inbound_totals VALUES (1, 0, 0)")
    op.create_table(
        "inbound_states",
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("first_at", sa.String(29)),
        sa.Column("last_at", sa.String(29)),
        sa.Column("usual_gap", sa.Float, nullable=False),
    )
    op.create_table(
        "inbound_spans",
        sa.Column("span", sa.Integer, primary_key=True),
        sa.Column("earliest", sa.String(29), nullable=False),
        sa.Column("latest", sa.String(29), nullable=False),
    )
    op.execute(
        """
        CREATE TRIGGER inbound_deleted AFTER DELETE ON inbound_messages BEGIN
            INSERT INTO inbound_fts (inbound_fts, rowid, subject, sender, sender_name, recipients,
                                     attachments, ideographs, facets)
            VALUES ('delete', old.id, old.subject, old.sender, old.sender_name, old.recipients,
                    old.attachments, old.ideographs, old.facets);
            UPDATE inbound_totals SET messages = messages - 1, bytes = bytes - old.size;
            UPDATE inbound_states SET messages = messages - 1, bytes = bytes - old.size
             WHERE asset_id = old.asset_id;
        END
        """
    )


def _confirmations() -> None:
    """Providers' requests to confirm a forwarding address."""
    op.create_table(
        "confirmations",
        sa.Column("message_id", sa.Integer, primary_key=True),
        sa.Column("asset_id", sa.Integer, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("arrived_at", sa.String(29), nullable=False),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("link", "cancel_link", "code", "requester")
        ),
        sa.Column("matches", sa.Boolean, nullable=False),
        sa.Column("dkim", sa.String, nullable=False),
        sa.Column("dkim_at", sa.String(29)),
        sa.Column("done_at", sa.String(29)),
        sa.Column("done_by", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["inbound_messages.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "confirmations_open", "confirmations", ["asset_id"], sqlite_where=sa.text("done_at IS NULL")
    )
    op.create_index("confirmations_asset", "confirmations", ["asset_id", "message_id"])
