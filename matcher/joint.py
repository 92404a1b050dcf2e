"""Joint accounts: a typed text that names several holders falls into parts, one for each."""

from matcher.tables import blob
from matcher.tables.blob import Word
from matcher.words import Token


def parts_of(tokens: list[Token], lexicon: dict[str, Word]) -> list[list[Token]]:
    """Split at the connecting words.

    A part of one word borrows the surname of the part at the other end: "Peter und Anna Müller" is Peter
    Müller and Anna Müller; "Müller Peter und Anna" likewise.
    """
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if _connects(token, lexicon):
            if parts[-1]:
                parts.append([])
        else:
            parts[-1].append(token)
    if not parts[-1]:
        parts.pop()
    if len(parts) > 1:
        first, last = parts[0], parts[-1]
        for number, part in enumerate(parts):
            if _names(part, lexicon) != 1:
                continue
            if number < len(parts) - 1 and len(last) > 1:
                parts[number] = [*part, *_surname(last, lexicon)]
            elif number and len(first) > 1:
                parts[number] = [*part, first[0]]
    return parts


def _connects(token: Token, lexicon: dict[str, Word]) -> bool:
    if token.is_and:
        return True
    word = lexicon.get(token.variants[0])
    return word is not None and bool(word.tags & blob.CONNECTOR) and not (token.length == 1 and token.upper)


def _names(part: list[Token], lexicon: dict[str, Word]) -> int:
    """Count the words of a part that are no titles."""
    return sum(1 for token in part if not _tagged(token, lexicon, blob.TITLE))


def _surname(part: list[Token], lexicon: dict[str, Word]) -> list[Token]:
    """Give the last word with the particles and hyphenated words before it."""
    start = len(part) - 1
    while start > 1 and (part[start].hyphen or _tagged(part[start - 1], lexicon, blob.PARTICLE)):
        start -= 1
    return part[start:]


def _tagged(token: Token, lexicon: dict[str, Word], tag: int) -> bool:
    word = lexicon.get(token.variants[0])
    return word is not None and bool(word.tags & tag)
