"""Names in, decision out. Pure: no I/O beyond reading its own tables once, no clock, no randomness."""

from matcher import native  # noqa: F401 (before all others, which it may find compiled)

# isort: split

from matcher.decide import decide, tables_hash
from matcher.explain import Explanation, explain
from matcher.model import (
    Account,
    AccountStatus,
    Decision,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
    Outcome,
)
from matcher.policy import DEFAULT_POLICY, Policy
from matcher.reasons import Reason

__all__ = [
    "DEFAULT_POLICY",
    "Account",
    "AccountStatus",
    "Decision",
    "Explanation",
    "Holder",
    "HolderKind",
    "Identification",
    "IdentificationKind",
    "Name",
    "NameKind",
    "Outcome",
    "Policy",
    "Reason",
    "decide",
    "explain",
    "tables_hash",
]
