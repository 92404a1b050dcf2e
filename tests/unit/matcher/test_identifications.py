"""Identifications: equal, different, or not held."""

import pytest

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Identification,
    IdentificationKind,
    Outcome,
    Reason,
    decide,
)
from tests.unit.matcher.cases import MTCH, NMTC, NOAP


def _lei(value: str) -> Identification:
    return Identification(IdentificationKind.LEI, "", "", value)


def _bic(value: str) -> Identification:
    return Identification(IdentificationKind.BIC, "", "", value)


def _coded(scheme: str, value: str, issuer: str = "") -> Identification:
    return Identification(IdentificationKind.CODED, scheme, issuer, value)


def _proprietary(scheme: str, value: str) -> Identification:
    return Identification(IdentificationKind.PROPRIETARY, scheme, "", value)


@pytest.mark.parametrize(
    ("typed", "held", "outcome"),
    [
        (_lei("529900ABCDEFGHIJKL00"), _lei("529900ABCDEFGHIJKL00"), MTCH),
        (_lei("529900abcdefghijkl00"), _lei("529900 ABCDEFGHIJKL 00"), MTCH),
        (_lei("529900ABCDEFGHIJKL00"), _lei("529900ABCDEFGHIJKL11"), NMTC),
        (_lei("VOPBDEFF"), _bic("VOPBDEFF"), NOAP),
        (_bic("VOPBDEFF"), _bic("VOPBDEFFXXX"), MTCH),
        (_bic("VOPBDEFF100"), _bic("VOPBDEFF"), NMTC),
        (_coded("TXID", "DE123456789"), _coded("TXID", "DE 123.456.789"), MTCH),
        (_coded("TXID", "123456789"), _coded("TXID", "DE123456789"), NMTC),
        (_coded("TXID", "FR123456789"), _coded("TXID", "123456789"), NMTC),
        (_coded("TXID", "FR123456789"), _coded("TXID", "DE123456789"), NMTC),
        (_coded("COID", "123456789"), _coded("COID", "DE123456789"), NMTC),
        (_coded("COID", "HRB 12-34", "Amtsgericht"), _coded("COID", "hrb1234", "AMTS GERICHT"), MTCH),
        (_coded("COID", "1234", "Amt A"), _coded("COID", "1234", "Amt B"), NOAP),
        (_coded("COID", "1234"), _coded("COID", "1234", "Amt B"), MTCH),
        (_coded("TXID", "1234"), _coded("COID", "1234"), NOAP),
        (_proprietary("Kunde", "12-34"), _proprietary("kunde", "12-34"), MTCH),
        (_proprietary("Kunde", "12-34"), _proprietary("Kunde", "1234"), NMTC),
        (_coded("TXID", "-"), _coded("TXID", "."), NMTC),
    ],
)
def test_an_identification_is_compared_by_its_scheme_after_normalising(
    typed: Identification, held: Identification, outcome: Outcome
) -> None:
    decision = decide((typed,), Account(AccountStatus.ACTIVE, (), (held,)), DEFAULT_POLICY)
    assert decision.outcome is outcome
    assert decision.matched_name is None


@pytest.mark.parametrize(
    ("typed", "outcome", "reason"),
    [
        ((_lei("A1"), _bic("VOPBDEFF")), MTCH, Reason.IDENTIFICATION_EQUAL),
        ((_lei("A2"), _bic("VOPBDEFF")), MTCH, Reason.IDENTIFICATION_EQUAL),
        ((_lei("A3"), _bic("VOPBDEFF")), NMTC, Reason.IDENTIFICATION_DIFFERS),
        ((_lei("A1"), _coded("TXID", "1")), NOAP, Reason.IDENTIFICATION_NOT_HELD),
        ((_lei("A3"), _coded("TXID", "1")), NMTC, Reason.IDENTIFICATION_DIFFERS),
        ((), NOAP, Reason.IDENTIFICATION_NOT_HELD),
    ],
)
def test_of_several_every_one_must_be_equal(
    typed: tuple[Identification, ...], outcome: Outcome, reason: Reason
) -> None:
    held = Account(AccountStatus.ACTIVE, (), (_lei("A1"), _lei("A2"), _bic("VOPBDEFFXXX")))
    decision = decide(typed, held, DEFAULT_POLICY)
    assert (decision.outcome, decision.reasons) == (outcome, (reason,))
