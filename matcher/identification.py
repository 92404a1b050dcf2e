"""Identifications: equal, different, or of a scheme the bank does not hold (scheme reference, section 3).

Each is read into what its scheme says is the same: case and separators never count, a tax number may come
with its country or without (Directive 2006/112/EC, article 215), a SIRET is its SIREN and five digits more
(French commercial code, R123-221), an EUID is country, register, number and perhaps a check digit
(Implementing Regulation (EU) 2021/1042). Check digits are not verified: a wrong number is a different one.
"""

from dataclasses import dataclass

from matcher.model import Account, Decision, Identification, IdentificationKind, Outcome
from matcher.reasons import Reason

EQUAL_SCORE = 1000

_SPACE = b" "
_SEPARATORS = b" .-/"
_NAME_SEPARATORS = b" .-/_"

_LEI, _BIC, _TAX, _FRENCH, _EUID = b"LEI", b"BIC", b"TXID", b"SREN", b"EUID"
_SCHEMES = {
    b"LEI": _LEI,
    b"BIC": _BIC,
    b"TXID": _TAX,
    b"VAT": _TAX,
    b"VATID": _TAX,
    b"VATIN": _TAX,
    b"SREN": _FRENCH,
    b"SRET": _FRENCH,
    b"SIREN": _FRENCH,
    b"SIRET": _FRENCH,
    b"EUID": _EUID,
    b"DUNS": b"DUNS",
    b"GS1G": b"GS1G",
}
"""Schemes known by name, as a code or as a proprietary name: spellings of one scheme share its value. All of
them but the tax numbers are unique whoever names them, so that their issuers don't count."""

_COUNTRIES = frozenset(
    (
        b"AT BE BG CH CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK "
        b"XI"
    ).split()
)
"""Prefixes of VAT numbers, of the EEA, the United Kingdom and Switzerland; Greece is EL there, else GR."""
_GREECE_ISO, _GREECE_VAT = b"GR", b"EL"
_COUNTRY_BYTES = 2

_BIC_PADDING = b"XXX"
_BIC8_BYTES = 8
_SIREN_DIGITS, _SIRET_DIGITS = 9, 14


@dataclass(frozen=True, slots=True, repr=False)
class _Reading:
    """An identification, normalised by its scheme."""

    scheme: bytes
    issuer: bytes
    """Empty where it does not count."""
    country: bytes
    """Of a tax number, if it is known."""
    value: bytes
    check: bytes
    """An EUID's check digit, if it has one."""


def decide_identification(typed: tuple[Identification, ...], account: Account) -> Decision:
    """Decide over all identifications typed.

    Any that is held and different makes it no match: a known contradiction says more than that another's
    scheme isn't held. Otherwise any whose scheme is not held makes it NOAP; all equal is a match.
    """
    held = [_read(one) for one in account.identifications]
    results = [_compare(_read(one), held) for one in typed]
    if Outcome.NMTC in results:
        return Decision(Outcome.NMTC, None, 0, (Reason.IDENTIFICATION_DIFFERS,))
    if Outcome.NOAP in results or not results:
        return Decision(Outcome.NOAP, None, 0, (Reason.IDENTIFICATION_NOT_HELD,))
    return Decision(Outcome.MTCH, None, EQUAL_SCORE, (Reason.IDENTIFICATION_EQUAL,))


def _compare(typed: _Reading, held: list[_Reading]) -> Outcome:
    fitting = [one for one in held if _same_scheme(typed, one)]
    if not fitting:
        return Outcome.NOAP
    if typed.scheme == _FRENCH:
        # A SIRET on file decides over a SIRET typed, even where the SIREN is on file too: another
        # establishment is not the one that was meant.
        fitting = [one for one in fitting if len(one.value) == len(typed.value)] or fitting
    return Outcome.MTCH if any(_same_value(typed, one) for one in fitting) else Outcome.NMTC


def _same_scheme(typed: _Reading, held: _Reading) -> bool:
    """Compare schemes; issuers only count where both sides name one."""
    return typed.scheme == held.scheme and _agree(typed.issuer, held.issuer)


def _same_value(typed: _Reading, held: _Reading) -> bool:
    if not _agree(typed.country, held.country) or not _agree(typed.check, held.check):
        return False
    if typed.scheme == _FRENCH and typed.value != held.value:
        return _within(typed.value, held.value) or _within(held.value, typed.value)
    return typed.value == held.value and bool(typed.value)


def _within(siren: bytes, siret: bytes) -> bool:
    return len(siren) == _SIREN_DIGITS and len(siret) == _SIRET_DIGITS and siret.startswith(siren)


def _agree(a: bytes, b: bytes) -> bool:
    return not a or not b or a == b


def _read(identification: Identification) -> _Reading:
    scheme = _scheme(identification)
    issuer = _folded(identification.issuer, _SPACE)
    if scheme == _TAX:
        return _tax(issuer, _folded(identification.value, _SEPARATORS))
    if scheme == _BIC:
        value = _folded(identification.value, _SPACE)
        return _Reading(_BIC, b"", b"", value + _BIC_PADDING if len(value) == _BIC8_BYTES else value, b"")
    if scheme == _EUID:
        value, _, check = _folded(identification.value, _SEPARATORS).partition(b"_")
        return _Reading(_EUID, b"", b"", value, check)
    if scheme in _SCHEMES:
        return _Reading(scheme, b"", b"", _folded(identification.value, _SEPARATORS), b"")
    separators = _SEPARATORS if identification.kind is IdentificationKind.CODED else _SPACE
    return _Reading(scheme, issuer, b"", _folded(identification.value, separators), b"")


def _scheme(identification: Identification) -> bytes:
    """Give the scheme's one name; a proprietary one that is not known by name can't be taken for a code."""
    if identification.kind is IdentificationKind.LEI:
        return _LEI
    if identification.kind is IdentificationKind.BIC:
        return _BIC
    known = _SCHEMES.get(_folded(identification.scheme, _NAME_SEPARATORS))
    if known is not None:
        return known
    return bytes((identification.kind,)) + _folded(identification.scheme, _SPACE)


def _tax(issuer: bytes, value: bytes) -> _Reading:
    """Split a tax number from its country, which its first letters say, or else the issuer."""
    if value[:_COUNTRY_BYTES] in _COUNTRIES and len(value) > _COUNTRY_BYTES:
        country, value = value[:_COUNTRY_BYTES], value[_COUNTRY_BYTES:]
    else:
        country = b""
    if issuer in _COUNTRIES:
        country, issuer = country or issuer, b""
    return _Reading(_TAX, issuer, _GREECE_VAT if country == _GREECE_ISO else country, value, b"")


def _folded(text: str, separators: bytes) -> bytes:
    """Drop separators and raise ASCII letters; other characters stand for themselves."""
    return text.encode(errors="surrogatepass").upper().translate(None, separators)
