"""The pairs that the Python matcher is measured over."""

from bench import decisions
from matcher import HolderKind


def test_pairs_are_the_same_each_time_and_half_of_persons() -> None:
    made = decisions.pairs(200)
    assert made == decisions.pairs(200)
    assert sum(kind is HolderKind.PERSON for kind, _, _ in made) == 100


def test_registered_names_are_new_and_fit_a_record() -> None:
    names = [registered for _, _, registered in decisions.pairs(2_000)]
    assert len(set(names)) > 0.99 * len(names)
    assert max(map(len, names)) <= 140
