"""The decision: what was typed against everything an account holds, under a policy."""

from matcher.model import Account, AccountStatus, Decision, Identification, Outcome
from matcher.policy import Policy
from matcher.reasons import Reason


def decide(typed: str | tuple[Identification, ...], account: Account, policy: Policy) -> Decision:
    """Decide whether what the payer typed (a name, or identifications) belongs to the account."""
    if account.status is not AccountStatus.ACTIVE:
        return Decision(Outcome.NOAP, None, 0, (Reason.NOT_ACTIVE,))
    if isinstance(typed, tuple):
        return Decision(Outcome.NOAP, None, 0, (Reason.IDENTIFICATION_NOT_HELD,))
    for h, holder in enumerate(account.holders):
        for n, name in enumerate(holder.names):
            if name.text.casefold() == typed.casefold():
                return Decision(Outcome.MTCH, None, 1000, (Reason.EXACT,), h, n)
    return Decision(Outcome.NMTC, None, 0, (Reason.NOTHING_IN_COMMON,))
