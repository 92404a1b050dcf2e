"""What the matcher reads and what it answers. Plain immutable values; `repr` shows no personal data."""

from dataclasses import dataclass, field
from enum import IntEnum

from matcher.reasons import Reason


class Outcome(IntEnum):
    """The scheme's four results (rulebook, section 3); a lower number says more."""

    __hash__ = int.__hash__

    MTCH = 1
    """The name or identification belongs to the account."""
    CMTC = 2
    """Close: the answer discloses the name that was meant."""
    NMTC = 3
    """The account's holder is not called that."""
    NOAP = 4
    """Matching is not possible."""


class HolderKind(IntEnum):
    """Whether a holder is a person or an organisation; the rules differ."""

    __hash__ = int.__hash__

    PERSON = 1
    ORGANISATION = 2


class NameKind(IntEnum):
    """What a name of a holder is."""

    REGISTERED = 0
    """The civil or registered name; always a holder's first."""
    ALIAS = 1
    """A trade name, stage name or other name in use; may be disclosed."""
    FORMER = 2
    """A name no longer in use; it matches, and is never disclosed."""


class IdentificationKind(IntEnum):
    """Which of the scheme's identification forms an identification takes."""

    LEI = 1
    BIC = 2
    CODED = 3
    """`schemeNameCode`, such as TXID."""
    PROPRIETARY = 4
    """`schemeNameProprietary`."""


class AccountStatus(IntEnum):
    """Whether, and by whom, an account can be answered for."""

    ACTIVE = 1
    CLOSED = 2
    TOO_LARGE = 3
    """Beyond the limits of an edge record: only the fallback can answer."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a holder: 1 to 140 characters."""

    text: str = field(repr=False)
    kind: NameKind = NameKind.REGISTERED


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder of an account: the registered name first, then aliases and former names."""

    kind: HolderKind
    names: tuple[Name, ...]
    never_disclose: bool = False


@dataclass(frozen=True, slots=True)
class Identification:
    """An identification: `scheme` is empty for LEI and BIC, `issuer` may be empty."""

    kind: IdentificationKind
    scheme: str
    issuer: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """What the bank holds about one account."""

    status: AccountStatus
    holders: tuple[Holder, ...] = ()
    identifications: tuple[Identification, ...] = ()
    never_disclose: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: `score` in per mille (MTCH 900-1000, CMTC 600-899, NMTC 0-599, NOAP 0).

    `reasons` are ascending and unique. `matched_name` is set exactly with CMTC; the positions `holder` and
    `name` exactly with MTCH and CMTC on a name.
    """

    outcome: Outcome
    matched_name: str | None = field(repr=False)
    score: int
    reasons: tuple[Reason, ...]
    holder: int | None = None
    name: int | None = None
