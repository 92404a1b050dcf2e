"""An explanation in plain words, for a compliance officer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.alignment import Fit
from matcher.explain import Tag
from matcher.model import HolderKind, NameKind, Outcome
from matcher.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.explain import Explanation, Pair, Part, Word
    from matcher.verdict import Note

_OUTCOMES = {
    Outcome.MTCH: "match",
    Outcome.CMTC: "close match",
    Outcome.NMTC: "no match",
    Outcome.NOAP: "not possible",
}
_KINDS = {HolderKind.PERSON: "person", HolderKind.ORGANISATION: "organisation"}
_NAME_KINDS = {
    NameKind.REGISTERED: "registered name",
    NameKind.ALIAS: "alias or trade name",
    NameKind.FORMER: "former name",
}
TAGS = {
    Tag.SURNAME: "surname",
    Tag.GIVEN: "first given name",
    Tag.MIDDLE: "middle name",
    Tag.GENERATION: "generation",
    Tag.TITLE: "title",
    Tag.PARTICLE: "particle or article",
    Tag.CONNECTOR: "connecting word",
    Tag.SIGN: "sign",
    Tag.INITIAL: "a single letter",
    Tag.DISTINCTIVE: "distinctive word",
    Tag.GENERIC: "generic or place word",
    Tag.NUMBER: "number",
    Tag.FORM: "legal form",
    Tag.BRANCH: "branch suffix",
    Tag.LIGHT: "may be missing",
}
FITS = {
    Fit.FULL: "equal",
    Fit.JOINED: "equal, written together on one side",
    Fit.SYNONYM: "another way to write the same",
    Fit.INITIAL_TYPED: "an initial was typed",
    Fit.INITIAL_REGISTERED: "an initial is held",
    Fit.VARIANT: "a variant of the same given name",
    Fit.ENDING: "equal but for the gender ending",
    Fit.TYPO: "a slip of the pen",
    Fit.ABBREVIATION: "a short form that may mean this word",
    Fit.LETTER_UNKNOWN: "equal but for a letter that could not be converted",
    Fit.CUT: "a beginning, where the name was cut",
    Fit.ACRONYM: "first letters",
    Fit.SOUND: "another spelling of the same sound",
}
REASONS = {
    Reason.EXACT: "equal but for case, punctuation, spacing and the writing of letters",
    Reason.ORDER: "the words stand in another order",
    Reason.SPACING: "words are joined on one side and apart on the other",
    Reason.TITLE_IGNORED: "a title, honorific or degree stands on one side only",
    Reason.PARTICLE_IGNORED: "a particle, article or connecting word stands on one side only",
    Reason.PARTICLE_DIFFERS: "each side has a particle that the other lacks",
    Reason.MIDDLE_MISSING: "a registered middle name was not typed",
    Reason.MIDDLE_EXTRA: "one word was typed that the registered name lacks",
    Reason.INITIAL_TYPED: "an initial was typed for a registered given name",
    Reason.INITIAL_REGISTERED: "a given name was typed where the bank holds an initial",
    Reason.SURNAME_PARTIAL: "one of several surnames, or half of a hyphenated name, is missing on one side",
    Reason.SURNAME_ENDING: "the surname differs in its gender ending only",
    Reason.GIVEN_VARIANT: "the given name is a variant, short form or diminutive of the registered one",
    Reason.GIVEN_MISSING: "the first given name was not typed, another one was",
    Reason.GIVEN_DIFFERS: "the given names are independent of each other, or of different sex",
    Reason.SURNAME_MISSING: "no surname was typed that fits",
    Reason.SURNAME_ONLY: "a surname was typed, and no given name that fits",
    Reason.TYPO: "the spelling differs slightly",
    Reason.SCRIPT_MIXED: "a word mixes letters of two scripts",
    Reason.SCRIPT_CROSSED: "the sides are written in different scripts",
    Reason.WORDS_EXTRA: "words were typed that fit no holder",
    Reason.WORD_DIFFERS: "a distinctive word is missing or different",
    Reason.GENERIC_DIFFERS: "a generic or place word stands on one side only",
    Reason.FORM_MISSING: "a legal form stands on one side only",
    Reason.FORM_DIFFERS: "the legal forms are different",
    Reason.NUMBER_DIFFERS: "a number is different or stands on one side only",
    Reason.SYNONYM: "a known abbreviation or connecting word stands for the other side's",
    Reason.ALIAS: "this is an alias or trade name of the holder",
    Reason.FORMER: "this is a former name of the holder",
    Reason.JOINT: "several holders were typed, and each part fits a holder of its own",
    Reason.NOT_DISCLOSABLE: "the name may not be disclosed, so a close match is not told",
    Reason.NOTHING_IN_COMMON: "no word that counts fits",
    Reason.NO_WORDS: "one side has no letter or digit to compare",
    Reason.TOO_MANY_WORDS: "one side is longer than a name, or has more words than are compared",
    Reason.STEPS_EXHAUSTED: "the comparison reached the limit of its work",
    Reason.NOT_ACTIVE: "the account is closed, or too large for this engine",
    Reason.NO_HOLDER: "the account has no name to compare with",
    Reason.IDENTIFICATION_EQUAL: "every identification typed is on file and equal",
    Reason.IDENTIFICATION_DIFFERS: "an identification of a scheme on file is different",
    Reason.IDENTIFICATION_NOT_HELD: "an identification's scheme is not on file, or none was typed",
    Reason.NAME_CUT: "one side was cut, and begins the other",
    Reason.LETTER_UNKNOWN: "a full stop stands for a letter that could not be converted",
    Reason.ACRONYM: "one side abbreviates the other to the first letters of its words",
    Reason.TRADING_AS: 'only the part before, or after, "t/a", "c/o" or their like fits',
    Reason.BRANCH: "a branch suffix stands on one side only",
}


def write(explanation: Explanation) -> str:
    """Write an explanation out, some lines long; it holds what was typed and what the bank holds."""
    return "\n".join(_lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    decision, typed = explanation.decision, explanation.typed
    outcome = decision.outcome
    yield f"Outcome    {outcome.name} ({_OUTCOMES[outcome]}), score {decision.score} of 1000"
    yield f"Typed      {typed}" if isinstance(typed, str) else f"Typed      {len(typed)} identification(s)"
    several = len(explanation.parts) > 1
    for number, part in enumerate(explanation.parts, 1):
        if several:
            yield f"\nPart {number} of {len(explanation.parts)}"
        yield from _part_lines(part)
    if explanation.notes:
        yield "\nRules on the whole" if explanation.parts else "\nRules"
        yield from map(_note_line, explanation.notes)
    yield ""
    yield _deciding_line(explanation)
    if decision.matched_name is not None:
        yield f"The answer tells the name: {decision.matched_name}"


def _part_lines(part: Part) -> Iterator[str]:
    yield f"Held       {part.held}"
    yield f"           ({_KINDS[part.kind]}, holder {part.holder + 1}, {_NAME_KINDS[part.name_kind]})"
    if part.typed:
        yield f"\nWord by word ({part.similarity} of 1000 letters that count fit)"
        yield from _word_lines(part)
    yield "\nRules"
    yield from map(_note_line, part.notes)


def _word_lines(part: Part) -> Iterator[str]:
    rows = [
        (_described(part.typed, pair.typed), _described(part.registered, pair.registered), _fit(pair))
        for pair in part.pairs
    ]
    rows += [(words, "-", "only typed") for words in _left(part.typed, [p.typed for p in part.pairs])]
    rows += [
        ("-", words, "only held") for words in _left(part.registered, [p.registered for p in part.pairs])
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for typed, registered, how in rows:
        yield f"  {typed:<{widths[0]}}  {registered:<{widths[1]}}  {how}"


def _fit(pair: Pair) -> str:
    """Say how words fit, and what it costs."""
    if not pair.cost:
        return FITS[pair.fit]
    return f"{FITS[pair.fit]}; {pair.cost} of {pair.weight + pair.cost} letters don't fit"


def _left(words: tuple[Word, ...], linked: list[tuple[int, ...]]) -> Iterator[str]:
    taken = {i for positions in linked for i in positions}
    return (_described(words, (i,)) for i in range(len(words)) if i not in taken)


def _described(words: tuple[Word, ...], positions: tuple[int, ...]) -> str:
    text = " ".join(words[i].text for i in positions)
    tags = dict.fromkeys(tag for i in positions for tag in words[i].tags if tag in TAGS)
    return f"{text} ({', '.join(TAGS[tag] for tag in tags)})"


def _note_line(note: Note) -> str:
    line = f"  {note.reason.name}: {REASONS[note.reason]}"
    if note.ceiling is Outcome.MTCH and not note.knob:
        return line
    best = "at best " if note.ceiling is Outcome.CMTC else ""
    knob = f" ({note.knob} = {note.ceiling.name})" if note.knob else ""
    return f"{line} -> {best}{_OUTCOMES[note.ceiling]}{knob}"


def _deciding_line(explanation: Explanation) -> str:
    note = explanation.decided_by
    if note is None:
        return "Nothing lowered the outcome."
    if not note.knob:
        return f"Decided by {note.reason.name}, which no knob of the policy changes."
    others = ", ".join(
        f"with {one.setting.name} the answer is {one.outcome.name}" for one in explanation.alternatives
    )
    return f"Decided by {note.reason.name} and the knob {note.knob} = {note.ceiling.name}; {others}."
