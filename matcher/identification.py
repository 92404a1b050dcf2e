"""Identifications: equal, different, or of a scheme the bank does not hold (scheme reference, section 3)."""

from matcher.model import Account, Decision, Identification, IdentificationKind, Outcome
from matcher.reasons import Reason

EQUAL_SCORE = 1000
_VALUE_SEPARATORS = " .-/"
_VAT_SCHEME = "TXID"
_BIC_PADDING = "XXX"
_BIC_LENGTHS = (8, 11)


def decide_identification(typed: tuple[Identification, ...], account: Account) -> Decision:
    """Decide over all identifications typed.

    Any that is held and different makes it no match: it says less than a match, and more certainly than that
    another's scheme isn't held. Otherwise any whose scheme is not held makes it NOAP; all equal is a match.
    """
    results = [_compare(one, account.identifications) for one in typed]
    if Outcome.NMTC in results:
        return Decision(Outcome.NMTC, None, 0, (Reason.IDENTIFICATION_DIFFERS,))
    if Outcome.NOAP in results or not results:
        return Decision(Outcome.NOAP, None, 0, (Reason.IDENTIFICATION_NOT_HELD,))
    return Decision(Outcome.MTCH, None, EQUAL_SCORE, (Reason.IDENTIFICATION_EQUAL,))


def _compare(typed: Identification, held: tuple[Identification, ...]) -> Outcome:
    outcome = Outcome.NOAP
    for one in held:
        if not _same_scheme(typed, one):
            continue
        if _same_value(typed, one):
            return Outcome.MTCH
        outcome = Outcome.NMTC
    return outcome


def _same_scheme(typed: Identification, held: Identification) -> bool:
    """Compare kind and scheme; issuers only count where both sides name one."""
    if typed.kind is not held.kind or _folded(typed.scheme, " ") != _folded(held.scheme, " "):
        return False
    return not typed.issuer or not held.issuer or _folded(typed.issuer, " ") == _folded(held.issuer, " ")


def _same_value(typed: Identification, held: Identification) -> bool:
    a, b = _normalised(typed), _normalised(held)
    if a == b:
        return bool(a)
    if typed.kind is IdentificationKind.CODED and _folded(typed.scheme, " ") == _VAT_SCHEME:
        return _without_country(a, b) or _without_country(b, a)
    return False


def _without_country(longer: str, shorter: str) -> bool:
    """Whether a VAT number with its country prefix is the other one without."""
    prefix = longer[:2]
    return (
        len(longer) == len(shorter) + 2
        and all("A" <= letter <= "Z" for letter in prefix)
        and longer[2:] == shorter
        and any("0" <= digit <= "9" for digit in shorter)
    )


def _normalised(identification: Identification) -> str:
    if identification.kind is IdentificationKind.BIC:
        value = _folded(identification.value, " ")
        return value + _BIC_PADDING if len(value) == _BIC_LENGTHS[0] else value
    if identification.kind is IdentificationKind.PROPRIETARY:
        return _folded(identification.value, " ")
    return _folded(identification.value, _VALUE_SEPARATORS)


def _folded(text: str, separators: str) -> str:
    """Drop separators and raise ASCII letters; other characters stand for themselves."""
    return "".join(
        chr(ord(letter) - 32) if "a" <= letter <= "z" else letter
        for letter in text
        if letter not in separators
    )
