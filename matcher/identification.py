"""Identifications: equal, different, or of a scheme the bank does not hold (scheme reference, section 3)."""

from matcher.model import Account, Decision, Identification, IdentificationKind, Outcome
from matcher.reasons import Reason

EQUAL_SCORE = 1000
_VALUE_SEPARATORS = b" .-/"
_BIC_PADDING = b"XXX"
_BIC8_BYTES = 8


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
    if typed.kind is not held.kind or _folded(typed.scheme, b" ") != _folded(held.scheme, b" "):
        return False
    return not typed.issuer or not held.issuer or _folded(typed.issuer, b" ") == _folded(held.issuer, b" ")


def _same_value(typed: Identification, held: Identification) -> bool:
    a, b = _normalised(typed), _normalised(held)
    return a == b and bool(a)


def _normalised(identification: Identification) -> bytes:
    if identification.kind is IdentificationKind.BIC:
        value = _folded(identification.value, b" ")
        return value + _BIC_PADDING if len(value) == _BIC8_BYTES else value
    if identification.kind is IdentificationKind.PROPRIETARY:
        return _folded(identification.value, b" ")
    return _folded(identification.value, _VALUE_SEPARATORS)


def _folded(text: str, separators: bytes) -> bytes:
    """Drop separators and raise ASCII letters; other characters stand for themselves."""
    return text.encode(errors="surrogatepass").upper().translate(None, separators)
