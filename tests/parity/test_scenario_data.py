"""The scenarios are what they promise: enough of each rule, of each side, both ways, in many languages."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest

from matcher import DEFAULT_POLICY, Outcome, Reason
from tests.parity import scenarios

ALL = scenarios.read()
BY_RULE = {rule: [one for one in ALL if one.rule == rule] for rule in sorted({one.rule for one in ALL})}


def test_there_are_at_least_four_hundred_scenarios() -> None:
    assert len(ALL) >= 400


def test_the_scenarios_speak_over_twenty_languages() -> None:
    languages = Counter(one.language for one in ALL)
    assert len(languages) > 20
    assert languages.most_common(1)[0][1] <= len(ALL) // 3


@pytest.mark.parametrize("rule", BY_RULE)
def test_a_rule_has_at_least_eight_scenarios_and_half_of_them_are_near_cases_that_it_must_not_reach(
    rule: str,
) -> None:
    near = sum(not one.fits for one in BY_RULE[rule])
    assert len(BY_RULE[rule]) >= 8
    assert near >= 4
    assert 2 * near >= len(BY_RULE[rule])
    assert near < len(BY_RULE[rule])


@pytest.mark.parametrize("rule", BY_RULE)
def test_a_rule_speaks_at_least_four_languages(rule: str) -> None:
    assert len({one.language for one in BY_RULE[rule]}) >= 4


@pytest.mark.parametrize("rule", [rule for rule, some in BY_RULE.items() if any(s.both_ways for s in some)])
def test_a_rule_that_holds_both_ways_has_scenarios_with_the_sides_exchanged(rule: str) -> None:
    asked = {_sides(one) for one in BY_RULE[rule]}
    assert any(one != (one[1], one[0]) and (one[1], one[0]) in asked for one in asked)


def test_no_scenario_stands_twice() -> None:
    asked = Counter((one.question, one.account, one.knobs) for one in ALL)
    assert [one.title for one in ALL if asked[one.question, one.account, one.knobs] > 1] == []


def test_a_rule_stands_in_one_place_per_kind() -> None:
    places = [place for place, _ in groupby(ALL, key=lambda one: (one.kind, one.rule))]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.title)
def test_a_scenario_says_what_it_must(scenario: scenarios.Scenario) -> None:
    assert bool(scenario.typed) != bool(scenario.typed_id)
    assert Reason[scenario.reason]
    assert scenario.why
    assert scenario.at_most <= (scenario.best in (Outcome.MTCH, Outcome.CMTC))
    assert not scenario.policy or scenario.knobs != DEFAULT_POLICY
    assert not scenario.matched or scenario.best is Outcome.CMTC


def _sides(scenario: scenarios.Scenario) -> tuple[str, str]:
    if scenario.typed_id:
        return scenario.typed_id, " ".join(scenario.held)
    registered = scenario.registered
    return scenario.typed, registered if isinstance(registered, str) else ", ".join(registered)
