"""An account in the matcher's words. Pure."""

import msgspec

import matcher
from control_plane.accounts.models import Account
from control_plane.accounts.schemas import AccountBody, Holder, Identification

_STATUSES = {"active": matcher.AccountStatus.ACTIVE, "closed": matcher.AccountStatus.CLOSED}
_HOLDER_KINDS = {"person": matcher.HolderKind.PERSON, "organisation": matcher.HolderKind.ORGANISATION}
_NAME_KINDS = {"alias": matcher.NameKind.ALIAS, "former": matcher.NameKind.FORMER}


def account_content(account: Account) -> matcher.Account:
    """Return what the matcher decides on, and what is sealed for the edges."""
    return _content(
        account.status,
        account.disclosure,
        msgspec.convert(account.holders, list[Holder]),
        msgspec.convert(account.identifications, list[Identification]),
    )


def body_content(body: AccountBody) -> matcher.Account:
    """Return the same for an account as its bank states it."""
    return _content(body.status, body.disclosure, body.holders, body.identifications)


def _content(
    status: str, disclosure: str, holders: list[Holder], identifications: list[Identification]
) -> matcher.Account:
    return matcher.Account(
        status=_STATUSES[status],
        holders=tuple(map(_holder, holders)),
        identifications=tuple(map(_identification, identifications)),
        never_disclose=disclosure == "never",
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
