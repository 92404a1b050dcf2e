"""What makes one name of the other: the kind of variation between two labelled names.

Told from the two texts alone, by plain rules that know nothing of the matcher's, so that recall can be shown
for each kind. The first kind that explains the whole difference is the answer. Case, punctuation and
diacritics never count, except of letters such as ü and ø, which later kinds know by sound and by base.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, combining, normalize

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = "other"
EDITS_MAX = 2
PERSON_WORDS_MIN = 2
"""Words that the shorter of two names of a person must have for a dropped word: fewer name nobody."""
FORM_WORDS_MAX = 6

_SOUND, _BASE = (
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss", "æ": "ae", "œ": "oe"},
    {"ä": "a", "ö": "o", "ü": "u", "ø": "o", "å": "a", "ß": "ss", "æ": "ae", "œ": "oe"},
)
_KEPT = {letter: letter for letter in _SOUND}
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])")

_TITLES_WRITTEN = """
dr, prof, mag, ing, dipl, med, hab, habil, jur, phil, rer, nat, herr, frau, mr, mrs, ms, miss, sir, dame,
lord, lady, mme, mlle, monsieur, madame, sig, sig.ra, sig.na, signor, signora, dott, dott.ssa, avv, don,
doña, sr, sra, sr. d, dhr, mevr, mw, drs, ir, mgr, inż, eng, rev, univ, hon, bc, judr, mudr, phdr, rndr,
paedr, mba, phd, ph.d, ma, m.a, ba, b.a, msc, m.sc, bsc, b.sc, llm, ll.m, csc, obe, mbe, cbe, md, m.d, kc,
qc
"""
_FORMS_WRITTEN = """
ag, aktiengesellschaft, gmbh, mbh, gesellschaft mit beschraenkter haftung, ggmbh, ug, kg, kgaa, ohg, gbr,
eg, ev, ek, eu, eingetragener verein, kommanditgesellschaft, se, gmbh und co kg, gmbh co kg, ag co kg, se co
kgaa, limited, ltd, plc, public limited company, llp, lp, cic, inc, incorporated, corp, corporation,
company, co, llc, pty ltd, pty, bv, nv, besloten vennootschap, naamloze vennootschap, vof, cv, sa, sas,
sasu, sarl, eurl, snc, sci, societe anonyme, societe par actions simplifiee, societe a responsabilite
limitee, spa, srl, srls, sapa, societa per azioni, societa a responsabilita limitata, sl, slu, sau, sociedad
limitada, sociedad anonima, lda, limitada, ltda, oy, oyj, osakeyhtioe, ab, abp, aktiebolag, publ, hb, ks,
as, asa, aksjeselskap, aktieselskab, aps, anpartsselskab, is, sro, spol sro, akciova spolecnost, spolecnost
s rucenim omezenym, kft, zrt, nyrt, bt, korlatolt feleloessegue tarsasag, korlatolt felelossegu tarsasag,
doo, dd, druzba z omejeno odgovornostjo, ood, eood, ad, ead, sp zoo, spolka z ograniczona
odpowiedzialnoscia, spolka akcyjna, ska, uab, uzdaroji akcine bendrove, sia, sabiedriba ar ierobezotu
atbildibu, oue, ou, osauehing, ike, epe, ae, jsc, ojsc, pjsc, ooo, pt, tbk, sdn bhd, kk, il, in liquidazione
"""


def _entries(text: str) -> list[str]:
    return [" ".join(entry.split()) for entry in text.split(",")]


_LONGEST_FIRST = sorted(_entries(_TITLES_WRITTEN), key=len, reverse=True)
_TITLES = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})(?![^\W_])\.?")
_FORMS = frozenset(entry.replace(" ", "") for entry in _entries(_FORMS_WRITTEN))
"""Legal forms of many countries, in letters by sound and without spaces."""


def variation(kind: str, one: str, other: str) -> str:
    """Name the variation between two names of a kind, `person` or `org`; `other` if none explains it all."""
    if _words(one, _KEPT) == _words(other, _KEPT):
        return "presentation"
    for name, explains in _TESTS[kind]:
        if explains(one, other):
            return name
    return OTHER


def _words(text: str, letters: dict[str, str]) -> list[str]:
    """Give the words of a text in small base letters, some letters as `letters` says."""
    text = _DOTTED.sub(lambda found: found[0].replace(".", ""), normalize("NFC", text).lower())
    if not text.isascii():
        text = "".join(letters.get(letter) or _base(letter) for letter in text).translate(_PLAIN)
    return re.findall(r"[^\W_]+", text)


def _base(letter: str) -> str:
    """Strip a letter's diacritics, and drop what is invisible."""
    if category(letter) == "Cf":
        return ""
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))


