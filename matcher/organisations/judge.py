"""The rules for organisations: distinctive words, numbers and legal forms (scheme reference, section 8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from matcher.alignment import Alignment, Fit
from matcher.model import Outcome
from matcher.organisations.align import ACRONYM_LETTERS_MIN
from matcher.prepared import Prepared, bits
from matcher.reasons import Reason
from matcher.scripts import judge_scripts
from matcher.tables import blob
from matcher.verdict import Verdict

if TYPE_CHECKING:
    from matcher.policy import Policy

LEADING_ARTICLE = "the"
"""At the start of a name it tells no two companies apart (Company, Limited Liability Partnership and Business
(Names and Trading Disclosures) Regulations 2015, schedule 3)."""
SHORT_FORM_LETTERS = range(2, 4)
"""Letters of a legal form that may as well end a word."""
_WORTH = {
    Reason.FORM_MISSING: 90,
    Reason.FORM_DIFFERS: 75,
    Reason.GENERIC_DIFFERS: 50,
    Reason.BRANCH: 75,
    Reason.ACRONYM: 90,
}
"""Percent of the similarity that is left by what two payees of one group may differ in."""
_NEAR_FITS = 1 << Fit.TYPO | 1 << Fit.ABBREVIATION | 1 << Fit.ACRONYM | 1 << Fit.LETTER_UNKNOWN


def judge(found: Alignment, policy: Policy) -> Verdict:
    """Judge a typed name against a registered organisation's name."""
    verdict = Verdict(found.similarity)
    typed_left, registered_left = found.typed_left, found.registered_left
    if typed_left or registered_left:
        _judge_numbers(found, typed_left, registered_left, verdict)
    if registered_left == found.registered.core:
        verdict.note(Reason.NOTHING_IN_COMMON, Outcome.NMTC)
        return verdict
    if typed_left or registered_left:
        _judge_left(found, policy, typed_left, registered_left, verdict)
    elif not found.fits & _NEAR_FITS:
        verdict.note(Reason.EXACT)
    _judge_form(found, policy, verdict)
    _judge_fits(found, policy, verdict)
    if found.typed.branch or found.registered.branch:
        _judge_branch(found, verdict)
    if found.typed.light or found.registered.light:
        _judge_light(found, verdict)
        _judge_signs(found, verdict)
    _judge_order(found, verdict)
    judge_scripts(found, policy, verdict)
    for note in verdict.notes:
        verdict.similarity = verdict.similarity * _WORTH.get(note.reason, 100) // 100
    return verdict


def _is_number(name: Prepared, i: int) -> bool:
    folded = name.words[i]
    return folded.digits or i in name.numbers or bool(folded.word.tags & blob.NUMBER)


def _distinctive(name: Prepared, i: int) -> bool:
    return not name.words[i].word.tags & blob.GENERIC


def _judge_numbers(found: Alignment, typed_left: int, registered_left: int, verdict: Verdict) -> None:
    """Judge numbers on one side only, which are never the same."""
    for name, left in ((found.typed, typed_left), (found.registered, registered_left)):
        if any(_is_number(name, i) for i in bits(left)):
            verdict.note(Reason.NUMBER_DIFFERS, Outcome.NMTC)


def _judge_left(
    found: Alignment, policy: Policy, typed_left: int, registered_left: int, verdict: Verdict
) -> None:
    """Judge words on one side only: distinctive ones decide, generic ones only lower."""
    sides = ((found.typed, typed_left), (found.registered, registered_left))
    fits = bits(found.registered.core & ~registered_left)
    if not (typed_left and registered_left) and any(
        left and _own_acronym(name, left) for name, left in sides
    ):
        verdict.note(Reason.ACRONYM, Outcome.CMTC)
    elif (
        (typed_left and registered_left)
        or any(_distinctive(name, i) for name, left in sides for i in bits(left))
        or not any(_distinctive(found.registered, j) for j in fits)
    ):
        verdict.note(Reason.WORD_DIFFERS, Outcome.NMTC)
    else:
        verdict.note_knob(Reason.GENERIC_DIFFERS, policy, "generic_differs")


def _own_acronym(name: Prepared, left: int) -> bool:
    """Whether the words left are the first letters of the name's other words, or spell out one of them."""
    others = name.core & ~left
    letters = "".join([name.words[i].first for i in bits(left)])
    if left.bit_count() in (1, len(letters)) and _is_acronym(letters, name, others):
        return True
    return any(_is_acronym(name.words[i].first, name, left) for i in bits(others))


def _is_acronym(letters: str, name: Prepared, words: int) -> bool:
    """Whether letters are the first ones of words, with or without the light words of the name."""
    if len(letters) < ACRONYM_LETTERS_MIN or not letters.isascii():
        return False
    return any(
        len(letters) == some.bit_count() and letters == "".join([name.words[i].first[0] for i in bits(some)])
        for some in (words, words | name.light)
    )


