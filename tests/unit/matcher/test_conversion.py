"""A close match's name in the scheme's base set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import DEFAULT_POLICY, Policy
from matcher.conversion import BASE_SET, NAME_CHARACTERS_MAX, Conversion
from matcher.tables import blob
from matcher.words import Folding
from tests.unit.matcher.cases import CMTC, MTCH, against

CONVERSION = Conversion(blob.load().sections[9])
LATIN = Policy(matched_name_latin=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Jürgen Großmann", "Jurgen Grosmann"),
        ("ÄÖÜÆØÅÑÇČĐŁŐŒŠŢȚȘŮŽıĲ", "AOUAOANCCDLOOSTTSUZiI"),
        ("Þór þór Ð ð", "bor por . ."),
        ("Θανάσης Χρήστου Ψωμάς", "THanasis CHristoy PSomas"),
        ("ΒΗΘΧΨΥΦΞΩ", "VITHCHPSYFXO"),
        ("Жейхцчшщъью Яна", "ZHeyhtschshshtayyu YAna"),
        ("Ёлкин Љубица Їжак", ".lkin .ubitsa .zhak"),
        ("Müller & Söhne [Bau] «Nord»; a_b", "Muller + Sohne (Bau) .Nord., a-b"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Brien\N{EN DASH}Smith\N{NO-BREAK SPACE}Ltd", "O'Brien-Smith Ltd"),
        ("Mu\N{COMBINING DIAERESIS}ller\N{ZERO WIDTH SPACE}", "Muller"),
        ("محمد", "...."),
    ],
)
def test_each_letter_is_told_as_the_schemes_table_says(name: str, told: str) -> None:
    assert CONVERSION.of(name) == told


@given(name=st.text(max_size=200))
def test_a_name_told_is_of_the_base_set_within_the_limit_and_converts_to_itself(name: str) -> None:
    told = CONVERSION.of(name)
    assert set(told) <= set(BASE_SET)
    assert len(told) <= NAME_CHARACTERS_MAX
    assert CONVERSION.of(told) == told


def test_what_is_left_out_is_nothing_that_a_name_is_compared_by() -> None:
    folding = Folding(*blob.load().sections[:4])
    left_out = [code for code, text in CONVERSION.items() if not text]
    assert left_out
    assert all(folding.of(code).kind is blob.Class.DROP for code in left_out)


def test_a_capital_letter_and_its_small_one_are_told_alike() -> None:
    for code, text in CONVERSION.items():
        capital, small = chr(code), chr(code).lower()
        if text.isupper() and len(small) == 1 and small != capital:
            assert CONVERSION.of(small) == text.lower()


@pytest.mark.parametrize("letters", [NAME_CHARACTERS_MAX - 1, NAME_CHARACTERS_MAX])
def test_a_name_that_grows_beyond_the_limit_is_cut(letters: int) -> None:
    assert CONVERSION.of("a" * (letters - 1) + "Щ") == ("a" * (letters - 1) + "SHT")[:NAME_CHARACTERS_MAX]
    assert CONVERSION.of("Щ" * letters) == ("SHT" * letters)[:NAME_CHARACTERS_MAX]


def test_the_policy_decides_in_which_characters_a_close_match_is_told() -> None:
    assert against("J. Großmann", "Jürgen Großmann", policy=DEFAULT_POLICY).matched_name == "Jürgen Großmann"
    close = against("J. Großmann", "Jürgen Großmann", policy=LATIN)
    assert (close.outcome, close.matched_name) == (CMTC, "Jurgen Grosmann")
    match = against("Jürgen Großmann", "Jürgen Großmann", policy=LATIN)
    assert (match.outcome, match.matched_name) == (MTCH, None)
