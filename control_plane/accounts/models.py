"""Rows of accounts."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, UniqueConstraint
from sqlmodel import Field, SQLModel


class Account(SQLModel, table=True):
    """One payment account: who may be paid under this IBAN.

    ``holders`` and ``identifications`` are documents of the schemas of that name: they are always read,
    compared, replaced and sealed as a whole.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("bic", "iban", name="account_bic_iban"),)

    id: UUID = Field(primary_key=True)
    bic: str = Field(sa_column=Column(String(11), ForeignKey("tenant.bic"), nullable=False))
    iban: str = Field(sa_column=Column(String(34), nullable=False))
    status: str = Field(sa_column=Column(String(8), nullable=False))
    disclosure: str = Field(sa_column=Column(String(8), nullable=False))
    holders: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    identifications: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
