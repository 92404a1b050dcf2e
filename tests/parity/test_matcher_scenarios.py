"""Both engines answer every scenario of `tests/scenarios` as the compliance officer reads it there."""

from __future__ import annotations

import pytest

from control_plane.matching.engines import ENGINES, Decide, EngineName, engine
from tests.parity import scenarios

ALL = scenarios.read()


@pytest.fixture(scope="module", params=ENGINES)
def decide(request: pytest.FixtureRequest) -> Decide:
    name: EngineName = request.param
    return engine(name)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.title)
def test_the_answer_is_the_expected_one(decide: Decide, scenario: scenarios.Scenario) -> None:
    decision = decide(scenario.question, scenario.account, scenario.knobs)
    assert scenario.accepts(decision), (
        f"expected {scenario.outcome} for {scenario.reason}, got {decision.outcome.name} "
        f"for {[reason.name for reason in decision.reasons]}, telling {decision.matched_name!r}"
    )
