"""A name that was cut is the beginning of the other, at a field's length or elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import DEFAULT_POLICY, Outcome, Reason, explain
from matcher.cut import FIELD_LENGTHS, KEPT_MIN, LETTERS_MIN
from matcher.verdict import WHOLE
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, ORGANISATION, PERSON, account, against, holder

LONG = (
    "Gemeinnützige Wohnungsbaugenossenschaft Nordlichterviertel Hafenkante Kupferschmiede "
    "Lampenfabrikanten Segelmacherei Brückenbauerinnung"
)
PERSONS_NAME = "Annalena Friederike Nordlichterstein"


@pytest.mark.parametrize("length", sorted(FIELD_LENGTHS - {140}))
def test_the_beginning_that_fills_a_field_matches_both_ways(length: int) -> None:
    for typed, registered in ((LONG[:length], LONG), (LONG, LONG[:length])):
        decision = against(typed, registered, kind=ORGANISATION)
        assert decision.outcome is MTCH
        assert Reason.NAME_CUT in decision.reasons


@given(st.integers(20, 100).filter(lambda length: length not in FIELD_LENGTHS))
def test_any_other_beginning_is_no_match(length: int) -> None:
    assert against(LONG[:length], LONG, kind=ORGANISATION).outcome is not MTCH


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Nordlicht Kup", "Nordlicht Kupferschmiede", CMTC),
        ("Nordlicht Ku", "Nordlicht Kupferschmiede", NMTC),
        ("Nordlich Kup", "Nordlicht Kupferschmiede", NMTC),
        ("Seewind Kup", "Seewind Kupferschmiede", NMTC),
        ("Nordlicht Kupfer", "Nordlicht Kupferschmiede II", NMTC),
        ("Nordlichter Kupferschmiede", "Nordlichter Kupferschmiede Segelmacherei", NMTC),
    ],
)
def test_a_cut_elsewhere_needs_letters_of_the_word_and_enough_of_them(
    typed: str, registered: str, outcome: Outcome
) -> None:
    assert against(typed, registered, kind=ORGANISATION).outcome is outcome


def test_the_limits_are_those_of_the_cases_above() -> None:
    assert (len("NordlichtKup"), len("Kup")) == (LETTERS_MIN, KEPT_MIN)


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Nordlicht Kupferschmiede   ", "Nordlicht Kupferschmiede Segelmacherei", NMTC),
        ("Nordlicht Kupferschmiede AG", "Nordlicht Kupferschmiede AG Seewind", NMTC),
        ("Nordlichter Kupferschmieden", "Nordlichter Kupferschmieden Holding", CMTC),
        ("Nordlichter Kupferschmieden", "Nordlichter Kupferschmieden 2", NMTC),
        ("Nordlichter Kupferschmiede2", "Nordlichter Kupferschmiede21", NMTC),
        ("Nordlichter Kupferschmieder", "Nordlichter Kupferschmiederei 2", CMTC),
        ("Nordlichter Kupferschmieder", "Nordlichter Kupferschmiederei", MTCH),
    ],
)
def test_what_fills_a_field_is_no_cut_where_it_is_padded_or_whole_or_lacks_a_number(
    typed: str, registered: str, outcome: Outcome
) -> None:
    assert len(typed) in FIELD_LENGTHS
    assert against(typed, registered, kind=ORGANISATION).outcome is outcome


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        (PERSONS_NAME[:27], MTCH),
        (PERSONS_NAME[:26], CMTC),
        (PERSONS_NAME[:21], NMTC),
        (PERSONS_NAME[:7], NMTC),
        (f"{PERSONS_NAME[:19]:27}", NMTC),
    ],
)
def test_of_a_person_the_given_name_and_some_of_the_surname_must_be_left(
    typed: str, outcome: Outcome
) -> None:
    assert against(typed, PERSONS_NAME, kind=PERSON).outcome is outcome


@given(st.integers(1, len(PERSONS_NAME) - 1), st.integers(0, 140))
def test_no_padding_makes_a_match_of_given_names_alone(length: int, width: int) -> None:
    typed = PERSONS_NAME[:length].ljust(width)
    if against(typed, PERSONS_NAME).outcome is MTCH:
        assert length > len("Annalena Friederike ")


@pytest.mark.parametrize(
    ("typed", "registered"),
    [("Anna Müünzüür", "Anna Müünzüürger"), ("Maria Theresia Üüüöööb", "Maria Theresia Üüüöööberg")],
)
def test_a_cut_word_counts_no_more_letters_than_it_has(typed: str, registered: str) -> None:
    explained = explain(typed, account(holder(registered)), DEFAULT_POLICY)
    assert 0 < explained.parts[0].similarity <= WHOLE
