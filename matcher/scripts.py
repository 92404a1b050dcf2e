"""The rule on scripts, the same for persons and organisations."""

from matcher.align import Alignment
from matcher.model import Outcome
from matcher.names import bits
from matcher.policy import Policy
from matcher.reasons import Reason
from matcher.verdict import Verdict


def judge_scripts(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    """Judge words that mix scripts, and sides written in different ones."""
    for side in (found.typed, found.registered):
        if any(side.tokens[i].scripts.bit_count() > 1 for i in bits(side.core)):
            verdict.note(Reason.SCRIPT_MIXED, Outcome.CMTC)
    typed, registered = found.typed.scripts, found.registered.scripts
    if typed and registered and not typed & registered:
        verdict.note(Reason.SCRIPT_CROSSED, policy.script_crossed)
