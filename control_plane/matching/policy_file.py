"""A matching policy written as TOML: knobs by name, as in `initial_typed = "NMTC"` or `typo_budget = 1`."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from control_plane.errors import StartError
from matcher import DEFAULT_POLICY, Outcome, Policy
from matcher.policy import ALLOWED

if TYPE_CHECKING:
    from pathlib import Path


def read_policy(path: Path) -> Policy:
    """Read a policy; knobs that the file doesn't name keep their defaults.

    Raises:
        StartError: the file is no TOML, names an unknown knob, or gives one a value that it doesn't allow.

    """
    try:
        knobs = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StartError(f"{path.name}: is not TOML: {error}") from None
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from None
    try:
        return Policy(**{knob: _value(knob, written) for knob, written in knobs.items()})
    except ValueError as error:
        raise StartError(f"{path.name}: {error}") from None


def _value(knob: str, written: object) -> Any:  # noqa: ANN401  (each knob has its own type)
    """Give the value of a knob for what is written; raises ValueError if it allows none such."""
    if knob not in ALLOWED:
        raise ValueError(f"{knob} is no knob; the knobs are {', '.join(ALLOWED)}")
    kind = type(getattr(DEFAULT_POLICY, knob))
    values = [kind(number) for number in ALLOWED[knob]]
    for value in values:
        as_written = value.name if isinstance(value, Outcome) else value
        if type(written) is type(as_written) and written == as_written:
            return value
    names = [json.dumps(value.name if isinstance(value, Outcome) else value) for value in values]
    raise ValueError(f"{knob} must be {' or '.join(names)}, not {json.dumps(written, default=str)}")
