"""Several holders, aliases, disclosure, and what can't be matched at all."""

import pytest

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Holder,
    Name,
    NameKind,
    Outcome,
    Policy,
    Reason,
    decide,
)
from matcher.alignment import STEPS_MAX
from tests.unit.matcher.cases import (
    CMTC,
    MTCH,
    NMTC,
    NOAP,
    ORGANISATION,
    PERSON,
    account,
    against,
    holder,
)


@pytest.mark.parametrize(
    "typed",
    [
        "Anna Müller",
        "Peter Müller",
        "Peter und Anna Müller",
        "Anna & Peter Müller",
        "Müller Peter und Anna",
        "Eheleute Peter und Anna Müller",
        "Anna Müller und Peter Müller",
    ],
)
def test_one_holder_or_all_of_them_in_any_order_match_a_joint_account(typed: str) -> None:
    assert against(typed, "Peter Müller", "Anna Müller").outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "outcome", "reason"),
    [
        ("Peter und Anna Muller", CMTC, Reason.JOINT),
        ("Peter und Telekom", NMTC, Reason.SURNAME_MISSING),
        ("Telekom und Peter Mueler", CMTC, Reason.MIDDLE_EXTRA),
        ("Telekom AG und Peter Mueler", NMTC, Reason.WORDS_EXTRA),
    ],
)
def test_a_joint_account_matches_no_more_closely_than_each_part(
    typed: str, outcome: Outcome, reason: Reason
) -> None:
    decision = against(typed, "Peter Mueler", "Anna Mueler")
    assert decision.outcome is outcome
    assert reason in decision.reasons


def test_the_best_holder_decides_and_the_first_wins_a_tie() -> None:
    assert against("Anna Müller", "Anna Mueler", "Anna Müller", "Anna Müller").holder == 1


def test_a_disclosable_holder_wins_a_tie() -> None:
    joint = account(holder("Anna Muller", never_disclose=True), holder("Anna Muller"))
    decision = decide("Anna Mueller", joint, DEFAULT_POLICY)
    assert (decision.outcome, decision.holder, decision.matched_name) == (CMTC, 1, "Anna Muller")


def test_a_close_match_on_an_alias_returns_that_alias_and_never_the_civil_name() -> None:
    decision = decide("Studio Nordlihct", account(holder("Anna Müller", "Studio Nordlicht")), DEFAULT_POLICY)
    assert (decision.outcome, decision.matched_name, decision.name) == (CMTC, "Studio Nordlicht", 1)
    assert Reason.ALIAS in decision.reasons


def test_a_former_name_matches_and_is_never_returned() -> None:
    former = account(Holder(PERSON, (Name("Anna Weber"), Name("Anna Mueller", NameKind.FORMER))))
    exact, close = (decide(typed, former, DEFAULT_POLICY) for typed in ("Anna Mueller", "Anna Muller"))
    assert exact.outcome is MTCH
    assert (close.outcome, close.matched_name) == (NMTC, None)
    assert Reason.NOT_DISCLOSABLE in close.reasons


@pytest.mark.parametrize(
    ("held", "policy"),
    [
        (account(holder("Anna Mueller"), never_disclose=True), Policy()),
        (account(holder("Anna Mueller", never_disclose=True)), Policy()),
        (account(holder("Anna Mueller")), Policy(disclose_person=False)),
    ],
)
def test_a_close_match_that_may_not_be_disclosed_is_no_match(held: Account, policy: Policy) -> None:
    decision = decide("Anna Muller", held, policy)
    assert (decision.outcome, decision.matched_name, decision.holder) == (NMTC, None, None)
    assert decision.score <= 599
    assert Reason.NOT_DISCLOSABLE in decision.reasons
    assert decide("Anna Mueller", held, policy).outcome is MTCH


def test_the_policy_may_withhold_a_close_match_as_not_possible() -> None:
    held = account(holder("Anna Mueller", never_disclose=True))
    decision = decide("Anna Muller", held, Policy(withheld=NOAP))
    assert (decision.outcome, decision.score) == (NOAP, 0)


