"""Rows of edges."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Text
from sqlmodel import Field, SQLModel


class Edge(SQLModel, table=True):
    """An edge that may connect; its secret is in Vault."""

    __tablename__ = "edge"

    id: str = Field(sa_column=Column(String(32), primary_key=True))
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    generation: bytes | None = Field(default=None, sa_column=Column(LargeBinary(16), nullable=True))
    """The generation that it was handed while an older one was still served."""


class EdgeTenant(SQLModel, table=True):
    """A tenant that an edge may hold."""

    __tablename__ = "edge_tenant"

    edge_id: str = Field(
        sa_column=Column(String(32), ForeignKey("edge.id", ondelete="CASCADE"), primary_key=True)
    )
    bic: str = Field(sa_column=Column(String(11), ForeignKey("tenant.bic"), primary_key=True))


class Heartbeat(SQLModel, table=True):
    """The last report of an edge."""

    __tablename__ = "heartbeat"

    edge_id: str = Field(
        sa_column=Column(String(32), ForeignKey("edge.id", ondelete="CASCADE"), primary_key=True)
    )
    boot: str = Field(sa_column=Column(String(32), nullable=False))
    complete: bool = Field(sa_column=Column(Boolean, nullable=False))
    report: str = Field(sa_column=Column(Text, nullable=False))
    """The heartbeat's JSON."""
    received_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
