"""Names that were cut: one side is the beginning of the other, at the length of a field or elsewhere.

Both kinds of name share the rule. A cut at a field's length explains why the rest is missing; any other
beginning is a doubt, and only one that ends inside a word looks like a cut at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from matcher.alignment import Alignment, Fit, shares
from matcher.model import HolderKind, Outcome
from matcher.prepared import Prepared, bits
from matcher.reasons import Reason
from matcher.scripts import judge_scripts
from matcher.tables import blob
from matcher.verdict import Verdict

if TYPE_CHECKING:
    from matcher.policy import Policy

FIELD_LENGTHS = frozenset((27, 35, 70, 140))
"""Characters of a name in DTAUS and CFONB, in SWIFT MT, in SEPA's ISO 20022, and in the scheme."""
GIVEN_NAMES_MAX = 2
"""Words of a person's name that may all be given names, as far as a field's length goes."""
LETTERS_MIN = 12
"""Letters and digits left of a name that was cut at no field's length."""
KEPT_MIN = 3
"""Letters left of the word that it was cut in."""
_NUMBER_TAGS = blob.NUMBER | blob.GENERATION


class Place(NamedTuple):
    """Where the longer name was cut: before or in its word `at`."""

    at: int
    kept: int
    """Bytes of that word's folding that are left; 0 for a cut before it."""


def compare(typed: Prepared, registered: Prepared, policy: Policy) -> tuple[Alignment, Verdict] | None:
    """Compare two names one of which may be the other's beginning; None if it is no cut name."""
    if typed.characters == registered.characters or not typed.characters:
        return None
    short, long = (typed, registered) if typed.characters < registered.characters else (registered, typed)
    if not any(long.words[0].first.startswith(v[0]) for v in short.words[0].variants):
        return None
    place = find_place(short, long)
    if place is None:
        return None
    field = short.characters in FIELD_LENGTHS and _fills_field(short)
    number = any(_is_number(long, i) for i in range(place.at, len(long.words)))
    if not _looks_cut(short, long, place, field=field, number=number):
        return None
    found = _linked(typed, registered, short, place)
    verdict = Verdict(found.similarity)
    verdict.note(Reason.NAME_CUT, Outcome.MTCH if field else Outcome.CMTC)
    if number:
        verdict.note(Reason.NUMBER_DIFFERS, Outcome.CMTC)
    judge_scripts(found, policy, verdict)
    return found, verdict


def find_place(short: Prepared, long: Prepared) -> Place | None:
    """Find where the longer name goes on behind the shorter: word by word, else letter by letter."""
    last = len(short.words) - 1
    if last < len(long.words) and all(shares(short.words[i], long.words[i]) for i in range(last)):
        word, other = short.words[last], long.words[last]
        if shares(word, other):
            return Place(last + 1, 0) if last + 1 < len(long.words) else None
        kept = max(
            (len(v.encode()) for v in word.variants if any(o.startswith(v) for o in other.variants)),
            default=0,
        )
        if kept:
            return Place(last, kept)
    if any(folded.digits for folded in short.words):
        return None
    return _place_in_letters(short, long, 0) or _place_in_letters(short, long, -1)


def _place_in_letters(short: Prepared, long: Prepared, variant: int) -> Place | None:
    """Find the place by the letters alone, of the first or the last folding of each word."""
    letters = "".join([folded.variants[variant] for folded in short.words])
    words = [folded.variants[variant] for folded in long.words]
    whole = "".join(words)
    if len(letters) == len(whole) or not whole.startswith(letters):
        return None
    left = len(letters.encode())
    for at, word in enumerate(words):
        size = len(word.encode())
        if left < size:
            return Place(at, left)
        left -= size
    return None


def _is_number(name: Prepared, i: int) -> bool:
    folded = name.words[i]
    return folded.digits or bool(folded.word.number or folded.word.tags & _NUMBER_TAGS)


def _letters(name: Prepared) -> int:
    return sum(folded.letters for folded in name.words)


def _fills_field(short: Prepared) -> bool:
    """Whether it is the name that fills the field, with one character more for each word, and no blanks."""
    return short.characters - _letters(short) <= len(short.words)


def _looks_cut(short: Prepared, long: Prepared, place: Place, *, field: bool, number: bool) -> bool:
    """Whether the rest may just be cut off: of a number never, but for one behind a word that was cut."""
    if not _enough(short, long, place, 1 if field else KEPT_MIN):
        return False
    if field:
        return not number or (place.kept > 0 and not _is_number(long, place.at))
    return not number and place.kept >= KEPT_MIN and _letters(short) >= LETTERS_MIN


def _enough(short: Prepared, long: Prepared, place: Place, kept: int) -> bool:
    """Whether what is left says who is meant.

    Of a person the given name in full and, of the surname, a word or `kept` letters, or more words than are
    given names. An organisation's name that ends with its legal form is whole, and so may be one that only
    lacks generic words.
    """
    if long.kind is HolderKind.PERSON:
        first = long.surname & -long.surname
        before = long.core & (1 << place.at) - 1
        return 0 <= long.given < place.at and (
            bool(first & before)
            or (first == 1 << place.at and place.kept >= kept)
            or (kept < KEPT_MIN and before.bit_count() > GIVEN_NAMES_MAX)
        )
    if not (short.core | short.light) >> (len(short.words) - 1) & 1:
        return False
    missing = bits(long.core >> place.at << place.at)
    return bool(place.kept) or not all(long.words[i].word.tags & blob.GENERIC for i in missing)


def _linked(typed: Prepared, registered: Prepared, short: Prepared, place: Place) -> Alignment:
    """Align the shorter name with the words of the longer one up to the cut."""
    found = Alignment(typed, registered)
    long = registered if short is typed else typed
    whole = (1 << place.at) - 1
    head = whole | (1 << place.at if place.kept else 0)
    weight = sum(short.words[i].length for i in bits(short.core))
    weight += sum(long.words[i].length for i in bits(long.core & whole))
    if long.core >> place.at & 1:
        # The folding that was cut may be longer than the first one, which a word's letters are counted by.
        weight += min(place.kept, long.words[place.at].length)
    short_words, long_words = short.core | short.light, (long.core | long.light) & head
    if short is typed:
        found.link(short_words, long_words, Fit.CUT, weight)
    else:
        found.link(long_words, short_words, Fit.CUT, weight)
    return found
