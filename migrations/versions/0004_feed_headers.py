"""records that are stored as they are sent."""

import struct

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROWS = 1_000


def upgrade() -> None:
    op.add_column(
        "feed_record",
        sa.Column("header", sa.LargeBinary(length=34), nullable=False, server_default=sa.text("''")),
    )
    _fill_headers()
    with op.batch_alter_table("feed_record") as batch:
        batch.alter_column("header", existing_type=sa.LargeBinary(length=34), server_default=None)
    _replace_pending_index(["generation", "bic", "lookup_key"])
    _replace_seq_index(["bic", "seq", "generation"])


def downgrade() -> None:
    _replace_seq_index(["generation", "bic", "seq"])
    _replace_pending_index(["generation", "bic"])
    op.drop_column("feed_record", "header")


def _fill_headers() -> None:
    """Write before each record what docs/formats.md, section 4.2, puts there."""
    names = ("generation", "bic", "lookup_key", "revision", "epoch", "sealed", "header")
    record = sa.table("feed_record", *(sa.column(name) for name in names))
    key = (record.c.generation, record.c.bic, record.c.lookup_key)
    connection = op.get_bind()
    update = (
        record.update()
        .where(*(column == sa.bindparam(f"of_{column.name}") for column in key))
        .values(header=sa.bindparam("filled"))
    )
    query = sa.select(*key, record.c.revision, record.c.epoch, sa.func.length(record.c.sealed))
    after: tuple[bytes, str, bytes] = (b"", "", b"")
    while rows := connection.execute(query.where(sa.tuple_(*key) > after).order_by(*key).limit(_ROWS)).all():
        connection.execute(
            update,
            [
                {
                    "of_generation": generation,
                    "of_bic": bic,
                    "of_lookup_key": lookup,
                    "filled": struct.pack(
                        "<B3x16sQIH", 2 if length is None else 1, lookup, revision, epoch, length or 0
                    ),
                }
                for generation, bic, lookup, revision, epoch, length in rows
            ],
        )
        after = (rows[-1][0], rows[-1][1], rows[-1][2])


def _replace_pending_index(columns: list[str]) -> None:
    op.drop_index("feed_record_pending", table_name="feed_record")
    op.create_index(
        "feed_record_pending",
        "feed_record",
        columns,
        unique=False,
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    )


def _replace_seq_index(columns: list[str]) -> None:
    op.drop_index("feed_record_seq", table_name="feed_record")
    op.create_index("feed_record_seq", "feed_record", columns, unique=True)
