"""The engine: every holder and every name is tried, the best decides, and disclosure has the last word."""

from dataclasses import dataclass

from matcher import organisation, person
from matcher.align import Steps, StepsExhausted, align
from matcher.joint import parts_of
from matcher.model import Account, Decision, Holder, HolderKind, NameKind, Outcome
from matcher.names import Prepared, prepare
from matcher.policy import Policy
from matcher.reasons import Reason
from matcher.tables import blob
from matcher.verdict import Verdict, score
from matcher.words import Folding, Token, split

PERFECT_SCORE = 1000
_NONE_REASONS = (Reason.NOTHING_IN_COMMON,)


@dataclass(frozen=True, slots=True)
class Candidate:
    """How one name of one holder fared."""

    verdict: Verdict
    disclosable: bool
    holder: int
    name: int

    @property
    def score(self) -> int:
        """The score before disclosure."""
        return score(self.verdict.outcome, self.verdict.similarity)

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Sort key: better outcome, then score, then disclosable; the order of holders breaks ties."""
        return self.verdict.outcome, -self.score, not self.disclosable


class Engine:
    """Decides by one set of tables."""

    def __init__(self, tables: blob.Tables) -> None:
        self._tables = tables
        self._folding = Folding(*tables.sections[:4])

    @property
    def tables_hash(self) -> str:
        """SHA-256 of the tables in hex."""
        return self._tables.hash

    def decide(self, typed: str, account: Account, policy: Policy) -> Decision:
        """Decide over a typed name; the account is active."""
        if not account.holders:
            return Decision(Outcome.NOAP, None, 0, (Reason.NO_HOLDER,))
        tokens = split(typed, self._folding)
        if tokens is None:
            return Decision(Outcome.NMTC, None, 0, (Reason.TOO_MANY_WORDS,))
        if all(token.is_and for token in tokens):
            return Decision(Outcome.NMTC, None, 0, (Reason.NO_WORDS,))
        try:
            best = _Attempt(self._tables, self._folding, account, policy).best(tokens)
        except StepsExhausted:
            return Decision(Outcome.NMTC, None, 0, (Reason.STEPS_EXHAUSTED,))
        return _disclosed(best, account, policy)


def engine() -> Engine:
    """Give an engine over the compiled tables."""
    return Engine(blob.load())


class _Attempt:
    """The work on one request: typed words against one account."""

    def __init__(self, tables: blob.Tables, folding: Folding, account: Account, policy: Policy) -> None:
        self._tables = tables
        self._folding = folding
        self._account = account
        self._policy = policy
        self._steps = Steps()

    def best(self, tokens: list[Token]) -> Candidate:
        """Give the best of single holders and, where several were typed, of all of them together."""
        best = self._best_single(tokens, taken=0)
        if best.verdict.outcome is Outcome.MTCH or len(self._account.holders) == 1:
            return best
        parts = parts_of(tokens, self._tables.words)
        together = self._best_together(parts) if len(parts) > 1 else None
        return together if together is not None and together.rank < best.rank else best

    def _best_single(self, tokens: list[Token], taken: int) -> Candidate:
        """Try every name of every holder that is not in `taken`."""
        typed: dict[HolderKind, Prepared] = {}
        best: Candidate | None = None
        for h, holder in enumerate(self._account.holders):
            if taken >> h & 1:
                continue
            if holder.kind not in typed:
                typed[holder.kind] = prepare(tokens, holder.kind, self._tables.words)
            for n in range(len(holder.names)):
                candidate = self._candidate(typed[holder.kind], holder, h, n)
                if best is None or candidate.rank < best.rank:
                    best = candidate
                    if best.score == PERFECT_SCORE and best.disclosable:
                        return best
        if best is None:
            raise ValueError("every holder is taken")
        return best

    def _candidate(self, typed: Prepared, holder: Holder, h: int, n: int) -> Candidate:
        name = holder.names[n]
        disclose = (
            self._policy.disclose_person
            if holder.kind is HolderKind.PERSON
            else self._policy.disclose_organisation
        )
        disclosable = (
            disclose
            and name.kind is not NameKind.FORMER
            and not holder.never_disclose
            and not self._account.never_disclose
        )
        verdict = self._verdict(typed, name.text, holder.kind)
        if name.kind is NameKind.ALIAS:
            verdict.note(Reason.ALIAS)
        elif name.kind is NameKind.FORMER:
            verdict.note(Reason.FORMER)
        return Candidate(verdict, disclosable, h, n)

    def _verdict(self, typed: Prepared, text: str, kind: HolderKind) -> Verdict:
        tokens = split(text, self._folding)
        if tokens is None:
            return Verdict(Outcome.NMTC, 0, {Reason.TOO_MANY_WORDS})
        registered = prepare(tokens, kind, self._tables.words)
        if not typed.core or not registered.core:
            return Verdict(Outcome.NMTC, 0, {Reason.NO_WORDS})
        budget = self._policy.typo_budget
        found = align(typed, registered, self._tables.endings, budget, self._steps)
        if kind is HolderKind.PERSON:
            return person.judge(found, self._policy)
        return organisation.judge(found, self._policy)

    def _best_together(self, parts: list[list[Token]]) -> Candidate | None:
        """Fit each part to a holder of its own, in the order typed; None unless every part fits closely."""
        if len(parts) > len(self._account.holders):
            return None
        taken = 0
        found: list[Candidate] = []
        for part in parts:
            candidate = self._best_single(part, taken)
            if candidate.verdict.outcome > Outcome.CMTC:
                return None
            taken |= 1 << candidate.holder
            found.append(candidate)
        best = min(found, key=lambda candidate: candidate.rank)
        verdict = Verdict(
            max(candidate.verdict.outcome for candidate in found),
            min(candidate.verdict.similarity for candidate in found),
            set().union(*(candidate.verdict.reasons for candidate in found)),
        )
        verdict.note(Reason.JOINT)
        return Candidate(verdict, best.disclosable, best.holder, best.name)


def _disclosed(best: Candidate, account: Account, policy: Policy) -> Decision:
    """Turn the best candidate into the decision, withholding what may not be disclosed."""
    verdict = best.verdict
    outcome = verdict.outcome
    if outcome is Outcome.CMTC and not best.disclosable:
        verdict.note(Reason.NOT_DISCLOSABLE)
        outcome = policy.withheld
    reasons = tuple(sorted(verdict.reasons)) or _NONE_REASONS
    points = score(outcome, verdict.similarity)
    if outcome is Outcome.CMTC:
        text = account.holders[best.holder].names[best.name].text
        return Decision(outcome, text, points, reasons, best.holder, best.name)
    if outcome is Outcome.MTCH:
        return Decision(outcome, None, points, reasons, best.holder, best.name)
    return Decision(outcome, None, points, reasons)
