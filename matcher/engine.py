"""The engine: every holder and every name is tried, the best decides, and disclosure has the last word."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, NamedTuple

from matcher import cut, organisations, persons
from matcher.alignment import Alignment, Steps, StepsExhausted
from matcher.closeness import closeness
from matcher.conversion import Conversion
from matcher.joint import parts_of
from matcher.model import Account, Decision, Holder, HolderKind, NameKind, Outcome
from matcher.phrases import find_phrase
from matcher.reasons import Reason
from matcher.tables import blob
from matcher.verdict import Note, Verdict, score
from matcher.words import Folding, Reader, Text

if TYPE_CHECKING:
    from matcher.policy import Policy
    from matcher.prepared import Prepared

PERFECT_SCORE = 1000


class Candidate(NamedTuple):
    """How one name of one holder fared."""

    verdict: Verdict
    disclosable: bool
    holder: int
    name: int
    alignment: Alignment | None
    """What fits what; None if there was nothing to compare."""
    parts: tuple[Candidate, ...] = ()
    """Of several holders that were typed, each by itself; empty for one."""

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
        self._reader = Reader(Folding(*tables.sections[:4]), tables.words)
        self._forms = organisations.Forms(tables.words)
        self._conversion = Conversion(tables.sections[9])

    @property
    def tables_hash(self) -> str:
        """SHA-256 of the tables in hex."""
        return self._tables.hash

    def decided(self, typed: str, account: Account, policy: Policy) -> tuple[Decision, Candidate | None]:
        """Decide over a typed name, and give what the decision rests on; the account is active."""
        if not account.holders:
            return Decision(Outcome.NOAP, None, 0, (Reason.NO_HOLDER,)), None
        text = self._reader.read(typed)
        if text is None:
            return Decision(Outcome.NMTC, None, 0, (Reason.TOO_MANY_WORDS,)), None
        if all(folded.sign for folded in text.words):
            return Decision(Outcome.NMTC, None, 0, (Reason.NO_WORDS,)), None
        try:
            best = _Attempt(self._tables, self._reader, self._forms, account, policy).best(text)
        except StepsExhausted:
            return Decision(Outcome.NMTC, None, 0, (Reason.STEPS_EXHAUSTED,)), None
        return _disclosed(best, account, policy, self._conversion), best


def engine() -> Engine:
    """Give an engine over the compiled tables, which stay as long as the process.

    The garbage collector would walk their hundred thousand objects again and again, 50 ms each time in the
    middle of a decision, and never free one.
    """
    made = Engine(blob.load())
    gc.freeze()
    return made


class _Attempt:
    """The work on one request: a typed text against one account."""

    __slots__ = ("_account", "_forms", "_policy", "_reader", "_steps", "_tables")

    def __init__(
        self,
        tables: blob.Tables,
        reader: Reader,
        forms: organisations.Forms,
        account: Account,
        policy: Policy,
    ) -> None:
        self._tables = tables
        self._reader = reader
        self._forms = forms
        self._account = account
        self._policy = policy
        self._steps = Steps()

    def best(self, text: Text) -> Candidate:
        """Give the best of single holders and, where several were typed, of all of them together."""
        best = self._best_single(text, taken=0)
        if best.verdict.outcome is Outcome.MTCH or len(self._account.holders) == 1:
            return best
        parts = parts_of(text)
        together = self._best_together(parts) if len(parts) > 1 else None
        return together if together is not None and together.rank < best.rank else best

    def _best_single(self, text: Text, taken: int) -> Candidate:
        """Try every name of every holder that is not in `taken`."""
        typed: dict[HolderKind, Prepared] = {}
        best: Candidate | None = None
        for h, holder in enumerate(self._account.holders):
            if taken >> h & 1:
                continue
            if holder.kind not in typed:
                typed[holder.kind] = self._prepared(text, holder.kind)
            for n in range(len(holder.names)):
                candidate = self._candidate(typed[holder.kind], holder, h, n)
                if best is None or candidate.rank < best.rank:
                    best = candidate
                    if best.score == PERFECT_SCORE and best.disclosable:
                        return best
        if best is None:
            raise ValueError("every holder is taken")
        return best

    def _prepared(self, text: Text, kind: HolderKind) -> Prepared:
        if kind is HolderKind.PERSON:
            return persons.prepare(text, self._tables.words)
        return organisations.prepare(text, self._forms)

    def _candidate(self, typed: Prepared, holder: Holder, h: int, n: int) -> Candidate:
        name = holder.names[n]
        disclosable = (
            (
                self._policy.disclose_person
                if holder.kind is HolderKind.PERSON
                else self._policy.disclose_organisation
            )
            and name.kind is not NameKind.FORMER
            and not holder.never_disclose
            and not self._account.never_disclose
        )
        alignment, verdict = self._compared(typed, name.text, holder.kind)
        if name.kind is NameKind.ALIAS:
            verdict.note(Reason.ALIAS)
        elif name.kind is NameKind.FORMER:
            verdict.note(Reason.FORMER)
        return Candidate(verdict, disclosable, h, n, alignment)

    def _compared(
        self, typed: Prepared, registered: str, kind: HolderKind
    ) -> tuple[Alignment | None, Verdict]:
        text = self._reader.read(registered)
        if text is None:
            return None, _incomparable(Reason.TOO_MANY_WORDS)
        prepared = self._prepared(text, kind)
        if not typed.core or not prepared.core:
            return None, _incomparable(Reason.NO_WORDS)
        found, verdict = self._judged(typed, prepared)
        if verdict.outcome is Outcome.NMTC:
            part = self._best_part(typed, prepared)
            if part is not None:
                return part
        return found, verdict

    def _judged(self, typed: Prepared, registered: Prepared) -> tuple[Alignment, Verdict]:
        """Judge two names by their kind, or as one cut short, whichever says more."""
        budget = self._policy.typo_budget
        if typed.kind is HolderKind.PERSON:
            found = persons.align(typed, registered, self._tables.endings, budget, self._steps)
            verdict = persons.judge(found, self._policy)
        else:
            found = organisations.align(typed, registered, budget, self._steps)
            verdict = organisations.judge(found, self._policy)
        if verdict.outcome is Outcome.MTCH:
            return found, verdict
        as_cut = cut.compare(typed, registered, self._policy)
        return as_cut if as_cut is not None and as_cut[1].outcome < verdict.outcome else (found, verdict)

    def _best_part(self, typed: Prepared, registered: Prepared) -> tuple[Alignment, Verdict] | None:
        """Compare what stands before, and behind, "trading as" by itself; None unless one fits closely."""
        typed_parts, registered_parts = self._around(typed), self._around(registered)
        if len(typed_parts) == len(registered_parts) == 1:
            return None
        best: tuple[Alignment, Verdict] | None = None
        for one in typed_parts:
            for other in registered_parts:
                whole = one is typed and other is registered
                if whole or not one.core or not other.core:
                    continue
                found, verdict = self._judged(one, other)
                if verdict.outcome <= Outcome.CMTC and (best is None or verdict.outcome < best[1].outcome):
                    best = found, verdict
        if best is not None:
            best[1].note(Reason.TRADING_AS, Outcome.CMTC)
        return best

    def _around(self, name: Prepared) -> list[Prepared]:
        """Give a name, and its parts around a phrase such as "trading as" if it has one."""
        phrase = find_phrase(name.words, name.gaps, blob.TRADING, self._tables.words)
        if phrase is None or phrase[1] == len(name.words):
            return [name]
        text = Text(name.words, name.gaps, name.characters)
        parts = (text.part(0, phrase[0]), text.part(phrase[1], len(name.words)))
        return [name, *(self._prepared(part, name.kind) for part in parts)]

    def _best_together(self, parts: list[Text]) -> Candidate | None:
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
        verdict = Verdict(min(candidate.verdict.similarity for candidate in found))
        for candidate in found:
            verdict.notes += candidate.verdict.notes
            verdict.outcome = max(verdict.outcome, candidate.verdict.outcome)
        verdict.note(Reason.JOINT)
        # A close match says of each part that was close that it is near to a holder's name.
        may_tell = all(one.disclosable for one in found if one.verdict.outcome is Outcome.CMTC)
        return best._replace(verdict=verdict, disclosable=best.disclosable and may_tell, parts=tuple(found))


def _incomparable(reason: Reason) -> Verdict:
    verdict = Verdict()
    verdict.note(reason, Outcome.NMTC)
    return verdict


def _disclosed(best: Candidate, account: Account, policy: Policy, conversion: Conversion) -> Decision:
    """Turn the best candidate into the decision, withholding what may not be disclosed."""
    verdict = best.verdict
    outcome = verdict.outcome
    if outcome is Outcome.CMTC and not best.disclosable:
        outcome = policy.withheld
        verdict.notes.append(Note(Reason.NOT_DISCLOSABLE, outcome, "withheld"))
    points = score(outcome, _similarity(best))
    if outcome is Outcome.CMTC:
        text = account.holders[best.holder].names[best.name].text
        told = conversion.of(text) if policy.matched_name_latin else text
        return Decision(outcome, told, points, verdict.reasons, best.holder, best.name)
    if outcome is Outcome.MTCH:
        return Decision(outcome, None, points, verdict.reasons, best.holder, best.name)
    return Decision(outcome, None, points, verdict.reasons)


def _similarity(best: Candidate) -> int:
    """Give what places the score; of a name that is no match, what the rules passed over is weighed too."""
    found = best.alignment
    if best.verdict.outcome is not Outcome.NMTC or found is None:
        return best.verdict.similarity
    return closeness(found) if found.typed.kind is HolderKind.PERSON else organisations.closeness(found)
