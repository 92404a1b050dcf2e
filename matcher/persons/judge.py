"""The rules for persons: given name against surname is what counts (scheme reference, section 8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matcher.alignment import FULL_FITS, Alignment, Fit
from matcher.model import Outcome
from matcher.prepared import Prepared, bits
from matcher.reasons import Reason
from matcher.scripts import judge_scripts
from matcher.tables import blob
from matcher.verdict import Verdict

if TYPE_CHECKING:
    from matcher.policy import Policy
    from matcher.words import Folded

_WEAK = (Fit.INITIAL_TYPED, Fit.INITIAL_REGISTERED, Fit.VARIANT)
_NEAR = (
    (Fit.INITIAL_TYPED, Reason.INITIAL_TYPED, "initial_typed"),
    (Fit.INITIAL_REGISTERED, Reason.INITIAL_REGISTERED, "initial_registered"),
    (Fit.VARIANT, Reason.GIVEN_VARIANT, "given_variant"),
    (Fit.SOUND, Reason.GIVEN_VARIANT, "given_variant"),
    (Fit.ENDING, Reason.SURNAME_ENDING, "surname_ending"),
    (Fit.TYPO, Reason.TYPO, "typo"),
)
PATRONYMICS = ("ovich", "evich", "ovych", "evych", "ovitch", "evitch", "ovna", "evna", "ivna")
"""Endings of East Slavic father's names, which stand in the middle and are no surnames there."""
OF_BOTH_SEXES = ("maria", "marie", "mary", "jose")
"""Middle names that either sex bears (Klaus Maria, María José)."""
SURNAME_BEGINNINGS = ("mc", "mac")
_SPELLED_ALIKE = 1 << Fit.FULL | 1 << Fit.JOINED


def judge(found: Alignment, policy: Policy) -> Verdict:
    """Judge a typed name against a registered person's name."""
    verdict = Verdict(found.similarity)
    typed_left, registered_left = found.typed_left, found.registered_left
    if typed_left == found.typed.core:
        verdict.note(Reason.NOTHING_IN_COMMON, Outcome.NMTC)
        return verdict
    if typed_left or registered_left:
        _judge_surname(found, policy, verdict)
        _judge_given(found, policy, typed_left, verdict)
        _judge_middles(found, policy, verdict)
        _judge_extra(found, policy, typed_left, registered_left, verdict)
    elif not found.fits & ~_SPELLED_ALIKE:
        verdict.note(Reason.EXACT)
    if found.fits & ~(1 << Fit.FULL):
        _judge_fits(found, policy, typed_left, verdict)
    if found.typed.generations or found.registered.generations:
        _judge_generations(found, verdict)
    if found.typed.light or found.registered.light:
        _judge_light(found, verdict)
    _judge_order(found, verdict)
    judge_scripts(found, policy, verdict)
    return verdict


