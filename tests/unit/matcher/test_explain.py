"""Explanations: they tell what the decision says, name the rule and the knob, and hide what they hold."""

from __future__ import annotations

from random import Random

import pytest

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Explanation,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    Outcome,
    Policy,
    Reason,
    decide,
    explain,
    explanation_text,
)
from matcher.alignment import Fit
from matcher.explain import Tag
from tests.parity import matcher_cases


def explained(
    typed: str,
    *names: str,
    kind: HolderKind = HolderKind.PERSON,
    policy: Policy = DEFAULT_POLICY,
    never_disclose: bool = False,
) -> Explanation:
    """Explain a text against an account whose holders have one name each."""
    holders = tuple(Holder(kind, (Name(name),)) for name in names)
    return explain(typed, Account(AccountStatus.ACTIVE, holders, (), never_disclose), policy)


def tags(explanation: Explanation, side: str) -> dict[str, set[Tag]]:
    """Give the tags of each word of the first part's side."""
    return {word.text: set(word.tags) for word in getattr(explanation.parts[0], side)}


@pytest.mark.parametrize("seed", range(300))
def test_an_explanation_is_of_the_decision_and_its_rules_are_the_reasons(seed: int) -> None:
    random = Random(seed)
    account, policy = matcher_cases.account(random), matcher_cases.policy(random)
    typed = matcher_cases.typed_for(random, account)
    explanation = explain(typed, account, policy)
    assert explanation.decision == decide(typed, account, policy)
    notes = [*(note for part in explanation.parts for note in part.notes), *explanation.notes]
    assert tuple(sorted({note.reason for note in notes})) == explanation.decision.reasons
    assert max(note.ceiling for note in notes) is explanation.decision.outcome
    for part in explanation.parts:
        assert part.held == account.holders[part.holder].names[part.name].text
        for pair in part.pairs:
            assert pair.typed
            assert pair.registered
            assert pair.cost >= 0
    assert explanation_text.write(explanation).startswith(f"Outcome    {explanation.decision.outcome.name}")


def test_the_knob_that_decided_is_named_with_what_its_other_settings_answer() -> None:
    explanation = explained("A. Lindqvist", "Astrid Lindqvist")
    assert explanation.decided_by == (Reason.INITIAL_TYPED, Outcome.CMTC, "initial_typed")
    assert [(one.setting, one.outcome) for one in explanation.alternatives] == [(Outcome.NMTC, Outcome.NMTC)]
    text = explanation_text.write(explanation)
    assert "the knob initial_typed = CMTC; with NMTC the answer is NMTC" in text


def test_no_rule_decided_a_match() -> None:
    explanation = explained("Astrid Lindqvist", "Dr. Astrid Lindqvist")
    assert explanation.decision.outcome is Outcome.MTCH
    assert explanation.decided_by is None
    assert explanation.alternatives == ()


def test_a_close_match_that_is_withheld_was_decided_by_the_knob_that_says_so() -> None:
    explanation = explained("Astrid Lindqvst", "Astrid Lindqvist", never_disclose=True)
    assert explanation.decided_by == (Reason.NOT_DISCLOSABLE, Outcome.NMTC, "withheld")
    assert explanation.parts[0].outcome is Outcome.CMTC
    assert [(one.setting, one.outcome) for one in explanation.alternatives] == [(Outcome.NOAP, Outcome.NOAP)]


def test_the_words_of_a_person_carry_what_they_are() -> None:
    explanation = explained("Lindqvist, Dr. A. & von", "Astrid Britta von Lindqvist III")
    assert tags(explanation, "typed")["lindqvist"] == {Tag.SURNAME, Tag.CORE}
    assert tags(explanation, "typed")["dr"] == {Tag.TITLE, Tag.LIGHT}
    assert tags(explanation, "typed")["a"] == {Tag.GIVEN, Tag.INITIAL, Tag.CORE}
    assert tags(explanation, "typed")["&"] == {Tag.SIGN, Tag.LIGHT}
    assert tags(explanation, "registered")["britta"] == {Tag.MIDDLE, Tag.CORE}
    assert tags(explanation, "registered")["von"] == {Tag.PARTICLE, Tag.LIGHT}
    assert tags(explanation, "registered")["iii"] == {Tag.GENERATION, Tag.CORE}


def test_the_words_of_an_organisation_carry_what_they_are() -> None:
    explanation = explained(
        "Nordwind und Partner Fonds II GmbH", "Nordwind Fonds 2", kind=HolderKind.ORGANISATION
    )
    found = tags(explanation, "typed")
    assert found["nordwind"] == {Tag.DISTINCTIVE, Tag.CORE}
    assert found["und"] == {Tag.CONNECTOR, Tag.LIGHT}
    assert Tag.NUMBER in found["ii"]
    assert found["gmbh"] == {Tag.FORM}


def test_a_pair_counts_the_letters_that_fit_and_those_that_do_not() -> None:
    explanation = explained("Astrid Lindqvst", "Astrid Lindqvist")
    pairs = {pair.fit: (pair.weight, pair.cost) for pair in explanation.parts[0].pairs}
    assert pairs == {Fit.FULL: (12, 0), Fit.TYPO: (15, 2)}


def test_each_part_of_a_joint_answer_has_a_holder_of_its_own() -> None:
    explanation = explained("Peter und Anna Sommer", "Anna Sommer", "Peter Sommer")
    assert [part.held for part in explanation.parts] == ["Peter Sommer", "Anna Sommer"]
    assert [note.reason for note in explanation.notes] == [Reason.JOINT]
    assert "Part 2 of 2" in explanation_text.write(explanation)


@pytest.mark.parametrize(
    ("typed", "account", "reason"),
    [
        ("A", Account(AccountStatus.CLOSED), Reason.NOT_ACTIVE),
        ("A", Account(AccountStatus.ACTIVE), Reason.NO_HOLDER),
        (
            (Identification(IdentificationKind.LEI, "", "", "5493001KJTIIGC8Y1R12"),),
            Account(AccountStatus.ACTIVE),
            Reason.IDENTIFICATION_NOT_HELD,
        ),
    ],
)
def test_what_compares_no_names_is_explained_by_its_reason(
    typed: str | tuple[Identification, ...], account: Account, reason: Reason
) -> None:
    explanation = explain(typed, account, DEFAULT_POLICY)
    assert explanation.parts == ()
    assert explanation.decided_by == (reason, Outcome.NOAP, "")
    assert reason.name in explanation_text.write(explanation)


def test_the_text_has_words_for_every_reason_fit_and_tag() -> None:
    assert set(explanation_text.REASONS) == set(Reason)
    assert set(explanation_text.FITS) == set(Fit) - {Fit.NONE}
    assert set(explanation_text.TAGS) == set(Tag) - {Tag.CORE}


def test_no_name_shows_in_the_structure() -> None:
    shown = repr(explained("A. Lindqvist", "Dr. Astrid Lindqvist")).casefold()
    assert "lindqvist" not in shown
    assert "astrid" not in shown
