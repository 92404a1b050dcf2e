"""What makes one name of the other is told from the texts: invented names are changed in one way."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.variations import changes
from bench.variations.source import FORMS, Organisation, Person
from control_plane.matching.variations import EDITS_MAX, PERSON_WORDS_MIN, VARIATIONS, variation

_GIVEN = st.sampled_from(("Jürgen", "Zdeňka", "Aurélien", "Mathilde", "Søren", "Wolfgang", "Ottokar"))
_CORE = st.sampled_from(("Brückmann", "Quasthoff", "O'Tessari", "Lindqvist-Ålgård", "Ďurovičová", "Grümmer"))
_PARTICLES = st.sampled_from(((), ("van", "der"), ("de",)))
PERSONS = st.builds(
    lambda given_names, particles, core: Person(tuple(given_names), (*particles, core)),
    st.lists(_GIVEN, min_size=1, max_size=3, unique=True),
    _PARTICLES,
    _CORE,
)
ORGANISATIONS = st.builds(
    Organisation,
    st.sampled_from(("Brückmann-Quasthoff Logistik", "Ålgård's Møbler", "Muster Příkladné Stroje")),
    st.sampled_from(sorted(FORMS)),
)
SEEDS = st.integers(0, 2**32)
TOLD_OTHERWISE = {"legal form missing": "legal form", "legal form differs": "legal form"}


@pytest.mark.parametrize("name", changes.OF_PERSONS)
@given(person=PERSONS, seed=SEEDS)
def test_a_change_of_a_persons_name_is_told(name: str, person: Person, seed: int) -> None:
    pair = changes.OF_PERSONS[name](Random(seed), person)
    if pair is not None:
        allowed = {name, "presentation", "spacing"} if name == "typo" else {name}
        assert variation("person", *pair) in allowed


@pytest.mark.parametrize("name", sorted(set(changes.OF_ORGANISATIONS) - {"legal form synonym"}))
@given(one=ORGANISATIONS, seed=SEEDS)
def test_a_change_of_an_organisations_name_is_told(name: str, one: Organisation, seed: int) -> None:
    pair = changes.OF_ORGANISATIONS[name](Random(seed), one)
    if pair is not None:
        told = variation("org", *pair)
        assert told == TOLD_OTHERWISE.get(name, name) or (name == "typo" and told in VARIATIONS)


@given(one=ORGANISATIONS, seed=SEEDS)
def test_a_legal_form_written_otherwise_is_one_or_only_punctuation(one: Organisation, seed: int) -> None:
    pair = changes.form_synonym(Random(seed), one)
    assert pair is not None
    assert variation("org", *pair) in {"legal form", "presentation"}


@given(kind=st.sampled_from(("person", "org")), one=st.text(max_size=140), other=st.text(max_size=140))
def test_every_pair_of_texts_has_a_variation_and_both_directions_the_same(
    kind: str, one: str, other: str
) -> None:
    told = variation(kind, one, other)
    assert told in VARIATIONS
    assert variation(kind, other, one) == told


@pytest.mark.parametrize(
    ("kind", "one", "other", "told"),
    [
        ("person", "JEAN-PIERRE TESSARI", "Jean Pierre Tessari", "presentation"),
        ("person", "Jürgen Grümmer", "Juergen Gruemmer", "umlaut"),
        ("person", "Jürgen Grümmer", "Jurgen Grummer", "umlaut"),
        ("person", "Juergen Gruemmer", "Jurgen Grummer", "typo"),
        ("person", "Jeanpierre Tessari", "Jean-Pierre Tessari", "spacing"),
        ("person", "Tessari, Jean", "Jean Tessari", "order"),
        ("person", "Jean Tessari, Ph.D.", "Tessari Jean", "title"),
        ("person", "J.P. Tessari", "Jean-Pierre Tessari", "initial"),
        ("person", "JP Tessari", "Jean-Pierre Tessari", "initial"),
        ("person", "Jean P. Tessari", "Jean Tessari", "token dropped"),
        ("person", "Tessari", "Jean Tessari", "other"),
        ("person", "Mathilde Tessari", "Mathilde Quasthoff", "other"),
        ("org", "Muster", "Muster GmbH & Co. KG", "legal form"),
        ("org", "UAB Muster", "Muster s. r. o.", "legal form"),
        ("org", "GmbH", "AG", "other"),
        ("org", "Muster", "Muster Holding", "token dropped"),
        ("org", "Muster Ost", "Muster West", "typo"),
    ],
)
def test_the_first_kind_that_explains_the_whole_difference_is_told(
    kind: str, one: str, other: str, told: str
) -> None:
    assert variation(kind, one, other) == told


def test_a_typo_has_at_most_two_edits() -> None:
    name, edits = "Wolfgang Quasthoff", "xyz"
    assert variation("person", name, name + edits[:EDITS_MAX]) == "typo"
    assert variation("person", name, name + edits[: EDITS_MAX + 1]) == "other"


def test_a_person_keeps_two_words_when_others_are_dropped() -> None:
    words = ["Mathilde", "Aurora", "Quasthoff"]
    assert variation("person", " ".join(words[:PERSON_WORDS_MIN]), " ".join(words)) == "token dropped"
    assert variation("person", " ".join(words[: PERSON_WORDS_MIN - 1]), " ".join(words)) == "other"
