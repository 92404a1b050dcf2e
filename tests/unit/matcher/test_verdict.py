"""Where a similarity is placed, each outcome in its own range."""

import pytest

from matcher import Outcome
from matcher.verdict import score

RANGES = {Outcome.MTCH: (900, 1000), Outcome.CMTC: (600, 899), Outcome.NMTC: (0, 599), Outcome.NOAP: (0, 0)}


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("similarity", [0, 1, 999, 1000, 1001, 1066, 2000])
def test_no_similarity_leaves_the_range_of_its_outcome(outcome: Outcome, similarity: int) -> None:
    least, most = RANGES[outcome]
    assert least <= score(outcome, similarity) <= most
