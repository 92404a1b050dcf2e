"""Joint accounts: a typed text that names several holders falls into parts, one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.tables import blob
from matcher.words import DOT, HYPHEN, Text

if TYPE_CHECKING:
    from matcher.words import Folded


def parts_of(text: Text) -> list[Text]:
    """Split at the connecting words.

    A part of one word borrows the surname of the part at the other end: "Peter und Anna Müller" is Peter
    Müller and Anna Müller; "Müller Peter und Anna" likewise.
    """
    parts: list[Text] = []
    start = 0
    for end in range(len(text.words) + 1):
        if end == len(text.words) or _connects(text.words[end]):
            if end > start:
                parts.append(text.part(start, end))
            start = end + 1
    if len(parts) < 2:  # noqa: PLR2004 (several holders)
        return parts
    first, last = parts[0], parts[-1]
    for number, part in enumerate(parts):
        if _names(part) != 1:
            continue
        if number < len(parts) - 1 and len(last.words) > 1:
            parts[number] = _with_words(part, last.words[_surname_start(last) :])
        elif number and len(first.words) > 1:
            parts[number] = _with_words(part, first.words[:1])
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


def _with_words(part: Text, more: list[Folded]) -> Text:
    gaps = [*part.gaps[:-1], part.gaps[-1] & DOT, *[0] * len(more)]
    return Text([*part.words, *more], gaps, 0)
