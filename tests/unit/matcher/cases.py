"""Accounts for the matcher's tests."""

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Decision,
    Holder,
    HolderKind,
    Name,
    NameKind,
    Outcome,
    Policy,
    Reason,
    decide,
)

MTCH, CMTC, NMTC, NOAP = Outcome.MTCH, Outcome.CMTC, Outcome.NMTC, Outcome.NOAP
PERSON, ORGANISATION = HolderKind.PERSON, HolderKind.ORGANISATION


def holder(*names: str, kind: HolderKind = PERSON, never_disclose: bool = False) -> Holder:
    """Give a holder by its registered name and its aliases."""
    first, *aliases = names
    return Holder(kind, (Name(first), *(Name(alias, NameKind.ALIAS) for alias in aliases)), never_disclose)


def account(*holders: Holder, never_disclose: bool = False) -> Account:
    """Give an active account."""
    return Account(AccountStatus.ACTIVE, holders, (), never_disclose)


def against(
    typed: str, *registered: str, kind: HolderKind = PERSON, policy: Policy = DEFAULT_POLICY
) -> Decision:
    """Decide over one holder for each registered name."""
    return decide(typed, account(*(holder(one, kind=kind) for one in registered)), policy)


__all__ = [
    "CMTC",
    "MTCH",
    "NMTC",
    "NOAP",
    "ORGANISATION",
    "PERSON",
    "Reason",
    "account",
    "against",
    "holder",
]
