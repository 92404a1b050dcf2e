"""Both engines answer every scenario of `tests/scenarios` as the compliance officer reads it there."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest

from control_plane.matching.engines import ENGINES, Decide, EngineName, engine
from matcher import DEFAULT_POLICY, Outcome
from tests.parity import scenarios

ALL = scenarios.read()


@pytest.fixture(scope="module", params=ENGINES)
def decide(request: pytest.FixtureRequest) -> Decide:
    name: EngineName = request.param
    return engine(name)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.title)
def test_the_answer_is_the_expected_one(decide: Decide, scenario: scenarios.Scenario) -> None:
    outcome, reason, told = scenario.expected
    decision = decide(scenario.question, scenario.account, DEFAULT_POLICY)
    assert (decision.outcome, decision.matched_name) == (outcome, told), decision.reasons
    assert reason in decision.reasons


@pytest.mark.parametrize("rule", sorted({scenario.rule for scenario in ALL}))
def test_a_rule_has_eight_scenarios_or_more_and_some_on_each_side(rule: str) -> None:
    outcomes = Counter(Outcome[one.outcome] for one in ALL if one.rule == rule)
    negative = outcomes[Outcome.NMTC] + outcomes[Outcome.NOAP]
    assert outcomes.total() >= 8
    assert 0 < negative < outcomes.total()


def test_no_scenario_stands_twice() -> None:
    asked = Counter((one.question, one.account) for one in ALL)
    assert [one.title for one in ALL if asked[one.question, one.account] > 1] == []


def test_a_rule_stands_in_one_place() -> None:
    rules = [rule for rule, _ in groupby(ALL, key=lambda one: (one.kind, one.rule))]
    assert len(rules) == len(set(rules))


def test_the_scenarios_speak_over_twenty_languages() -> None:
    assert len({one.language for one in ALL}) > 20