def _judge_surname(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    registered = found.registered
    left = found.registered_left & registered.surname
    if left == 0:
        return
    if left != registered.surname or _middle_surname_fits(found):
        if registered.given >= 0 and FULL_FITS >> found.fit_of(registered.given) & 1:
            verdict.note_knob(Reason.SURNAME_PARTIAL, policy, "surname_partial")
        else:
            verdict.note(Reason.SURNAME_PARTIAL, Outcome.NMTC)
        return
    verdict.note(Reason.SURNAME_MISSING, Outcome.NMTC)


def _middles(registered: Prepared) -> tuple[int, ...]:
    given = 1 << registered.given if registered.given >= 0 else 0
    return bits(registered.core & ~registered.surname & ~registered.generations & ~given)


def _middle_surname_fits(found: Alignment) -> bool:
    """Whether a middle word fits in full that may be the first of two surnames (Ana Mato Adrover)."""
    registered = found.registered
    return not registered.certain and any(
        FULL_FITS >> found.fit_of(j) & 1
        and not registered.words[j].word.sex
        and registered.words[j].length > 1
        for j in _middles(registered)
    )


def _judge_given(found: Alignment, policy: Policy, typed_left: int, verdict: Verdict) -> None:
    given = found.registered.given
    if given < 0 or found.fit_of(given):
        return
    if typed_left:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    elif _other_given_fits(found):
        verdict.note(Reason.GIVEN_MISSING, Outcome.CMTC)
    else:
        verdict.note_knob(Reason.SURNAME_ONLY, policy, "surname_only")


def _other_given_fits(found: Alignment) -> bool:
    """Whether a middle word fits in full that is no first of two surnames (García Robledo alone).

    Or a word typed as a name does that is taken for a title: Don Vogt, Don Martin Vogt.
    """
    registered = found.registered
    if any(link.typed & found.typed.core and link.registered & registered.titles for link in found.links):
        return True
    return any(
        FULL_FITS >> found.fit_of(j) & 1 and (registered.certain or registered.words[j].word.sex)
        for j in _middles(registered)
    )


def _judge_middles(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    registered = found.registered
    for j in _middles(registered):
        if found.fit_of(j):
            continue
        folded = registered.words[j]
        hyphenated = registered.hyphen(j) or (j + 1 < len(registered.words) and registered.hyphen(j + 1))
        maybe_surname = not registered.certain and (
            _may_be_surname(folded) or _of_other_sex(registered, folded)
        )
        if hyphenated and verdict.has(Reason.SURNAME_PARTIAL):
            verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
        elif hyphenated or maybe_surname:
            verdict.note_knob(Reason.SURNAME_PARTIAL, policy, "surname_partial")
        else:
            verdict.note_knob(Reason.MIDDLE_MISSING, policy, "middle_missing")


def _of_other_sex(registered: Prepared, middle: Folded) -> bool:
    """Whether a middle word is a given name of the other sex, and so the first surname (Ana Martín López)."""
    given = registered.words[registered.given].word.sex if registered.given >= 0 else 0
    sex = middle.word.sex
    return bool(sex and given and not sex & given) and middle.first not in OF_BOTH_SEXES


def _may_be_surname(folded: Folded) -> bool:
    return not folded.word.sex and folded.letters > 1 and not folded.first.endswith(PATRONYMICS)


def _judge_extra(
    found: Alignment, policy: Policy, typed_left: int, registered_left: int, verdict: Verdict
) -> None:
    """Judge typed words that fit nothing: beside a registered word left over, they contradict it."""
    extra = bits(typed_left & ~found.typed.generations)
    if not extra:
        return
    if registered_left & ~found.registered.generations:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    elif len(extra) > 1 or found.registered.given < 0:
        verdict.note(Reason.WORDS_EXTRA, Outcome.NMTC)
    elif found.typed.hyphen(extra[0]) or _may_be_second_surname(found.typed, extra[0]):
        verdict.note_knob(Reason.SURNAME_PARTIAL, policy, "surname_partial")
    else:
        verdict.note_knob(Reason.MIDDLE_EXTRA, policy, "middle_extra")


def _may_be_second_surname(typed: Prepared, i: int) -> bool:
    """Whether a word behind another one may be a surname, as far as can be told."""
    return not typed.certain and bool(typed.core & ((1 << i) - 1)) and _may_be_surname(typed.words[i])


def _judge_fits(found: Alignment, policy: Policy, typed_left: int, verdict: Verdict) -> None:
    """Judge near fits: each has its ceiling, and a weak surname beside a weak given name is no match.

    A variant of a given name is weak, but not in another script, where names are written by their sound.
    """
    for fit, reason, knob in _NEAR:
        if found.fits >> fit & 1:
            verdict.note_knob(reason, policy, knob)
    if found.fits >> Fit.LETTER_UNKNOWN & 1:
        verdict.note(Reason.LETTER_UNKNOWN, Outcome.CMTC)
    if found.fits >> Fit.JOINED & 1:
        verdict.note(Reason.SPACING, Outcome.CMTC if _fused(found) else Outcome.MTCH)
    typos, endings = found.fits >> Fit.TYPO & 1, found.fits >> Fit.ENDING & 1
    fit = found.fit_of(found.registered.given) if found.registered.given >= 0 else Fit.NONE
    extra = any(
        found.typed.words[i].letters > 1
        and not (fit is Fit.INITIAL_REGISTERED and found.typed.words[i].word.sex)
        for i in bits(typed_left & ~found.typed.generations)
    )
    if fit in _WEAK and (endings or extra):
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    weak_given = fit in _WEAK and (fit is not Fit.VARIANT or found.typed.scripts & found.registered.scripts)
    if typos and (weak_given or endings or extra or verdict.has(Reason.SURNAME_PARTIAL)):
        verdict.note(Reason.SURNAME_MISSING, Outcome.NMTC)


def _fused(found: Alignment) -> bool:
    """Whether a given name and a surname are one word on the other side."""
    return any(
        link.fit is Fit.JOINED
        and (_spans(found.typed, link.typed) or _spans(found.registered, link.registered))
        for link in found.links
    )


def _spans(side: Prepared, run: int) -> bool:
    """Whether a run of words holds a surname and a given name; Mc Donald is a surname alone."""
    first = side.words[(run & -run).bit_length() - 1].first
    return (
        bool(run & side.surname)
        and first not in SURNAME_BEGINNINGS
        and any(i == side.given or side.words[i].word.sex for i in bits(run & ~side.surname))
    )


def _judge_generations(found: Alignment, verdict: Verdict) -> None:
    if found.fits >> Fit.SYNONYM & 1:
        verdict.note(Reason.SYNONYM)
    typed = found.typed_free & found.typed.generations
    registered = found.registered_free & found.registered.generations
    if typed and registered:
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.NMTC)
    elif typed or registered:
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.CMTC)


