"""generations that replace one another, and tombstones that end."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("served", "written"):
        op.add_column("generation", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("edge", sa.Column("generation", sa.LargeBinary(length=16), nullable=True))
    for name in ("horizon", "revision_floor"):
        op.add_column("feed_stream", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("feed_record", sa.Column("deleted_ms", sa.BigInteger(), nullable=True))
    record = sa.table("feed_record", sa.column("sealed"), sa.column("deleted_ms"))
    # When an account was deleted before now isn't known: its tombstone lives from today on.
    op.execute(
        record.update().where(record.c.sealed.is_(None)).values(deleted_ms=time.time_ns() // 1_000_000)
    )
    op.create_index(
        "feed_record_tombstone",
        "feed_record",
        ["generation", "bic", "deleted_ms"],
        unique=False,
        sqlite_where=sa.text("deleted_ms IS NOT NULL"),
        postgresql_where=sa.text("deleted_ms IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("feed_record_tombstone", table_name="feed_record")
    op.drop_column("feed_record", "deleted_ms")
    for name in ("revision_floor", "horizon"):
        op.drop_column("feed_stream", name)
    op.drop_column("edge", "generation")
    for name in ("written", "served"):
        op.drop_column("generation", name)
