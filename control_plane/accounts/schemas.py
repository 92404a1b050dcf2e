"""What the accounts API takes and gives."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

Status = Literal["active", "closed"]
Disclosure = Literal["allowed", "never"]


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """Another name of a holder."""

    name: str
    kind: Literal["alias", "former"] = "alias"
    """``alias``: in use, may be disclosed; ``former``: matches, is never disclosed."""


class Holder(Struct, frozen=True, forbid_unknown_fields=True):
    """One holder of an account."""

    kind: Literal["person", "organisation"]
    name: str
    """The civil or registered name."""
    aliases: list[Alias] = field(default_factory=list)
    disclosure: Disclosure = "allowed"
    """``never``: no name of this holder is ever told."""


class Identification(Struct, frozen=True, forbid_unknown_fields=True):
    """A code that identifies the account's holder: exactly one of ``scheme`` and ``proprietary`` is set."""

    value: str
    scheme: str | None = None
    """``LEI``, ``BIC`` or one of the scheme's codes, such as ``TXID``."""
    proprietary: str | None = None
    """The name of a scheme of one's own."""
    issuer: str | None = None


class AccountBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An account as its bank states it."""

    bic: str
    iban: str
    holders: list[Holder]
    identifications: list[Identification] = field(default_factory=list)
    status: Status = "active"
    disclosure: Disclosure = "allowed"
    """``never``: no name of this account is ever told."""


class AccountView(Struct, frozen=True):
    """An account as we hold it."""

    id: UUID
    bic: str
    iban: str
    holders: list[Holder]
    identifications: list[Identification]
    status: Status
    disclosure: Disclosure
    revision: int
    created: datetime
    changed: datetime


class AccountPage(Struct, frozen=True):
    """A part of the list of accounts; ``next`` is the cursor of the part after it, null at the end."""

    accounts: list[AccountView]
    next: UUID | None


class AccountFind(Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for the account of an IBAN, which must not stand in a URL."""

    bic: str
    iban: str