def _judge_light(found: Alignment, verdict: Verdict) -> None:
    typed, registered = found.typed, found.registered
    if typed.titles & found.typed_free or registered.titles & found.registered_free:
        verdict.note(Reason.TITLE_IGNORED)
    if typed.titles or registered.titles:
        _judge_address(found, verdict)
    if _names_two(typed, found.typed_free) or _names_two(registered, found.registered_free):
        verdict.note(Reason.PARTICLE_IGNORED, Outcome.CMTC)
    typed_particle = _particle_left(typed, found.typed_free)
    registered_particle = _particle_left(registered, found.registered_free)
    if typed_particle and registered_particle:
        verdict.note(Reason.PARTICLE_DIFFERS, Outcome.CMTC)
    elif typed_particle or registered_particle:
        verdict.note(Reason.PARTICLE_IGNORED)


def _judge_address(found: Alignment, verdict: Verdict) -> None:
    """Judge a form of address against the other side's, or its given name (Herr A. Vogt, Frau A. Vogt)."""
    typed, registered = found.typed, found.registered
    addressed, registered_addressed = _address(typed), _address(registered)
    one = addressed or _given_sex(typed)
    other = registered_addressed or _given_sex(registered)
    if not one or not other or one & other:
        return
    given = registered.given
    if given < 0 or not FULL_FITS >> found.fit_of(given) & 1 or registered.words[given].letter:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    elif addressed and registered_addressed:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.CMTC)


def _address(name: Prepared) -> int:
    """Give the sexes that the titles tell of."""
    sexes = 0
    for i in bits(name.titles):
        sexes |= name.words[i].word.person & (blob.MALE | blob.FEMALE)
    return sexes


def _given_sex(name: Prepared) -> int:
    return name.words[name.given].word.sex if name.given >= 0 else 0


def _names_two(name: Prepared, free: int) -> bool:
    """Whether a word that means "and" fits nothing: it may part two holders (Peter und Müller)."""
    return any(
        name.words[i].word.tags & (blob.CONNECTOR | blob.WEAK) == blob.CONNECTOR
        for i in bits(name.light & ~name.titles & free)
    )


def _particle_left(name: Prepared, free: int) -> bool:
    return any(name.words[i].word.tags & blob.PARTICLE for i in bits(name.light & ~name.titles & free))


def _judge_order(found: Alignment, verdict: Verdict) -> None:
    """Judge the order: the surname may stand first or last; names around bin or ibn never change places."""
    order = found.order()
    descents = sum(a > b for a, b in pairwise(order))
    if not descents:
        return
    if _crosses_descent(found):
        verdict.note(Reason.ORDER, Outcome.NMTC)
    elif descents == 1 and order[-1] < order[0]:
        verdict.note(Reason.ORDER, Outcome.CMTC if _may_be_another(found, verdict) else Outcome.MTCH)
    else:
        verdict.note(Reason.ORDER, Outcome.CMTC)


def _may_be_another(found: Alignment, verdict: Verdict) -> bool:
    """Whether an unmarked surname is a given name too, and a middle one lacks (Martin Peter Thomas)."""
    typed, registered = found.typed, found.registered
    if typed.certain or registered.certain or not verdict.has(Reason.MIDDLE_MISSING):
        return False
    return all(registered.words[i].word.sex for i in bits(registered.surname))


def _crosses_descent(found: Alignment) -> bool:
    """Whether a word of descent (bin, ibn) stands before another name on one side than on the other."""
    typed, registered = _descents(found.typed), _descents(found.registered)
    if len(typed) != len(registered):
        return True
    return any(
        not any(link.typed >> i & 1 and link.registered >> j & 1 for link in found.links)
        for i, j in zip(typed, registered, strict=True)
    )


def _descents(side: Prepared) -> list[int]:
    """Give the names that follow a word of descent; Ben is a given name at either end."""
    last = len(side.words) - 1
    return [
        i + 1
        for i, folded in enumerate(side.words)
        if folded.word.tags & blob.LINK and i < last and (i or side.light >> i & 1)
    ]
