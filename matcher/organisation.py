"""The rules for organisations: distinctive words, numbers and legal forms (scheme reference, section 8)."""

from itertools import pairwise

from matcher.align import Alignment, Fit
from matcher.model import Outcome
from matcher.names import Prepared, bits
from matcher.policy import Policy
from matcher.reasons import Reason
from matcher.scripts import judge_scripts
from matcher.tables import blob
from matcher.verdict import Verdict


def judge(found: Alignment, policy: Policy) -> Verdict:
    """Judge a typed name against a registered organisation's name."""
    verdict = Verdict(similarity=found.similarity)
    typed, registered = found.typed, found.registered
    typed_left = found.typed_left(typed.core)
    registered_left = found.registered_left(registered.core)
    if not any(found.registered_fits[j] for j in bits(registered.core)):
        verdict.note(Reason.NOTHING_IN_COMMON, Outcome.NMTC)
        return verdict
    if not typed_left and not registered_left and _typos(found) == 0:
        verdict.note(Reason.EXACT)
    _judge_left(found, policy, typed_left, registered_left, verdict)
    _judge_form(found, policy, verdict)
    _judge_fits(found, policy, verdict)
    _judge_light(found, verdict)
    _judge_outer_signs(found, verdict)
    _judge_order(found, verdict)
    judge_scripts(found, policy, verdict)
    return verdict


def _typos(found: Alignment) -> int:
    return sum(1 for j in bits(found.registered.core) if found.registered_fits[j] is Fit.TYPO)


def _is_number(name: Prepared, i: int) -> bool:
    return name.tokens[i].digits or name.numbers[i] > 0 or bool(name.words[i].tags & blob.NUMBER)


def _distinctive(name: Prepared, i: int) -> bool:
    return not name.words[i].tags & blob.GENERIC


def _judge_left(
    found: Alignment, policy: Policy, typed_left: int, registered_left: int, verdict: Verdict
) -> None:
    """Judge words on one side only: numbers and distinctive words decide, generic ones only lower."""
    sides = ((found.typed, typed_left), (found.registered, registered_left))
    if any(_is_number(name, i) for name, left in sides for i in bits(left)):
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.NMTC)
    if not typed_left and not registered_left:
        return
    fits = [j for j in bits(found.registered.core) if found.registered_fits[j]]
    if (
        (typed_left and registered_left)
        or any(_distinctive(name, i) for name, left in sides for i in bits(left))
        or not any(_distinctive(found.registered, j) for j in fits)
    ):
        verdict.note(Reason.WORD_DIFFERS, Outcome.NMTC)
    else:
        verdict.note(Reason.GENERIC_DIFFERS, policy.generic_differs)


def _judge_form(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    typed, registered = found.typed, found.registered
    if not typed.forms and not registered.forms:
        return
    if typed.forms and registered.forms:
        if not typed.forms & registered.forms:
            verdict.note(Reason.FORM_DIFFERS, policy.form_differs)
        return
    verdict.note(Reason.FORM_MISSING, policy.form_missing)
    if not any(_distinctive(registered, j) for j in bits(registered.core)):
        verdict.note(Reason.FORM_MISSING, Outcome.CMTC)


def _judge_fits(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    """Judge near fits: a typo beside another form or a missing word is no match."""
    if found.spacing:
        verdict.note(Reason.SPACING)
    if found.synonym:
        verdict.note(Reason.SYNONYM)
    if _typos(found):
        weak = Reason.FORM_DIFFERS in verdict.reasons or Reason.GENERIC_DIFFERS in verdict.reasons
        verdict.note(Reason.TYPO, Outcome.NMTC if weak else policy.typo)
    if Reason.FORM_DIFFERS in verdict.reasons and Reason.GENERIC_DIFFERS in verdict.reasons:
        verdict.note(Reason.WORD_DIFFERS, Outcome.NMTC)


def _judge_light(found: Alignment, verdict: Verdict) -> None:
    """Judge connecting words, which stand for one another, and articles: only the sign & may be lost."""
    signs, connectors, others = [], [], []
    for name, left in (
        (found.typed, found.typed_left(found.typed.light)),
        (found.registered, found.registered_left(found.registered.light)),
    ):
        tags = [name.words[i].tags for i in bits(left) if not name.tokens[i].is_and]
        signs.append(any(name.tokens[i].is_and for i in bits(left)))
        connectors.append(any(tag & blob.CONNECTOR for tag in tags))
        others.append(any(not tag & blob.CONNECTOR for tag in tags))
    stand_in = [sign or connector for sign, connector in zip(signs, connectors, strict=True)]
    if any(signs) or all(stand_in):
        verdict.note(Reason.SYNONYM)
    if all(others):
        verdict.note(Reason.PARTICLE_DIFFERS, Outcome.CMTC)
    elif any(others) or (any(connectors) and not all(stand_in)):
        verdict.note(Reason.PARTICLE_IGNORED, Outcome.CMTC)


def _judge_outer_signs(found: Alignment, verdict: Verdict) -> None:
    """Judge the signs & and + before and after all words: there they are part of a name (Canal+)."""
    if _outer_signs(found.typed) != _outer_signs(found.registered):
        verdict.note(Reason.WORD_DIFFERS, Outcome.CMTC)


def _outer_signs(name: Prepared) -> tuple[int, int]:
    """Count the signs before the first core word, and those after the last."""
    signs = [i for i in bits(name.light) if name.tokens[i].is_and]
    core = bits(name.core)
    return sum(i < core[0] for i in signs), sum(i > core[-1] for i in signs)


def _judge_order(found: Alignment, verdict: Verdict) -> None:
    order = [found.pairs[i] for i in bits(found.typed.core) if found.pairs[i] >= 0]
    if any(a > b for a, b in pairwise(order)):
        verdict.note(Reason.ORDER, Outcome.CMTC)