def _by_any_folding(test: Callable[[list[str], list[str]], bool]) -> Callable[[str, str], bool]:
    """Make a test of words one of texts: it holds if it does for one way of folding each side."""

    def explains(one: str, other: str) -> bool:
        return any(test(here, there) for here in _foldings(one) for there in _foldings(other))

    return explains


@lru_cache(maxsize=2)
def _foldings(text: str) -> list[list[str]]:
    """Give the words by sound and, where they differ, by base; kept for the two names that are compared."""
    by_sound, by_base = _words(text, _SOUND), _words(text, _BASE)
    return [by_sound] if by_sound == by_base else [by_sound, by_base]


def _equal(one: list[str], other: list[str]) -> bool:
    return one == other


def _equal_joined(one: list[str], other: list[str]) -> bool:
    return "".join(one) == "".join(other)


def _reordered(one: list[str], other: list[str]) -> bool:
    return sorted(one) == sorted(other)


def _titled(one: str, other: str) -> bool:
    """Tell whether the same words are left without titles."""
    left = [_TITLES.sub(" ", text.lower()) for text in (one, other)]
    return left != [one.lower(), other.lower()] and _by_any_folding(_reordered)(*left)


def _initials(one: list[str], other: list[str]) -> bool:
    """Tell whether what differs are initials on one side, dotted or joined, for words of the other."""
    left, right = map(sorted, _rests(one, other))
    if not (left and right) or len(left) == len(one):
        return False
    if len(left) == len(right):
        pairs = list(zip(left, right, strict=True))
        if all(here[0] == there[0] and 1 in (len(here), len(there)) for here, there in pairs):
            return True
    return _stand_for(left, right) or _stand_for(right, left)


def _stand_for(joined: list[str], words: list[str]) -> bool:
    return sorted("".join(joined)) == [word[0] for word in words]


def _dropped(one: list[str], other: list[str]) -> bool:
    """Tell whether one side has all the words of the other and more."""
    left, right = _rests(one, other)
    return bool(left) != bool(right)


def _word_dropped_of_person(one: list[str], other: list[str]) -> bool:
    return min(len(one), len(other)) >= PERSON_WORDS_MIN and _dropped(one, other)


def _rests(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Give the words of each side that the other lacks, in order."""
    return _without(one, other), _without(other, one)


def _without(words: list[str], others: list[str]) -> list[str]:
    taken = Counter(others)
    rest = []
    for word in words:
        if taken[word]:
            taken[word] -= 1
        else:
            rest.append(word)
    return rest


def _forms_apart(one: list[str], other: list[str]) -> bool:
    """Tell whether the same is left without legal forms."""
    left, right = _core(one), _core(other)
    return bool(left) and "".join(left) == "".join(right)


def _core(words: list[str]) -> list[str]:
    """Strip the legal forms from both ends."""
    stripped = True
    while stripped:
        stripped = False
        for length in range(min(FORM_WORDS_MAX, len(words) - 1), 0, -1):
            if "".join(words[-length:]) in _FORMS:
                words, stripped = words[:-length], True
                break
            if "".join(words[:length]) in _FORMS:
                words, stripped = words[length:], True
                break
    return words


def _misspelt(one: list[str], other: list[str]) -> bool:
    return any(
        OSA.distance(*map(" ".join, sides), score_cutoff=EDITS_MAX) <= EDITS_MAX
        for sides in ((one, other), (sorted(one), sorted(other)))
    )


_TESTS: dict[str, tuple[tuple[str, Callable[[str, str], bool]], ...]] = {
    "person": (
        ("umlaut", _by_any_folding(_equal)),
        ("spacing", _by_any_folding(_equal_joined)),
        ("order", _by_any_folding(_reordered)),
        ("title", _titled),
        ("initial", _by_any_folding(_initials)),
        ("token dropped", _by_any_folding(_word_dropped_of_person)),
        ("typo", _by_any_folding(_misspelt)),
    ),
    "org": (
        ("umlaut", _by_any_folding(_equal)),
        ("spacing", _by_any_folding(_equal_joined)),
        ("order", _by_any_folding(_reordered)),
        ("legal form", _by_any_folding(_forms_apart)),
        ("token dropped", _by_any_folding(_dropped)),
        ("typo", _by_any_folding(_misspelt)),
    ),
}

VARIATIONS = ("presentation", *dict.fromkeys(name for tests in _TESTS.values() for name, _ in tests), OTHER)
"""All kinds, in the order in which they are shown."""
