"""A policy file sets every knob to every value it allows, and says which knob it can't set and to what."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from control_plane.cli import main
from control_plane.errors import StartError
from control_plane.matching.engines import ENGINES
from control_plane.matching.policy_file import read_policy
from matcher import DEFAULT_POLICY, Outcome, Policy
from matcher.policy import ALLOWED

if TYPE_CHECKING:
    from pathlib import Path

KNOBS = [one.name for one in fields(Policy)]


def _written(value: object) -> str:
    return json.dumps(value.name if isinstance(value, Outcome) else value)


def _read(tmp_path: Path, text: str | bytes) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_policy(path)


def _values(knob: str) -> list[Any]:
    return [type(getattr(DEFAULT_POLICY, knob))(number) for number in ALLOWED[knob]]


@pytest.mark.parametrize("knob", KNOBS)
def test_every_value_of_every_knob_is_read_and_the_others_keep_their_defaults(
    tmp_path: Path, knob: str
) -> None:
    for value in _values(knob):
        read = _read(tmp_path, f"{knob} = {_written(value)}\n")
        assert read == replace(DEFAULT_POLICY, **{knob: value})
        assert type(getattr(read, knob)) is type(value)


def test_a_file_may_set_all_knobs_at_once_or_none(tmp_path: Path) -> None:
    last = Policy(**{knob: _values(knob)[-1] for knob in KNOBS})
    text = "".join(f"{knob} = {_written(getattr(last, knob))}\n" for knob in KNOBS)
    assert _read(tmp_path, text) == last
    assert _read(tmp_path, "# nothing\n") == DEFAULT_POLICY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('initial_typed = "MTCH"', 'initial_typed must be "CMTC" or "NMTC", not "MTCH"'),
        ("initial_typed = 2", 'initial_typed must be "CMTC" or "NMTC", not 2'),
        ("typo_budget = 3", "typo_budget must be 0 or 1 or 2, not 3"),
        ("typo_budget = true", "typo_budget must be 0 or 1 or 2, not true"),
        ("typo_budget = 1.0", "typo_budget must be 0 or 1 or 2, not 1.0"),
        ("disclose_person = 1", "disclose_person must be false or true, not 1"),
        ("disclose_person = 2026-01-01", 'disclose_person must be false or true, not "2026-01-01"'),
        ("[typo]\nbudget = 1", 'typo must be "CMTC" or "NMTC", not {"budget": 1}'),
    ],
)
def test_a_value_that_a_knob_does_not_allow_is_said_with_those_it_does(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(StartError) as caught:
        _read(tmp_path, text)
    assert str(caught.value) == f"policy.toml: {said}"


def test_an_unknown_knob_is_said_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(StartError) as caught:
        _read(tmp_path, "strictness = 9")
    assert str(caught.value) == f"policy.toml: strictness is no knob; the knobs are {', '.join(KNOBS)}"


@pytest.mark.parametrize("text", [b"typo_budget", b"a = 1\na = 2", b"# \xff"])
def test_what_is_no_toml_is_refused_by_the_files_name(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(StartError, match=r"^policy\.toml: is not TOML: "):
        _read(tmp_path, text)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_policy_decides_over_one_pair_and_over_a_file(tmp_path: Path, engine: str) -> None:
    policy, source, target = (tmp_path / name for name in ("policy.toml", "pairs.csv", "out.csv"))
    policy.write_text('initial_typed = "NMTC"\n', encoding="utf-8")
    source.write_text("kind,typed,registered\nperson,A. Lindqvist,Astrid Lindqvist\n", encoding="utf-8")
    options = ["--engine", engine, "--policy", str(policy)]
    one = CliRunner().invoke(
        main, ["match", "A. Lindqvist", "Astrid Lindqvist", "--kind", "person", *options]
    )
    assert one.output.splitlines()[0] == "outcome  NMTC"
    many = CliRunner().invoke(main, ["match", "--file", str(source), "--output", str(target), *options])
    assert many.exit_code == 0
    assert ",NMTC," in target.read_text(encoding="utf-8")


def test_a_policy_that_cannot_be_read_decides_nothing_and_writes_nothing(tmp_path: Path) -> None:
    policy, source, target = (tmp_path / name for name in ("policy.toml", "pairs.csv", "out.csv"))
    policy.write_text("strictness = 9\n", encoding="utf-8")
    source.write_text("kind,typed,registered\nperson,Anna,Anna\n", encoding="utf-8")
    result = CliRunner().invoke(
        main, ["match", "--file", str(source), "--output", str(target), "--policy", str(policy)]
    )
    assert result.exit_code == 1
    assert result.output.startswith("vop: policy.toml: strictness is no knob")
    assert not target.exists()
