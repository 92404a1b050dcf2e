"""The policy's encoding, the values its knobs allow, and that a stricter knob never says more."""

from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import (
    DEFAULT_POLICY,
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Name,
    Outcome,
    Policy,
    decide,
)
from matcher.policy import FORMAT, TYPO_BUDGET_MAX
from tests.parity import matcher_cases


def test_a_policy_comes_back_from_its_encoding() -> None:
    other = Policy(
        initial_typed=Outcome.NMTC,
        typo_budget=1,
        disclose_person=False,
        withheld=Outcome.NOAP,
        matched_name_latin=True,
    )
    for policy in (DEFAULT_POLICY, other):
        assert Policy.decode(policy.encode()) == policy
        assert [type(getattr(Policy.decode(policy.encode()), one.name)) for one in fields(policy)] == [
            type(getattr(policy, one.name)) for one in fields(policy)
        ]


def test_an_older_format_is_refused_by_its_name() -> None:
    assert DEFAULT_POLICY.encode()[0] == FORMAT
    with pytest.raises(ValueError, match="the first byte must be the format, 2"):
        Policy.decode(b"\x01" + DEFAULT_POLICY.encode()[1:-1])


@pytest.mark.parametrize("position", range(len(DEFAULT_POLICY.encode())))
def test_an_encoding_with_an_unknown_value_is_refused(position: int) -> None:
    damaged = bytearray(DEFAULT_POLICY.encode())
    damaged[position] = 9
    with pytest.raises(ValueError, match="policy"):
        Policy.decode(bytes(damaged))


@pytest.mark.parametrize("encoded", [b"", DEFAULT_POLICY.encode()[:-1], DEFAULT_POLICY.encode() + b"\0"])
def test_an_encoding_of_another_length_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError, match="policy"):
        Policy.decode(encoded)


@pytest.mark.parametrize(
    "knobs",
    [
        {"typo": Outcome.MTCH},
        {"form_differs": Outcome.MTCH},
        {"surname_only": Outcome.MTCH},
        {"withheld": Outcome.CMTC},
        {"typo_budget": TYPO_BUDGET_MAX + 1},
        {"typo_budget": -1},
    ],
)
def test_no_knob_can_make_a_match_of_a_doubt(knobs: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(knobs))):
        Policy(**knobs)  # type: ignore[arg-type]


SCORE_NO_MATCH_MAX = 599
_CEILINGS = [one.name for one in fields(Policy) if one.type is Outcome and one.name != "withheld"]


def _said(typed: str, account: Account, policy: Policy) -> Outcome:
    """Give the outcome; no match and not possible say as little."""
    return min(decide(typed, account, policy).outcome, Outcome.NMTC)


@settings(deadline=None, max_examples=300)
@given(seed=st.integers(0, 2**63), knob=st.sampled_from([*_CEILINGS, "typo_budget"]))
def test_a_stricter_knob_never_says_more_of_a_name(seed: int, knob: str) -> None:
    random = Random(seed)
    kind = random.choice(list(HolderKind))
    registered = matcher_cases.name(random, kind)
    account = Account(AccountStatus.ACTIVE, (Holder(kind, (Name(registered),)),))
    typed = matcher_cases.typed_for(random, account)
    lax = matcher_cases.policy(random)
    strict = replace(lax, **{knob: 0 if knob == "typo_budget" else Outcome.NMTC})  # type: ignore[arg-type]
    assert _said(typed, account, strict) >= _said(typed, account, lax)


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**63))
def test_what_may_not_be_disclosed_is_told_in_no_policy(seed: int) -> None:
    random = Random(seed)
    account = replace(matcher_cases.account(random), never_disclose=True)
    policy = matcher_cases.policy(random)
    decision = decide(matcher_cases.typed_for(random, account), account, policy)
    assert decision.outcome is not Outcome.CMTC
    assert decision.matched_name is None


def test_a_close_match_withheld_scores_as_no_match() -> None:
    holder = Holder(HolderKind.PERSON, (Name("Grete Adel"),), never_disclose=True)
    decision = decide("Gr.te Adel", Account(AccountStatus.ACTIVE, (holder,)), DEFAULT_POLICY)
    assert decision.outcome is Outcome.NMTC
    assert decision.score <= SCORE_NO_MATCH_MAX
