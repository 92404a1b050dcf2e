"""An account in the matcher's words. Pure."""

import msgspec

import matcher
from control_plane.accounts.models import Account
from control_plane.accounts.schemas import Holder, Identification

_STATUSES = {"active": matcher.AccountStatus.ACTIVE, "closed": matcher.AccountStatus.CLOSED}
_HOLDER_KINDS = {"person": matcher.HolderKind.PERSON, "organisation": matcher.HolderKind.ORGANISATION}
_NAME_KINDS = {"alias": matcher.NameKind.ALIAS, "former": matcher.NameKind.FORMER}


def account_content(account: Account) -> matcher.Account:
    """Return what the matcher decides on, and what is sealed for the edges."""
    return matcher.Account(
        status=_STATUSES[account.status],
        holders=tuple(_holder(holder) for holder in msgspec.convert(account.holders, list[Holder])),
        identifications=tuple(
            _identification(identification)
            for identification in msgspec.convert(account.identifications, list[Identification])
        ),
        never_disclose=account.disclosure == "never",
    )


def _holder(holder: Holder) -> matcher.Holder:
    return matcher.Holder(
        kind=_HOLDER_KINDS[holder.kind],
        names=(
            matcher.Name(holder.name),
            *(matcher.Name(alias.name, _NAME_KINDS[alias.kind]) for alias in holder.aliases),
        ),
        never_disclose=holder.disclosure == "never",
    )


def _identification(identification: Identification) -> matcher.Identification:
    issuer = identification.issuer or ""
    if identification.proprietary is not None:
        kind, scheme = matcher.IdentificationKind.PROPRIETARY, identification.proprietary
    elif identification.scheme in {"LEI", "BIC"}:
        kind, scheme = matcher.IdentificationKind[identification.scheme], ""
    else:
        kind, scheme = matcher.IdentificationKind.CODED, identification.scheme or ""
    return matcher.Identification(kind, scheme, issuer, identification.value)
