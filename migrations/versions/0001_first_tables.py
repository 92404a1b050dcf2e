"""first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edge",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "fallback_decision",
        sa.Column("boot", sa.LargeBinary(length=16), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("boot", "n"),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tenant",
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bic"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("disclosure", sa.String(length=8), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("identifications", sa.JSON(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bic"],
            ["tenant.bic"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("bic", "iban", name="account_bic_iban"),
    )
    op.create_table(
        "edge_tenant",
        sa.Column("edge_id", sa.String(length=32), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(
            ["bic"],
            ["tenant.bic"],
        ),
        sa.ForeignKeyConstraint(["edge_id"], ["edge.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("edge_id", "bic"),
    )
    op.create_table(
        "feed_record",
        sa.Column("generation", sa.LargeBinary(length=16), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("lookup_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bic"],
            ["tenant.bic"],
        ),
        sa.ForeignKeyConstraint(
            ["generation"],
            ["generation.id"],
        ),
        sa.PrimaryKeyConstraint("generation", "bic", "lookup_key"),
    )
    op.create_index(
        "feed_record_pending",
        "feed_record",
        ["generation", "bic"],
        unique=False,
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )
    op.create_index("feed_record_seq", "feed_record", ["generation", "bic", "seq"], unique=True)
    op.create_table(
        "feed_stream",
        sa.Column("generation", sa.LargeBinary(length=16), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bic"],
            ["tenant.bic"],
        ),
        sa.ForeignKeyConstraint(
            ["generation"],
            ["generation.id"],
        ),
        sa.PrimaryKeyConstraint("generation", "bic"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("edge_id", sa.String(length=32), nullable=False),
        sa.Column("boot", sa.String(length=32), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["edge_id"], ["edge.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("edge_id"),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("feed_stream")
    op.drop_index("feed_record_seq", table_name="feed_record")
    op.drop_index(
        "feed_record_pending",
        table_name="feed_record",
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )
    op.drop_table("feed_record")
    op.drop_table("edge_tenant")
    op.drop_table("account")
    op.drop_table("tenant")
    op.drop_table("generation")
    op.drop_table("fallback_decision")
    op.drop_table("edge")
