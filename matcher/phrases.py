"""Phrases of several words, such as "trading as": the tables hold each written as one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.tables import blob
from matcher.words import SLASH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.tables.blob import Word
    from matcher.words import Folded

PHRASE_WORDS_MAX = 5


def find_phrase(
    words: list[Folded], gaps: list[int], tag: int, lexicon: Mapping[str, Word]
) -> tuple[int, int] | None:
    """Find the first phrase with a tag, the longest there, behind some word: where it begins and ends."""
    content = not words[0].sign
    for start in range(1, len(words)):
        tags = words[start].word.tags
        if content and tags & (tag | blob.OPENS):
            end = _end(words, gaps, start, tag, lexicon)
            if end:
                return start, end
        content = content or not words[start].sign
    return None


def _end(words: list[Folded], gaps: list[int], start: int, tag: int, lexicon: Mapping[str, Word]) -> int:
    """Give where the longest phrase that begins at `start` ends; 0 if there is none."""
    longest = PHRASE_WORDS_MAX if words[start].word.tags & blob.OPENS else 1
    keys: tuple[str, ...] = ("",)
    best = 0
    slashed = True
    for end in range(start + 1, min(len(words), start + longest) + 1):
        keys = behind(keys, words[end - 1])
        slashed = slashed and (end == start + 1 or bool(gaps[end - 1] & SLASH))
        word = next((lexicon[key] for key in keys if key in lexicon), blob.UNKNOWN)
        if word.tags & tag and (not word.tags & blob.WEAK or (slashed and end > start + 1)):
            best = end
    return best


def behind(keys: tuple[str, ...], folded: Folded) -> tuple[str, ...]:
    """Write a word behind the keys, each variant by itself."""
    variants = folded.variants
    if len(keys) == len(variants) == 1:
        return (keys[0] + variants[0],)
    count = max(len(keys), len(variants))
    return tuple(keys[min(v, len(keys) - 1)] + variants[min(v, len(variants) - 1)] for v in range(count))
