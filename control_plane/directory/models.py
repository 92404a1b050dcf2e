"""Rows of the sealed directory. Nothing here tells a name or an IBAN."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel


class Generation(SQLModel, table=True):
    """One index key's life; its lookup keys mean nothing under another."""

    __tablename__ = "generation"

    id: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Orders the generations: the newest replaces those before it."""
    served: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Whether edges may read its feed: it is complete, and not yet replaced."""
    written: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Whether every change is written into it; one that is neither written nor served is being deleted."""


class Tenant(SQLModel, table=True):
    """An account-servicing PSP that we answer for."""

    __tablename__ = "tenant"

    bic: str = Field(sa_column=Column(String(11), primary_key=True))
    epoch: int = Field(sa_column=Column(Integer, nullable=False))
    """The seal key that new records are sealed with."""
    rotating: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether a rotation of the seal key has begun and not ended."""
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))


class FeedStream(SQLModel, table=True):
    """One tenant's feed in one generation; its row is the sequencer's lock."""

    __tablename__ = "feed_stream"

    generation: bytes = Field(
        sa_column=Column(LargeBinary(16), ForeignKey("generation.id"), primary_key=True)
    )
    bic: str = Field(sa_column=Column(String(11), ForeignKey("tenant.bic"), primary_key=True))
    head: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The newest position that was given out; 0 for none."""
    horizon: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """The newest position of a tombstone that was removed: a cursor before it has missed a deletion."""
    revision_floor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """The highest revision of a removed tombstone: an account without a record begins above it."""


class FeedRecord(SQLModel, table=True):
    """The latest change of one account: a sealed record, or a tombstone if ``sealed`` is null."""

    __tablename__ = "feed_record"
    __table_args__ = (
        # Begins with less than the primary key does, or PostgreSQL takes it for records by their lookup keys,
        # and walks through a whole stream for each, until it has counted the table's values.
        Index("feed_record_seq", "bic", "seq", "generation", unique=True),
        Index(
            "feed_record_pending",
            "generation",
            "bic",
            "lookup_key",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
        Index(
            "feed_record_tombstone",
            "generation",
            "bic",
            "deleted_ms",
            sqlite_where=text("deleted_ms IS NOT NULL"),
            postgresql_where=text("deleted_ms IS NOT NULL"),
        ),
    )

    generation: bytes = Field(
        sa_column=Column(LargeBinary(16), ForeignKey("generation.id"), primary_key=True)
    )
    bic: str = Field(sa_column=Column(String(11), ForeignKey("tenant.bic"), primary_key=True))
    lookup_key: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    epoch: int = Field(sa_column=Column(Integer, nullable=False))
    header: bytes = Field(sa_column=Column(LargeBinary(34), nullable=False))
    """What stands before ``sealed`` in a page, so that the database can put a page's body together."""
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """The position in the feed; null from the change until the sequencer has seen it committed."""
    deleted_ms: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """When the account was deleted; null unless this is a tombstone."""
