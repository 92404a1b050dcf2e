"""Identifications: equal, different, or not held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def _proprietary(scheme: str, value: str, issuer: str = "") -> Identification:
    return Identification(IdentificationKind.PROPRIETARY, scheme, issuer, value)


def _outcome(typed: Identification, *held: Identification) -> Outcome:
    return decide((typed,), Account(AccountStatus.ACTIVE, (), held), DEFAULT_POLICY).outcome


@pytest.mark.parametrize(
    ("typed", "held", "outcome"),
    [
        (_lei("529900ABCDEFGHIJKL00"), _lei("529900ABCDEFGHIJKL00"), MTCH),
        (_lei("529900abcdefghijkl00"), _lei("529900 ABCDEFGHIJKL 00"), MTCH),
        (_lei("529900ABCDEFGHIJKL00"), _lei("529900ABCDEFGHIJKL11"), NMTC),
        (_lei("VOPBDEFF"), _bic("VOPBDEFF"), NOAP),
        (_bic("VOPBDEFF"), _bic("VOPBDEFFXXX"), MTCH),
        (_bic("VOPBDEFF100"), _bic("VOPBDEFF"), NMTC),
        (_coded("DUNS", "12-345-6789", "Amt A"), _coded("DUNS", "123456789", "Amt B"), MTCH),
        (_coded("COID", "123456789"), _coded("COID", "DE123456789"), NMTC),
        (_coded("COID", "HRB 12-34", "Amtsgericht"), _coded("COID", "hrb1234", "AMTS GERICHT"), MTCH),
        (_coded("COID", "1234", "Amt A"), _coded("COID", "1234", "Amt B"), NOAP),
        (_coded("COID", "1234"), _coded("COID", "1234", "Amt B"), MTCH),
        (_coded("TXID", "1234"), _coded("COID", "1234"), NOAP),
        (_proprietary("Kunde", "12-34"), _proprietary("kunde", "12-34"), MTCH),
        (_proprietary("Kunde", "12-34"), _proprietary("Kunde", "1234"), NMTC),
        (_proprietary("TXNR", "1234"), _coded("COID", "1234"), NOAP),
        (_proprietary("COID", "1234"), _coded("COID", "1234"), NOAP),
    ],
)
def test_an_identification_is_compared_by_its_scheme_after_normalising(
    typed: Identification, held: Identification, outcome: Outcome
) -> None:
    decision = decide((typed,), Account(AccountStatus.ACTIVE, (), (held,)), DEFAULT_POLICY)
    assert decision.outcome is outcome
    assert decision.matched_name is None


@pytest.mark.parametrize(
    ("typed", "held", "outcome"),
    [
        (_coded("TXID", "DE123456789"), _coded("TXID", "de 123.456.789"), MTCH),
        (_coded("TXID", "DE123456789"), _coded("TXID", "123456789"), MTCH),
        (_coded("TXID", "DE123456789"), _coded("TXID", "123456789", "DE"), MTCH),
        (_coded("TXID", "DE123456789"), _coded("TXID", "123456789", "Bundeszentralamt"), MTCH),
        (_coded("TXID", "DE123456789"), _coded("TXID", "FR123456789"), NMTC),
        (_coded("TXID", "DE123456789"), _coded("TXID", "123456789", "fr"), NMTC),
        (_coded("TXID", "DE123456789", "FR"), _coded("TXID", "123456789", "DE"), MTCH),
        (_coded("TXID", "123456789", "DE"), _coded("TXID", "123456789", "FR"), NMTC),
        (_coded("TXID", "123456789", "Amt A"), _coded("TXID", "123456789", "Amt B"), NOAP),
        (_coded("TXID", "123456789", "DE"), _coded("TXID", "123456789", "Amt B"), MTCH),
        (_coded("TXID", "GR123456789"), _coded("TXID", "EL123456789"), MTCH),
        (_coded("TXID", "123456789", "GR"), _coded("TXID", "EL123456789"), MTCH),
        (_coded("TXID", "ESB12345678"), _coded("TXID", "B-12345678"), MTCH),
        (_coded("TXID", "DE123456789"), _coded("TXID", "123456788"), NMTC),
        (_coded("TXID", "DE123456789"), _coded("TXID", "12/345/67890"), NMTC),
        (_coded("TXID", "DE123456789"), _proprietary("VAT-ID", "123456789"), MTCH),
        (_coded("TXID", "DE123456789"), _proprietary("Steuernummer", "123456789"), NOAP),
        (_coded("TXID", "DE"), _coded("TXID", "DE1"), NMTC),
        (_coded("TXID", "-", "DE"), _coded("TXID", "."), NMTC),
    ],
)
def test_a_tax_number_may_lack_its_country_but_not_name_another(
    typed: Identification, held: Identification, outcome: Outcome
) -> None:
    assert _outcome(typed, held) is outcome
    assert _outcome(held, typed) is outcome


_SIREN, _SIRET, _OTHER_SIRET = "732 829 320", "732 829 320 00074", "732 829 320 00082"


@pytest.mark.parametrize(
    ("typed", "held", "outcome"),
    [
        (_coded("SREN", _SIREN), _coded("SRET", _SIRET), MTCH),
        (_coded("SREN", _SIREN), _proprietary("Siret", _SIRET), MTCH),
        (_coded("SREN", _SIREN, "INSEE"), _proprietary("SIREN", "732829320", "RCS Paris"), MTCH),
        (_coded("SRET", _SIRET), _coded("SRET", _SIRET.replace(" ", "")), MTCH),
        (_coded("SRET", _SIRET), _coded("SRET", _OTHER_SIRET), NMTC),
        (_coded("SREN", "732829321"), _coded("SRET", _SIRET), NMTC),
        (_coded("SREN", "73282932"), _coded("SRET", _SIRET), NMTC),
        (_coded("SREN", _SIREN), _coded("SRET", _SIRET + "1"), NMTC),
        (_coded("SREN", _SIREN), _coded("TXID", "FR44732829320"), NOAP),
        (_coded("SREN", "-"), _coded("SRET", "."), NMTC),
    ],
)
def test_a_siren_fits_every_establishment_of_its_own(
    typed: Identification, held: Identification, outcome: Outcome
) -> None:
    assert _outcome(typed, held) is outcome
    assert _outcome(held, typed) is outcome


@pytest.mark.parametrize("reverse", [False, True])
def test_a_siret_on_file_decides_before_the_siren_on_file(reverse: bool) -> None:
    held = [_coded("SREN", _SIREN), _coded("SRET", _SIRET)]
    held = held[::-1] if reverse else held
    assert _outcome(_coded("SRET", _OTHER_SIRET), *held) is NMTC
    assert _outcome(_coded("SRET", _SIRET), *held) is MTCH
    assert _outcome(_coded("SREN", _SIREN), *held) is MTCH


@pytest.mark.parametrize(
    ("typed", "held", "outcome"),
    [
        ("DEX1517R.HRB395KI", "dex1517r.hrb 395 ki", MTCH),
        ("DEX1517R.HRB395KI", "DE X1517R HRB395KI", MTCH),
        ("DKCVR.11845118_3", "DKCVR.11845118", MTCH),
        ("DKCVR.11845118_3", "DKCVR.11845118_3", MTCH),
        ("DKCVR.11845118_3", "DKCVR.11845118_4", NMTC),
        ("DKCVR.11845118", "DKCVR.11845119", NMTC),
        ("ROONRC.J40/2845/1998", "ROONRC.J40-2845-1998", MTCH),
        ("_1", "_1", NMTC),
    ],
)
def test_an_euid_is_country_register_and_number(typed: str, held: str, outcome: Outcome) -> None:
    assert _outcome(_proprietary("EUID", typed), _proprietary("Euid", held)) is outcome
    assert _outcome(_proprietary("EUID", held), _proprietary("EUID", typed)) is outcome


_VALUES = st.text(st.sampled_from("AbDE1 .-/_ß"), min_size=1, max_size=8)
_IDENTIFICATIONS = st.builds(
    Identification,
    st.sampled_from(IdentificationKind),
    st.sampled_from(["TXID", "SREN", "Siret", "EUID", "COID", "Kunde"]),
    st.sampled_from(["", "DE", "Amt"]),
    st.one_of(_VALUES, st.sampled_from(["123456789", "12345678900012"])),
)


@given(one=_IDENTIFICATIONS, other=_IDENTIFICATIONS)
def test_it_does_not_matter_which_side_says_what(one: Identification, other: Identification) -> None:
    assert _outcome(one, other) is _outcome(other, one)


@given(one=_IDENTIFICATIONS)
def test_an_identification_equals_itself_in_any_case_and_spacing(one: Identification) -> None:
    respelt = f" {' '.join(one.value)} ".swapcase() if one.value.isascii() else f" {one.value} "
    other = Identification(one.kind, one.scheme.lower(), one.issuer.upper(), respelt)
    assert _outcome(one, other) is _outcome(one, one)
    if any(character.isalnum() for character in one.value.partition("_")[0]):
        assert _outcome(one, one) is MTCH


@given(one=_IDENTIFICATIONS, held=st.lists(_IDENTIFICATIONS, max_size=4))
def test_the_order_of_what_is_held_does_not_matter(one: Identification, held: list[Identification]) -> None:
    assert _outcome(one, *held) is _outcome(one, *held[::-1])


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
