"""The policy's encoding and the values its knobs allow."""

from dataclasses import fields

import pytest

from matcher import DEFAULT_POLICY, Outcome, Policy
from matcher.policy import FORMAT, TYPO_BUDGET_MAX


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
