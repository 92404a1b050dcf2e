"""Read a verification request strictly: ``docs/formats.md``, section 8. Pure.

The edge has a parser of its own in another language. The two share nothing, so that each can be tested
against the other and neither's mistake is both's.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from control_plane.identifiers import (
    ISSUER_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    SCHEME_CHARACTERS_MAX,
    SCHEME_CODES,
    VALUE_CHARACTERS_MAX,
)
from control_plane.verifications.faults import (
    ARRAY,
    BODY_BYTES_MAX,
    BODY_NOT_JSON,
    BODY_TOO_LARGE,
    ENTRIES_MAX,
    FORM,
    LEVELS_MAX,
    MEMBER_NAME_BYTES_MAX,
    MISSING,
    OBJECT,
    ORGANISATION,
    OTHER,
    OTHERS,
    REMITTANCE,
    STRING,
    TARGET,
    Fault,
    between,
)
from matcher import Identification, IdentificationKind

OTHERS_MAX = 8
ECHO_BYTES_MAX = 128
"""A malformed request id is echoed up to this length."""

PATH = "/vop/v1/payee-verifications"

_REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ECHOABLE = re.compile(rf"[\x21-\x7e]{{1,{ECHO_BYTES_MAX}}}")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
_SURROGATE = re.compile("[\ud800-\udfff]")

Headers = Sequence[tuple[bytes, bytes]]
"""Names and values as they came, with ``:method`` and ``:path`` among them."""


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """A request that keeps the schema. BICs have eleven characters, the IBAN is in upper case."""

    request_id: str
    requesting_bic: str
    party_bic: str
    iban: str = field(repr=False)
    typed: str | tuple[Identification, ...] = field(repr=False)
    """The name, or the identifications, in the order given."""


class _RefusedError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.number)
        self.fault = fault


def parse_request(headers: Headers, body: bytes) -> VerificationRequest | Fault:
    """Return the request, or its first fault.

    A body beyond the limit may be given cut off, after one byte too many.
    """
    try:
        request_id = _check_headers(headers)
        root = _object(_json(body), "body")
        party = _member(root, "party", "party")
        typed = _typed(party)
        iban = _pattern(_member(root, "partyAccount", "partyAccount"), "iban", "partyAccount.iban", _IBAN)
        party_bic = _agent(root, "partyAgent")
        requesting_bic = _agent(root, "requestingAgent")
        _check_remittance(root)
    except _RefusedError as refused:
        return refused.fault
    return VerificationRequest(request_id, requesting_bic, party_bic, iban.upper(), typed)


def echoed_request_id(headers: Headers) -> str | None:
    """Return what to echo as ``X-Request-ID``; None if there is nothing that may be echoed."""
    value = _header(headers, b"x-request-id")
    return value if value is not None and _ECHOABLE.fullmatch(value) else None


def _check_headers(headers: Headers) -> str:
    """Check everything but the body, and return the request id."""
    path = _header(headers, b":path") or ""
    if _header(headers, b":method") != "POST" or path.partition("?")[0] != PATH:
        raise _RefusedError(TARGET)
    timestamp = _header(headers, b"x-request-timestamp")
    if timestamp is None:
        _refuse("X-Request-Timestamp", MISSING)
    if not _is_timestamp(timestamp):
        _refuse("X-Request-Timestamp", FORM)
    request_id = _header(headers, b"x-request-id")
    if request_id is None:
        _refuse("X-Request-ID", MISSING)
    if not _REQUEST_ID.fullmatch(request_id):
        _refuse("X-Request-ID", FORM)
    coding = _header(headers, b"content-encoding")
    if not _is_json(_header(headers, b"content-type") or "") or (coding or "identity").lower() != "identity":
        _refuse("Content-Type", "must be application/json")
    return request_id


def _header(headers: Headers, name: bytes) -> str | None:
    """Return a header's value; one given twice is joined by a comma, which none of ours may hold."""
    values = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    return ",".join(values) if values else None


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _is_json(content_type: str) -> bool:
    essence, *parameters = content_type.split(";")
    if essence.strip(" \t").lower() != "application/json":
        return False
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip(" \t").lower() == "charset" and _unquoted(value.strip(" \t")).lower() != "utf-8":
            return False
    return True


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _json(body: bytes) -> object:
    if len(body) > BODY_BYTES_MAX:
        raise _RefusedError(BODY_TOO_LARGE)
    try:
        root = _DECODER.decode(body.decode("utf-8"))
        _check_values(root)
    except (ValueError, RecursionError) as error:
        raise _RefusedError(BODY_NOT_JSON) from error
    return root


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return members


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


# Numbers are syntax only: kept as bytes they can be of any size, and pass for nothing that a field may be.
# NaN and the infinities are Python's own addition to JSON.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=str.encode, parse_float=str.encode, parse_constant=_not_json
)


def _check_values(root: object) -> None:
    """Check the limits of all values, level by level."""
    level = [root]
    for depth in range(LEVELS_MAX + 1):
        inner: list[object] = []
        for value in level:
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, dict | list):
                inner += _entries(value)
                if depth == LEVELS_MAX:
                    raise ValueError("too many levels")
        level = inner


