"""The one question the matcher answers."""

from functools import lru_cache
from typing import TYPE_CHECKING

from matcher.identification import decide_identification
from matcher.model import Account, AccountStatus, Decision, Identification, Outcome
from matcher.policy import Policy
from matcher.reasons import Reason

if TYPE_CHECKING:
    from matcher.engine import Engine


def decide(typed: str | tuple[Identification, ...], account: Account, policy: Policy) -> Decision:
    """Decide whether what the payer typed (a name, or identifications) belongs to the account."""
    if account.status is not AccountStatus.ACTIVE:
        return Decision(Outcome.NOAP, None, 0, (Reason.NOT_ACTIVE,))
    if isinstance(typed, tuple):
        return decide_identification(typed, account)
    return _engine().decide(typed, account, policy)


def tables_hash() -> str:
    """SHA-256, in hex, of the compiled tables that decisions rest on."""
    return _engine().tables_hash


@lru_cache(maxsize=1)
def _engine() -> "Engine":
    # Imported late: the build compiles the tables before rapidfuzz, which the engine needs, is there.
    from matcher.engine import engine  # noqa: PLC0415

    return engine()
