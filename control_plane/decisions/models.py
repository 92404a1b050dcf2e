"""Rows of the fallback's decisions."""

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class FallbackDecision(SQLModel, table=True):
    """One sealed decision of the fallback, numbered within the boot of its process."""

    __tablename__ = "fallback_decision"

    boot: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
