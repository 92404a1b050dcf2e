"""Joint accounts: a typed text that names several holders falls into parts, one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.tables import blob
from matcher.words import COMMA, DOT, HYPHEN, SLASH, Text

if TYPE_CHECKING:
    from matcher.words import Folded


def parts_of(text: Text) -> list[Text]:
    """Split at connecting words and strokes, and at commas where a whole name stands on each side of each.

    A part of one word borrows the surname of the part at the other end: "Peter und Anna Müller" is Peter
    Müller and Anna Müller; "Müller Peter und Anna" and "Müller, Peter/Anna" likewise.
    """
    parts = _split(text, SLASH)
    by_commas = _split(text, SLASH | COMMA)
    if len(by_commas) > len(parts) and all(_names(part) > 1 for part in by_commas):
        return by_commas
    if len(parts) < 2:  # noqa: PLR2004 (several holders)
        return parts
    first, last = parts[0], parts[-1]
    for number, part in enumerate(parts):
        if _names(part) != 1:
            continue
        if number < len(parts) - 1 and _names(last) > 1:
            parts[number] = _with_words(part, last.words[_surname_start(last) :])
        elif number and _names(first) > 1:
            parts[number] = _with_words(part, _surname(first))
    return parts


def _split(text: Text, gaps: int) -> list[Text]:
    """Split at the connecting words, and where one of the gaps stands."""
    parts: list[Text] = []
    start = 0
    for end in range(len(text.words) + 1):
        connects = end == len(text.words) or _connects(text.words[end])
        if not connects and not text.gaps[end] & gaps:
            continue
        if end > start:
            parts.append(text.part(start, end))
        start = end + connects
    return parts


def _connects(folded: Folded) -> bool:
    if folded.sign:
        return True
    return bool(folded.word.tags & blob.CONNECTOR) and not (folded.length == 1 and folded.upper)


def _names(part: Text) -> int:
    """Count the words of a part that are no titles."""
    return sum(not folded.word.tags & blob.TITLE for folded in part.words)


def _surname_start(part: Text) -> int:
    """Give where the last word begins, with the particles and hyphenated words before it."""
    start = len(part.words) - 1
    while start > 1 and (part.gaps[start] == HYPHEN or part.words[start - 1].word.tags & blob.PARTICLE):
        start -= 1
    return start


def _surname(part: Text) -> list[Folded]:
    """Give the surname that a later part borrows: before a comma, else at the end behind a given name."""
    for end in range(1, len(part.words)):
        if part.gaps[end] & COMMA:
            return part.words[:end]
    if part.words[0].word.sex and not part.words[-1].word.sex:
        return part.words[_surname_start(part) :]
    end = 1
    while end < len(part.words) and part.words[end - 1].word.tags & blob.PARTICLE:
        end += 1
    return part.words[:end]


def _with_words(part: Text, more: list[Folded]) -> Text:
    gaps = [*part.gaps[:-1], part.gaps[-1] & DOT, *[0] * len(more)]
    return Text([*part.words, *more], gaps, 0)
