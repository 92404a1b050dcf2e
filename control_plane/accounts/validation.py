"""What an account must be to be taken. Pure."""

import unicodedata
from collections.abc import Iterator

from control_plane.accounts.schemas import AccountBody, Holder, Identification
from control_plane.identifiers import (
    ISSUER_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    SCHEME_CHARACTERS_MAX,
    SCHEME_CODES,
    VALUE_CHARACTERS_MAX,
    bic_fault,
    iban_fault,
    lei_fault,
)
from control_plane.problems import FieldFault

HOLDERS_MAX = 64
"""Holders of one account; more than an edge record takes are answered by the fallback."""
NAMES_MAX = 128
"""Names of one account, over all its holders."""
IDENTIFICATIONS_MAX = 64


def account_faults(body: AccountBody) -> list[FieldFault]:
    """All faults of an account, by field; empty for one that may be taken."""
    return list(_account_faults(body))


def _account_faults(body: AccountBody) -> Iterator[FieldFault]:
    if reason := bic_fault(body.bic):
        yield FieldFault("bic", reason)
    if reason := iban_fault(body.iban):
        yield FieldFault("iban", reason)
    if not 1 <= len(body.holders) <= HOLDERS_MAX:
        yield FieldFault("holders", f"must have 1 to {HOLDERS_MAX} entries")
    elif sum(1 + len(holder.aliases) for holder in body.holders) > NAMES_MAX:
        yield FieldFault("holders", f"must have at most {NAMES_MAX} names in all")
    else:
        for position, holder in enumerate(body.holders):
            yield from _holder_faults(f"holders[{position}]", holder)
    if len(body.identifications) > IDENTIFICATIONS_MAX:
        yield FieldFault("identifications", f"must have at most {IDENTIFICATIONS_MAX} entries")
    else:
        for position, identification in enumerate(body.identifications):
            yield from _identification_faults(f"identifications[{position}]", identification)


def _holder_faults(path: str, holder: Holder) -> Iterator[FieldFault]:
    yield from _text_faults(f"{path}.name", holder.name, NAME_CHARACTERS_MAX)
    for position, alias in enumerate(holder.aliases):
        yield from _text_faults(f"{path}.aliases[{position}].name", alias.name, NAME_CHARACTERS_MAX)


def _identification_faults(path: str, identification: Identification) -> Iterator[FieldFault]:
    yield from _text_faults(f"{path}.value", identification.value, VALUE_CHARACTERS_MAX)
    if identification.issuer is not None:
        yield from _text_faults(f"{path}.issuer", identification.issuer, ISSUER_CHARACTERS_MAX)
    if (identification.scheme is None) == (identification.proprietary is None):
        yield FieldFault(path, "must have exactly one of scheme and proprietary")
    elif identification.proprietary is not None:
        yield from _text_faults(f"{path}.proprietary", identification.proprietary, SCHEME_CHARACTERS_MAX)
    elif identification.scheme in {"LEI", "BIC"}:
        form_fault = lei_fault if identification.scheme == "LEI" else bic_fault
        if reason := form_fault(identification.value):
            yield FieldFault(f"{path}.value", reason)
        if identification.issuer is not None:
            yield FieldFault(f"{path}.issuer", "must not be given with LEI and BIC")
    elif identification.scheme not in SCHEME_CODES:
        yield FieldFault(f"{path}.scheme", "is not a known code")


def _text_faults(path: str, text: str, characters_max: int) -> Iterator[FieldFault]:
    if not 1 <= len(text) <= characters_max:
        yield FieldFault(path, f"must have 1 to {characters_max} characters")
    elif text.isprintable() and not text.isspace():
        return  # Nearly all texts: nothing below can be found in them.
    elif any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        yield FieldFault(path, "must not have control characters")
    elif not text.strip():
        yield FieldFault(path, "must not be blank")
