"""A name made ready to compare: its words, and what each of them is.

A set of words is an `int` with bit i for word i, so that both engines hold it alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from matcher.words import COMMA, DOT, HYPHEN

if TYPE_CHECKING:
    from matcher.model import HolderKind
    from matcher.words import Folded, Text

SMALL_SETS: Final = 1_024
"""Sets that names of ten words have at most, kept from the start."""
SETS_CACHED_MAX = 65_536


def bits(words: int) -> tuple[int, ...]:
    """Give the positions in a set of words, ascending."""
    return _SMALL[words] if words < SMALL_SETS else _bits(words)


@lru_cache(SETS_CACHED_MAX)
def _bits(words: int) -> tuple[int, ...]:
    return tuple(i for i in range(words.bit_length()) if words >> i & 1)


_SMALL: Final[list[tuple[int, ...]]] = [_bits(words) for words in range(SMALL_SETS)]


class Prepared:
    """The words of one name and what each is; the rules of each kind fill it in."""

    __slots__ = (
        "branch",
        "certain",
        "characters",
        "core",
        "dotted",
        "form_doubtful",
        "forms",
        "gaps",
        "generations",
        "given",
        "kind",
        "light",
        "numbers",
        "surname",
        "titles",
        "words",
    )

    def __init__(self, kind: HolderKind, text: Text) -> None:
        self.kind = kind
        self.words: list[Folded] = text.words
        self.gaps: list[int] = text.gaps
        self.characters: int = text.characters
        self.core: int = 0
        """The words that must fit."""
        self.light: int = 0
        """Titles, particles and connecting words: free to be missing."""
        self.generations: int = 0
        """Junior, III and their like: core words of a person that are neither given name nor surname."""
        self.forms: frozenset[int] = frozenset()
        """Classes of the legal form, empty if it has none."""
        self.form_doubtful: bool = False
        """Whether the legal form may as well be a word of the name (Ute, Sal)."""
        self.branch: int = 0
        """An organisation's branch suffix: neither core nor light."""
        self.dotted: dict[int, int] = {}
        """The synonyms of an organisation's words that a bare full stop joins to the next (F.lli)."""
        self.numbers: dict[int, int] = {}
        """The values of an organisation's words that are numbers."""
        self.titles: int = 0
        """Light words that are a person's titles."""
        self.surname: int = 0
        self.given: int = -1
        """The first given name's position, or -1."""
        self.certain: bool = False
        """Whether a comma or capitals mark the surname."""

    def hyphen(self, i: int) -> bool:
        """Whether only a hyphen stands between word i and the one before."""
        return i > 0 and self.gaps[i] == HYPHEN

    def comma(self, i: int) -> bool:
        """Whether a comma stands before word i."""
        return bool(self.gaps[i] & COMMA)

    def dot(self, i: int) -> bool:
        """Whether a full stop follows word i."""
        return bool(self.gaps[i + 1] & DOT)

    @property
    def scripts(self) -> int:
        """Scripts of the core words."""
        union = 0
        for i in bits(self.core):
            union |= self.words[i].scripts
        return union