def test_disclosure_of_organisations_is_a_knob_of_its_own() -> None:
    held = account(holder("Acme Holding", kind=ORGANISATION))
    assert decide("Acme", held, Policy(disclose_person=False)).outcome is CMTC
    assert decide("Acme", held, Policy(disclose_organisation=False)).outcome is NMTC


@pytest.mark.parametrize("status", [AccountStatus.CLOSED, AccountStatus.TOO_LARGE])
def test_an_account_that_is_not_active_is_not_possible(status: AccountStatus) -> None:
    decision = decide("Anna Müller", Account(status, (holder("Anna Müller"),)), DEFAULT_POLICY)
    assert (decision.outcome, decision.reasons) == (NOAP, (Reason.NOT_ACTIVE,))


def test_an_account_without_a_name_is_not_possible() -> None:
    assert decide("Anna Müller", account(), DEFAULT_POLICY).reasons == (Reason.NO_HOLDER,)


@pytest.mark.parametrize(("words", "reason"), [(32, Reason.SURNAME_MISSING), (33, Reason.TOO_MANY_WORDS)])
def test_more_words_than_the_limit_are_no_match(words: int, reason: Reason) -> None:
    decision = against(" ".join(["Anna", *["xy"] * (words - 1)]), "Anna Müller")
    assert decision.outcome is NMTC
    assert reason in decision.reasons


@pytest.mark.parametrize(("length", "outcome"), [(140, MTCH), (141, NMTC)])
def test_a_text_longer_than_a_name_is_no_match(length: int, outcome: Outcome) -> None:
    text = "x" * length
    assert against(text, text).outcome is outcome


def test_work_beyond_the_step_budget_is_no_match() -> None:
    registered = " ".join(["a1"] * 32)
    names = STEPS_MAX // (32 * 32) + 1
    held = account(*(holder(registered) for _ in range(names)))
    assert decide(" ".join(["b2"] * 32), held, DEFAULT_POLICY).reasons == (Reason.STEPS_EXHAUSTED,)
    held = account(*(holder(registered) for _ in range(names - 1)))
    assert decide(" ".join(["b2"] * 32), held, DEFAULT_POLICY).reasons == (Reason.NOTHING_IN_COMMON,)


def test_the_score_follows_the_outcome() -> None:
    ranges = {MTCH: (900, 1000), CMTC: (600, 899), NMTC: (0, 599)}
    for typed in (
        "Anna Maria Müller",
        "Anna Müller",
        "A. Müller",
        "Müller",
        "Peter Schmidt",
        "Anna Muller X",
    ):
        decision = against(typed, "Anna Maria Müller")
        low, high = ranges[decision.outcome]
        assert low <= decision.score <= high


def test_a_decision_shows_no_name() -> None:
    decision = against("Anna Muller", "Anna Mueller")
    assert decision.matched_name == "Anna Mueller"
    assert "Anna" not in repr(decision)


@pytest.mark.parametrize("kind", [NameKind.REGISTERED, NameKind.FORMER])
def test_a_close_part_of_a_joint_name_is_told_only_if_its_holder_may_be(kind: NameKind) -> None:
    peter = Holder(PERSON, (Name("Peter Vogtmann"),))
    names = (
        (Name("Anna Lindenau"),)
        if kind is NameKind.REGISTERED
        else (Name("Xaver"), Name("Anna Lindenau", kind))
    )
    anna = Holder(PERSON, names, never_disclose=kind is NameKind.REGISTERED)
    account = Account(AccountStatus.ACTIVE, (peter, anna))
    decision = decide("Peter Vogtmann und A. Lindenau", account, DEFAULT_POLICY)
    assert (decision.outcome, decision.matched_name) == (Outcome.NMTC, None)
    assert Reason.NOT_DISCLOSABLE in decision.reasons
