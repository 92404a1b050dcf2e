"""The rules for persons: given name against surname is what counts (scheme reference, section 8)."""

from itertools import pairwise

from matcher.align import Alignment, Fit
from matcher.model import Outcome
from matcher.names import bits
from matcher.policy import Policy
from matcher.reasons import Reason
from matcher.scripts import judge_scripts
from matcher.tables import blob
from matcher.verdict import Verdict

_WEAK = (Fit.INITIAL_TYPED, Fit.INITIAL_REGISTERED, Fit.VARIANT)


def judge(found: Alignment, policy: Policy) -> Verdict:
    """Judge a typed name against a registered person's name."""
    verdict = Verdict(similarity=found.similarity)
    typed_left = found.typed_left(found.typed.core)
    registered_left = found.registered_left(found.registered.core)
    if not any(found.typed_fits[i] for i in bits(found.typed.core)):
        verdict.note(Reason.NOTHING_IN_COMMON, Outcome.NMTC)
        return verdict
    if not typed_left and not registered_left and _all_full(found):
        verdict.note(Reason.EXACT)
    _judge_surname(found, policy, verdict)
    _judge_given(found, policy, typed_left, verdict)
    _judge_middles(found, policy, verdict)
    _judge_extra(found, policy, typed_left, registered_left, verdict)
    _judge_fits(found, policy, verdict)
    _judge_generations(found, verdict)
    _judge_light(found, verdict)
    _judge_order(found, verdict)
    judge_scripts(found, policy, verdict)
    return verdict


def _all_full(found: Alignment) -> bool:
    return all(found.typed_fits[i] is Fit.FULL for i in bits(found.typed.core))


