"""Why a decision fell as it did: the words and what each is, what fits what, and the rules that fired.

Made on demand and never on the way: the engine decides once more, and what the deciding names left behind is
read. `explanation_text` writes it out for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from matcher.decide import decide, decided
from matcher.model import Account, Decision, HolderKind, Identification, NameKind, Outcome
from matcher.policy import ALLOWED
from matcher.prepared import bits
from matcher.reasons import Reason
from matcher.tables import blob
from matcher.verdict import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.alignment import Alignment, Fit, Link
    from matcher.engine import Candidate
    from matcher.policy import Policy
    from matcher.prepared import Prepared

    Typed = str | tuple[Identification, ...]


ON_THE_WHOLE = (Reason.JOINT, Reason.NOT_DISCLOSABLE)
"""Rules about all parts together; the others are about one name."""


class Tag(IntEnum):
    """What a word is in its name; the numbers are bits in docs/formats.md, section 10."""

    SURNAME = 0
    GIVEN = 1
    """The first given name."""
    MIDDLE = 2
    """Another given name, or a word that may be a surname too."""
    GENERATION = 3
    TITLE = 4
    PARTICLE = 5
    """A noble particle, or an article."""
    CONNECTOR = 6
    SIGN = 7
    """& or +."""
    INITIAL = 8
    DISTINCTIVE = 9
    GENERIC = 10
    """A generic or place word."""
    NUMBER = 11
    FORM = 12
    """Of the legal form, or of a state such as "i.L."."""
    BRANCH = 13
    """Of a branch suffix."""
    CORE = 14
    """It must fit."""
    LIGHT = 15
    """It may be missing."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name."""

    text: str = field(repr=False)
    """Its first folding."""
    tags: tuple[Tag, ...]
    """Ascending."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Words of the two sides that fit each other, by their positions, ascending."""

    typed: tuple[int, ...]
    registered: tuple[int, ...]
    fit: Fit
    weight: int
    """Letters that fit, both sides together."""
    cost: int
    """Letters of these words that must fit and don't, both sides together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A typed name, or a part of it, against the name of a holder that it was judged by.

    Words and pairs are missing where a side has nothing to compare.
    """

    holder: int
    name: int
    kind: HolderKind
    name_kind: NameKind
    held: str = field(repr=False)
    """The name as the bank holds it."""
    outcome: Outcome
    similarity: int
    """Letters that fit among all that must, per mille."""
    typed: tuple[Word, ...]
    registered: tuple[Word, ...]
    pairs: tuple[Pair, ...]
    """In the order they were found."""
    notes: tuple[Note, ...]
    """The rules that fired, in their order, each once."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another setting of the knob that decided would have come to."""

    setting: Outcome
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and all that led to it."""

    typed: Typed = field(repr=False)
    decision: Decision
    parts: tuple[Part, ...]
    """One, or one for each holder that was typed; none where no name was compared."""
    notes: tuple[Note, ...]
    """The rules on the whole, which came last."""
    alternatives: tuple[Alternative, ...]
    """Empty if no knob decided."""

    @property
    def decided_by(self) -> Note | None:
        """The first rule that lowered the outcome to what it is; None for a match."""
        if self.decision.outcome is Outcome.MTCH:
            return None
        notes = chain(*(part.notes for part in self.parts), self.notes)
        return next((note for note in notes if note.ceiling is self.decision.outcome), None)


def explain(typed: Typed, account: Account, policy: Policy) -> Explanation:
    """Explain what `matcher.decide` answers to the same question."""
    decision, best = decided(typed, account, policy)
    if best is None:
        notes = tuple(Note(reason, decision.outcome, "") for reason in decision.reasons)
        return assembled(typed, account, policy, decision, (), notes, decide)
    parts = tuple(_part(one, account) for one in best.parts or (best,))
    notes = tuple(note for note in best.verdict.notes if note.reason in ON_THE_WHOLE)
    return assembled(typed, account, policy, decision, parts, notes, decide)


def assembled(
    typed: Typed,
    account: Account,
    policy: Policy,
    decision: Decision,
    parts: tuple[Part, ...],
    notes: tuple[Note, ...],
    decide: Callable[[Typed, Account, Policy], Decision],
) -> Explanation:
    """Add what other settings of the knob that decided would have come to, as `decide` says."""
    explanation = Explanation(typed, decision, parts, notes, ())
    note = explanation.decided_by
    if note is None or not note.knob:
        return explanation
    settings = [Outcome(value) for value in ALLOWED[note.knob] if value != note.ceiling]
    changes: list[dict[str, Any]] = [{note.knob: setting} for setting in settings]
    outcomes = [decide(typed, account, replace(policy, **change)).outcome for change in changes]
    return replace(explanation, alternatives=tuple(map(Alternative, settings, outcomes)))


def part(
    account: Account,
    place: tuple[int, int],
    result: tuple[Outcome, int],
    sides: tuple[tuple[Word, ...], tuple[Word, ...]],
    pairs: tuple[Pair, ...],
    notes: tuple[Note, ...],
) -> Part:
    """Give a part, with what the account says about its `place`: the positions of holder and name."""
    holder = account.holders[place[0]]
    name = holder.names[place[1]]
    return Part(*place, holder.kind, name.kind, name.text, *result, *sides, pairs, notes)


def _part(of: Candidate, account: Account) -> Part:
    notes = tuple(dict.fromkeys(note for note in of.verdict.notes if note.reason not in ON_THE_WHOLE))
    found = of.alignment
    sides = (_words(found.typed), _words(found.registered)) if found else ((), ())
    pairs = tuple(_pair(link, found) for link in found.links) if found else ()
    outcome = max((note.ceiling for note in notes), default=Outcome.MTCH)
    return part(account, (of.holder, of.name), (outcome, of.verdict.similarity), sides, pairs, notes)


def _pair(link: Link, found: Alignment) -> Pair:
    letters = sum(found.typed.words[i].length for i in bits(link.typed & found.typed.core))
    letters += sum(found.registered.words[j].length for j in bits(link.registered & found.registered.core))
    cost = max(0, letters - link.weight)
    return Pair(bits(link.typed), bits(link.registered), link.fit, link.weight, cost)


def _words(name: Prepared) -> tuple[Word, ...]:
    tags = _person_tags if name.kind is HolderKind.PERSON else _organisation_tags
    return tuple(
        Word(folded.first, (*tags(name, i), *_share(name, i))) for i, folded in enumerate(name.words)
    )


def _share(name: Prepared, i: int) -> tuple[Tag, ...]:
    if name.core >> i & 1:
        return (Tag.CORE,)
    return (Tag.LIGHT,) if name.light >> i & 1 else ()


def _person_tags(name: Prepared, i: int) -> tuple[Tag, ...]:
    if not name.core >> i & 1:
        return _light_tags(name, i) if name.light >> i & 1 else ()
    if name.generations >> i & 1:
        return (Tag.GENERATION,)
    tag = Tag.SURNAME if name.surname >> i & 1 else Tag.GIVEN if name.given == i else Tag.MIDDLE
    return (tag, Tag.INITIAL) if name.words[i].letter else (tag,)


def _organisation_tags(name: Prepared, i: int) -> tuple[Tag, ...]:
    if name.light >> i & 1:
        return _light_tags(name, i)
    if not name.core >> i & 1:
        return (Tag.BRANCH if name.branch >> i & 1 else Tag.FORM,)
    folded = name.words[i]
    tag = Tag.GENERIC if folded.word.tags & blob.GENERIC else Tag.DISTINCTIVE
    number = folded.digits or i in name.numbers or folded.word.tags & blob.NUMBER
    return (tag, Tag.NUMBER) if number else (tag,)


def _light_tags(name: Prepared, i: int) -> tuple[Tag, ...]:
    folded = name.words[i]
    if folded.sign:
        return (Tag.SIGN,)
    if name.titles >> i & 1:
        return (Tag.TITLE,)
    return (Tag.CONNECTOR if folded.word.tags & blob.CONNECTOR else Tag.PARTICLE,)
