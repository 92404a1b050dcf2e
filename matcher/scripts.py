"""The rule on scripts, the same for persons and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model import Outcome
from matcher.prepared import bits
from matcher.reasons import Reason
from matcher.tables.blob import SCRIPT_LATIN

if TYPE_CHECKING:
    from matcher.alignment import Alignment
    from matcher.policy import Policy
    from matcher.verdict import Verdict

_ONE_SCRIPT = (0, SCRIPT_LATIN)


def judge_scripts(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    """Judge words that mix scripts, and sides written in different ones."""
    typed, registered = found.typed.scripts, found.registered.scripts
    if typed in _ONE_SCRIPT and registered in _ONE_SCRIPT:
        return
    for side in (found.typed, found.registered):
        if any(side.words[i].scripts.bit_count() > 1 for i in bits(side.core)):
            verdict.note(Reason.SCRIPT_MIXED, Outcome.CMTC)
    if typed and registered and not typed & registered:
        verdict.note_knob(Reason.SCRIPT_CROSSED, policy, "script_crossed")