def _judge_surname(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    registered = found.registered
    left = found.registered_left(registered.surname)
    if left == 0:
        return
    if left != registered.surname or _middle_surname_fits(found):
        full_given = registered.given >= 0 and found.registered_fits[registered.given] is Fit.FULL
        verdict.note(Reason.SURNAME_PARTIAL, policy.surname_partial if full_given else Outcome.NMTC)
        return
    verdict.note(Reason.SURNAME_MISSING, Outcome.NMTC)


def _middles(found: Alignment) -> list[int]:
    registered = found.registered
    mask = registered.core & ~registered.surname & ~registered.generations
    return [j for j in bits(mask) if j != registered.given]


def _middle_surname_fits(found: Alignment) -> bool:
    """Whether a middle word fits in full that may be the first of two surnames (Ana Mato Adrover)."""
    registered = found.registered
    return not registered.certain and any(
        found.registered_fits[j] is Fit.FULL
        and not registered.words[j].sex
        and registered.tokens[j].length > 1
        for j in _middles(found)
    )


def _judge_given(found: Alignment, policy: Policy, typed_left: int, verdict: Verdict) -> None:
    given = found.registered.given
    if given < 0 or found.registered_fits[given]:
        return
    if typed_left:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    elif _other_given_fits(found):
        verdict.note(Reason.GIVEN_MISSING, Outcome.CMTC)
    else:
        verdict.note(Reason.SURNAME_ONLY, policy.surname_only)


def _other_given_fits(found: Alignment) -> bool:
    """Whether a middle word fits in full that is no first of two surnames (García Robledo alone)."""
    registered = found.registered
    return any(
        found.registered_fits[j] is Fit.FULL and (registered.certain or registered.words[j].sex)
        for j in _middles(found)
    )


def _judge_middles(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    registered = found.registered
    for j in _middles(found):
        if found.registered_fits[j]:
            continue
        token, word = registered.tokens[j], registered.words[j]
        following = registered.tokens[j + 1] if j + 1 < len(registered.tokens) else None
        hyphenated = token.hyphen or (following is not None and following.hyphen)
        maybe_surname = not registered.certain and not word.sex and token.length > 1
        if hyphenated or maybe_surname:
            verdict.note(Reason.SURNAME_PARTIAL, policy.surname_partial)
        else:
            verdict.note(Reason.MIDDLE_MISSING, policy.middle_missing)


def _judge_extra(
    found: Alignment, policy: Policy, typed_left: int, registered_left: int, verdict: Verdict
) -> None:
    """Judge typed words that fit nothing: beside a registered word left over, they contradict it."""
    extra = bits(typed_left & ~found.typed.generations)
    if not extra:
        return
    if registered_left & ~found.registered.generations:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    elif len(extra) > 1:
        verdict.note(Reason.WORDS_EXTRA, Outcome.NMTC)
    else:
        token = found.typed.tokens[extra[0]]
        if token.hyphen:
            verdict.note(Reason.SURNAME_PARTIAL, policy.surname_partial)
        else:
            verdict.note(Reason.MIDDLE_EXTRA, policy.middle_extra)


def _judge_fits(found: Alignment, policy: Policy, verdict: Verdict) -> None:
    """Judge near fits: each has its ceiling, and a weak surname beside a weak given name is no match."""
    fits = {found.registered_fits[j] for j in bits(found.registered.core)}
    for fit, reason, ceiling in (
        (Fit.INITIAL_TYPED, Reason.INITIAL_TYPED, policy.initial_typed),
        (Fit.INITIAL_REGISTERED, Reason.INITIAL_REGISTERED, policy.initial_registered),
        (Fit.VARIANT, Reason.GIVEN_VARIANT, policy.given_variant),
        (Fit.ENDING, Reason.SURNAME_ENDING, policy.surname_ending),
        (Fit.TYPO, Reason.TYPO, policy.typo),
    ):
        if fit in fits:
            verdict.note(reason, ceiling)
    if found.spacing:
        verdict.note(Reason.SPACING, Outcome.CMTC if found.fused else Outcome.MTCH)
    given = found.registered.given
    weak_given = given >= 0 and found.registered_fits[given] in _WEAK
    weak_rest = Fit.TYPO in fits or Fit.ENDING in fits or Reason.MIDDLE_EXTRA in verdict.reasons
    if weak_given and weak_rest:
        verdict.note(Reason.GIVEN_DIFFERS, Outcome.NMTC)
    if Fit.ENDING in fits and Fit.TYPO in fits:
        verdict.note(Reason.SURNAME_MISSING, Outcome.NMTC)


def _judge_generations(found: Alignment, verdict: Verdict) -> None:
    typed = found.typed_left(found.typed.generations)
    registered = found.registered_left(found.registered.generations)
    if typed and registered:
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.NMTC)
    elif typed or registered:
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.CMTC)


def _judge_light(found: Alignment, verdict: Verdict) -> None:
    typed = found.typed_left(found.typed.light)
    registered = found.registered_left(found.registered.light)
    sides = [(typed, found.typed), (registered, found.registered)]
    tags = [[name.words[i].tags for i in bits(mask) if not name.tokens[i].is_and] for mask, name in sides]
    if any(tag & blob.TITLE for side in tags for tag in side):
        verdict.note(Reason.TITLE_IGNORED)
    particles = [any(tag & blob.PARTICLE and not tag & blob.TITLE for tag in side) for side in tags]
    if all(particles):
        verdict.note(Reason.PARTICLE_DIFFERS, Outcome.CMTC)
    elif any(particles):
        verdict.note(Reason.PARTICLE_IGNORED)


def _judge_order(found: Alignment, verdict: Verdict) -> None:
    """Judge the order: the surname may stand first or last; names around bin or ibn never change places."""
    order = [found.pairs[i] for i in bits(found.typed.core) if found.pairs[i] >= 0]
    descents = sum(1 for a, b in pairwise(order) if a > b)
    if not descents:
        return
    linked = any(word.tags & blob.LINK for side in (found.typed, found.registered) for word in side.words)
    if linked:
        verdict.note(Reason.ORDER, Outcome.NMTC)
    elif descents == 1 and order[-1] < order[0]:
        verdict.note(Reason.ORDER)
    else:
        verdict.note(Reason.ORDER, Outcome.CMTC)