def _judge_form(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    typed, registered = found.typed, found.registered
    if not typed.forms and not registered.forms:
        return
    if typed.forms and registered.forms:
        if typed.forms.isdisjoint(registered.forms):
            verdict.note_knob(Reason.FORM_DIFFERS, policy, "form_differs")
        return
    verdict.note_knob(Reason.FORM_MISSING, policy, "form_missing")
    doubtful = typed.form_doubtful or registered.form_doubtful
    if (
        doubtful
        or not any(_distinctive(registered, j) for j in bits(registered.core))
        or _swallows_form(found)
    ):
        verdict.note(Reason.FORM_MISSING, Outcome.CMTC)


def _swallows_form(found: Alignment) -> bool:
    """Whether the form's letters are in a word of the other side (Pro SA, Prosa)."""
    return any(
        link.fit is Fit.JOINED
        and abs(_letters(found.typed, link.typed) - _letters(found.registered, link.registered))
        in SHORT_FORM_LETTERS
        for link in found.links
    )


def _letters(name: Prepared, words: int) -> int:
    return sum(name.words[i].length for i in bits(words & name.core))


def _judge_fits(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    """Judge near fits: each is a doubt, and two doubts together are no match."""
    fits = found.fits
    if fits >> Fit.JOINED & 1:
        verdict.note(Reason.SPACING)
    if fits >> Fit.SYNONYM & 1:
        verdict.note(Reason.SYNONYM)
    doubts = sum(map(verdict.has, (Reason.FORM_DIFFERS, Reason.GENERIC_DIFFERS, Reason.ACRONYM)))
    if fits & _NEAR_FITS:
        doubts += (fits & _NEAR_FITS).bit_count()
        if fits >> Fit.TYPO & 1:
            verdict.note_knob(Reason.TYPO, policy, "typo")
        if fits >> Fit.ABBREVIATION & 1:
            verdict.note(Reason.SYNONYM, Outcome.CMTC)
        if fits >> Fit.ACRONYM & 1:
            verdict.note(Reason.ACRONYM, Outcome.CMTC)
        if fits >> Fit.LETTER_UNKNOWN & 1:
            verdict.note(Reason.LETTER_UNKNOWN, Outcome.CMTC)
    if doubts > 1:
        verdict.note(Reason.WORD_DIFFERS, Outcome.NMTC)


def _judge_branch(found: Alignment, verdict: Verdict) -> None:
    """Judge branch suffixes: where they differ it is the same holder at most, and another number never."""
    sides = (found.typed, found.registered)
    typed, registered = ([name.words[i] for i in bits(name.branch)] for name in sides)
    if "".join([folded.first for folded in typed]) == "".join([folded.first for folded in registered]):
        return
    verdict.note(Reason.BRANCH, Outcome.CMTC)
    typed, registered = (
        [folded for folded in branch if folded.digits or folded.word.number] for branch in (typed, registered)
    )
    if "".join([folded.first for folded in typed]) != "".join([folded.first for folded in registered]):
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.NMTC)


def _judge_light(found: Alignment, verdict: Verdict) -> None:
    """Judge connecting words, which stand for one another, and articles: only the sign & may be lost."""
    signs, connectors, others = [], [], []
    for name, free in ((found.typed, found.typed_free), (found.registered, found.registered_free)):
        words = name.light & free
        if words & 1 and name.words[0].first == LEADING_ARTICLE:
            verdict.note(Reason.PARTICLE_IGNORED)
            words &= ~1
        left = [name.words[i] for i in bits(words)]
        tags = [folded.word.tags for folded in left if not folded.sign]
        signs.append(any(folded.sign for folded in left))
        connectors.append(any(tag & blob.CONNECTOR for tag in tags))
        others.append(any(not tag & blob.CONNECTOR for tag in tags))
    stand_in = [sign or connector for sign, connector in zip(signs, connectors, strict=True)]
    if any(signs) or all(stand_in):
        verdict.note(Reason.SYNONYM)
    if all(others):
        verdict.note(Reason.PARTICLE_DIFFERS, Outcome.CMTC)
    elif any(others) or (any(connectors) and not all(stand_in)):
        verdict.note(Reason.PARTICLE_IGNORED, Outcome.CMTC)


def _judge_signs(found: Alignment, verdict: Verdict) -> None:
    """Judge the signs & and + that are part of a name: before or after all words, or stuck to one."""
    typed, registered = _signs(found.typed), _signs(found.registered)
    if (
        typed.outer != registered.outer
        or typed.stuck > registered.connecting
        or registered.stuck > typed.connecting
    ):
        verdict.note(Reason.WORD_DIFFERS, Outcome.CMTC)


class _Signs(NamedTuple):
    """The signs of a name, counted."""

    outer: tuple[int, int]
    """Those before the first core word, and those after the last."""
    stuck: int
    """Those between, with a space on one side only."""
    connecting: int
    """Those between, and connecting words."""


def _signs(name: Prepared) -> _Signs:
    first, last = name.core & -name.core, name.core
    before = after = stuck = connecting = 0
    for i in bits(name.light):
        folded = name.words[i]
        if not folded.sign:
            connecting += bool(folded.word.tags & blob.CONNECTOR)
        elif 1 << i < first:
            before += 1
        elif 1 << i > last:
            after += 1
        else:
            connecting += 1
            stuck += (name.gaps[i] == 0) != (name.gaps[i + 1] == 0)
    return _Signs((before, after), stuck, connecting)


def _judge_order(found: Alignment, verdict: Verdict) -> None:
    """Judge words in another order; letters of an abbreviation in another order are another one."""
    words = found.registered.words
    for a, b in pairwise(found.order()):
        if a > b:
            verdict.note(Reason.ORDER, Outcome.CMTC)
            if all(words[one.bit_length() - 1].length == 1 for one in (a, b)):
                verdict.note(Reason.WORD_DIFFERS, Outcome.NMTC)