def _entries(value: dict[str, object] | list[object]) -> Iterable[object]:
    if len(value) > ENTRIES_MAX:
        raise ValueError("too many entries")
    if isinstance(value, list):
        return value
    for name in value:
        _check_text(name)
        if len(name.encode()) > MEMBER_NAME_BYTES_MAX:
            raise ValueError("a name is too long")
    return value.values()


def _check_text(text: str) -> None:
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate")


def _typed(party: dict[str, object]) -> str | tuple[Identification, ...]:
    if ("name" in party) == ("identification" in party):
        _refuse("party", "must have exactly one of name and identification")
    if "name" in party:
        return _text(party["name"], "party.name", NAME_CHARACTERS_MAX)
    identification = _object(party["identification"], "party.identification")
    organisation = _member(identification, "organisationId", ORGANISATION)
    present = [name for name in ("lei", "anyBIC", "anyBic", "others") if name in organisation]
    if len(present) != 1:
        _refuse(ORGANISATION, "must have exactly one of lei, anyBIC and others")
    if present == ["others"]:
        return _others(organisation["others"])
    if present == ["lei"]:
        lei = _matching(organisation["lei"], f"{ORGANISATION}.lei", _LEI)
        return (Identification(IdentificationKind.LEI, "", "", lei),)
    bic = _matching(organisation[present[0]], f"{ORGANISATION}.anyBIC", _BIC)
    return (Identification(IdentificationKind.BIC, "", "", bic),)


def _others(entries: object) -> tuple[Identification, ...]:
    if not isinstance(entries, list):
        _refuse(OTHERS, ARRAY)
    if not 1 <= len(entries) <= OTHERS_MAX:
        _refuse(OTHERS, "must have 1 to 8 entries")
    return tuple(_other(_object(entry, OTHER)) for entry in entries)


def _other(entry: dict[str, object]) -> Identification:
    if ("schemeNameCode" in entry) == ("schemeNameProprietary" in entry):
        _refuse(OTHER, "must have exactly one of schemeNameCode and schemeNameProprietary")
    if "identification" not in entry:
        _refuse(f"{OTHER}.identification", MISSING)
    value = _text(entry["identification"], f"{OTHER}.identification", VALUE_CHARACTERS_MAX)
    if "schemeNameCode" in entry:
        kind, scheme = IdentificationKind.CODED, entry["schemeNameCode"]
        if not isinstance(scheme, str):
            _refuse(f"{OTHER}.schemeNameCode", STRING)
        if scheme not in SCHEME_CODES:
            _refuse(f"{OTHER}.schemeNameCode", "is not a known code")
    else:
        kind = IdentificationKind.PROPRIETARY
        path = f"{OTHER}.schemeNameProprietary"
        scheme = _text(entry["schemeNameProprietary"], path, SCHEME_CHARACTERS_MAX)
    issuer = ""
    if "issuer" in entry:
        issuer = _text(entry["issuer"], f"{OTHER}.issuer", ISSUER_CHARACTERS_MAX)
    return Identification(kind, scheme, issuer, value)


def _agent(root: dict[str, object], name: str) -> str:
    agent = _member(root, name, name)
    institution = _member(agent, "financialInstitutionId", f"{name}.financialInstitutionId")
    bic = _pattern(institution, "bicfi", f"{name}.financialInstitutionId.bicfi", _BIC)
    return bic.ljust(11, "X")


def _check_remittance(root: dict[str, object]) -> None:
    if REMITTANCE not in root:
        return
    lines = root[REMITTANCE]
    if not isinstance(lines, list):
        _refuse(REMITTANCE, ARRAY)
    if len(lines) > 1:
        _refuse(REMITTANCE, "must have at most 1 entry")
    for line in lines:
        _text(line, f"{REMITTANCE}[]", NAME_CHARACTERS_MAX)


def _member(parent: dict[str, object], name: str, path: str) -> dict[str, object]:
    if name not in parent:
        _refuse(path, MISSING)
    return _object(parent[name], path)


def _object(value: object, path: str) -> dict[str, object]:
    if not isinstance(value, dict):
        _refuse(path, OBJECT)
    return value


def _pattern(parent: dict[str, object], name: str, path: str, form: re.Pattern[str]) -> str:
    if name not in parent:
        _refuse(path, MISSING)
    return _matching(parent[name], path, form)


def _matching(value: object, path: str, form: re.Pattern[str]) -> str:
    if not isinstance(value, str):
        _refuse(path, STRING)
    if not form.fullmatch(value):
        _refuse(path, FORM)
    return value


def _text(value: object, path: str, characters_max: int) -> str:
    if not isinstance(value, str):
        _refuse(path, STRING)
    if not 1 <= len(value) <= characters_max:
        _refuse(path, between(1, characters_max))
    return value


def _refuse(path: str, reason: str) -> NoReturn:
    raise _RefusedError(Fault.of(path, reason))
