"""The one question the matcher answers."""

from functools import lru_cache
from typing import TYPE_CHECKING

from matcher.identification import decide_identification
from matcher.model import Account, AccountStatus, Decision, Identification, Outcome
from matcher.policy import Policy
from matcher.reasons import Reason

if TYPE_CHECKING:
    from matcher.engine import Candidate, Engine


def decide(typed: str | tuple[Identification, ...], account: Account, policy: Policy) -> Decision:
    """Decide whether what the payer typed (a name, or identifications) belongs to the account."""
    return decided(typed, account, policy)[0]


def decided(
    typed: str | tuple[Identification, ...], account: Account, policy: Policy
) -> "tuple[Decision, Candidate | None]":
    """Decide, and give what the decision rests on: None where no name was compared."""
    if account.status is not AccountStatus.ACTIVE:
        return Decision(Outcome.NOAP, None, 0, (Reason.NOT_ACTIVE,)), None
    if isinstance(typed, tuple):
        return decide_identification(typed, account), None
    return _engine().decided(typed, account, policy)


def tables_hash() -> str:
    """SHA-256, in hex, of the compiled tables that decisions rest on."""
    return _engine().tables_hash


@lru_cache(maxsize=1)
def _engine() -> "Engine":
    # Imported late: the build compiles the tables before rapidfuzz, which the engine needs, is there.
    from matcher.engine import engine  # noqa: PLC0415

    return engine()
