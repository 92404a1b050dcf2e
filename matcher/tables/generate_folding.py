"""Writes `folding.txt` from the Unicode character database and the transliteration rules below.

Run by hand (`python -m matcher.tables.generate_folding`) when a rule changes; the text is committed, so the
compiled tables do not depend on the Python version. Sources: Unicode Character Database (Unicode licence;
facts), EPC217-08 (column 2), ELOT 743 / ISO 843 (Greek, column 0), BGN/PCGN and ICAO 9303 (Russian, columns 0
and 4), Serbian Latin and ISO 9:1968 (column 1), Bulgarian law of 2009 (column 2), Ukrainian resolution 55 of
2010 (columns 3 and 7), spellings in the English and the French press (columns 5 and 6).
"""

# ruff: noqa: RUF001, PLR2004 (the rules are about letters that look alike, and code points)

import unicodedata
from itertools import product
from pathlib import Path

COLUMNS = 8
CODE_POINTS = 0x20000
TARGET = Path(__file__).parent / "folding.txt"

_LATIN = {
    "ä": "a,ae",
    "ö": "o,oe",
    "ü": "u,ue",
    "ő": "o,oe",
    "ű": "u,ue",
    "å": "a,aa",
    "ø": "o,oe",
    "ǿ": "o,oe",
    "ß": "ss,ss,s",
    "ẞ": "ss,ss,s",
    "æ": "ae,ae,a",
    "ǽ": "ae,ae,a",
    "ǣ": "ae,ae,a",
    "œ": "oe,oe,o",
    "þ": "th,th,p,b",
    "ð": "d,dh",
    "đ": "d,dj",
    "ĳ": "ij,y,i",
    "ŉ": "n",
    "ŋ": "n,ng",
    "ĸ": "k,q",
    "ſ": "s",
    "ı": "i",
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "ə": "e,a",
}
_CYRILLIC = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g,g,g,h",
    "ґ": "g",
    "д": "d",
    "е": "e",
    "ж": "zh,z,zh,zh,zh,zh,j",
    "ё": "e,jo,e,e,e,yo",
    "з": "z",
    "и": "i,i,i,y",
    "й": "y,j,y,i,i,i,i,y",
    "і": "i",
    "ї": "yi,ji,i,i,i,i,,yi",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u,u,u,u,u,u,ou",
    "ф": "f",
    "х": "kh,h,h,kh,kh,h",
    "ц": "ts,c,ts,ts,ts,c,tz",
    "ч": "ch,c,ch,ch,ch,ch,tch",
    "ш": "sh,s,sh,sh,sh,sh,ch",
    "щ": "shch,sc,sht,shch,shch,sch,cht",
    "ъ": "-,-,a,-,ie,-",
    "ы": "y",
    "ь": "-,-,y,-,-,-",
    "э": "e,e,e,e,e",
    "ю": "yu,ju,yu,iu,iu,yu,iou,yu",
    "я": "ya,ja,ya,ia,ia,ya,ia,ya",
    "є": "ye,je,e,ie,e,e,,ye",
    "ў": "u,u,u,u,u,w",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "ђ": "dj,dj,dj,d",
    "џ": "dz,dz,dz,dzh",
    "ѓ": "g,gj",
    "ќ": "k,kj",
    "ѕ": "dz",
    "ѐ": "e",
    "ѝ": "i",
}
_GREEK = {
    "α": "a",
    "β": "v",
    "γ": "g",
    "δ": "d",
    "ε": "e",
    "ζ": "z",
    "η": "i,i,i,i,i,e",
    "θ": "th",
    "ι": "i",
    "κ": "k",
    "λ": "l",
    "μ": "m",
    "ν": "n",
    "ξ": "x,ks",
    "ο": "o",
    "π": "p",
    "ρ": "r",
    "σ": "s",
    "ς": "s",
    "τ": "t",
    "υ": "y,i,y,y,y,u",
    "φ": "f,f,f,f,f,ph",
    "χ": "ch,h,ch,kh,h",
    "ψ": "ps",
    "ω": "o",
}
_GREEK_PAIRS = {
    "ου": "ou,u,oy",
    "αυ": "av,af,ay,af,af,au",
    "ευ": "ev,ef,ey,ef,ef,eu",
    "ηυ": "iv,if,iy",
    "γγ": "ng,g,gg",
    "γξ": "nx,nks,gx",
    "γχ": "nch,nh,gch",
    "μπ": "mp,b,mp,b,b",
    "ντ": "nt,d",
    "γκ": "gk,g,gk,gk,gk,g,,g",
    "αι": "ai,e",
    "ει": "ei,i",
    "οι": "oi,i",
}
_CYRILLIC_PAIRS = {
    "кс": "ks,ks,ks,ks,ks,x,x",
    "дж": "dzh,dz,dzh,dzh,dzh,j,dj",
    "ий": "iy,ij,iy,yi,ii,y,i",
    "ия": "iya,ija,iya,yia,iia,ia,ia",
}
_APOSTROPHES = "'’‘‛ʼʻʹ`´′＇ꞌʾʿ"
_AND = "&+＆＋﹠﹢"
_DOTS = ".．。·"
_COMMAS = ",;，；、"
_EXTRA_DIACRITICS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
_RULES = {"latin": _LATIN, "greek": _GREEK, "cyrillic": _CYRILLIC}


def _columns(rule: str) -> str:
    """Spell a rule out: an empty column repeats column 0, `-` is no letter; column 7 repeats column 3."""
    given = rule.split(",")
    cells = [given[i] if i < len(given) and given[i] else given[0] for i in range(COLUMNS)]
    if len(given) < COLUMNS:
        cells[7] = cells[3]
    return cells[0] if len(set(cells)) == 1 else "|".join(cells)


def _latin_fallback(base: str) -> str | None:
    """Give the letter in the Unicode name: LATIN SMALL LETTER X WITH HOOK is an x."""
    words = unicodedata.name(base, "").split()
    if words[:1] == ["LATIN"] and "LETTER" in words:
        letter = words[words.index("LETTER") + 1 :][:1]
        if letter and len(letter[0]) == 1:
            return letter[0].lower()
    return None


def _letter(character: str) -> str | None:
    """Class and columns of a Latin, Greek or Cyrillic letter; None for anything else."""
    lower = character.lower() if len(character.lower()) == 1 else character
    for script, rules in _RULES.items():
        if lower in rules:
            return f"{script} {_columns(rules[lower])}"
    return _decomposed(lower)


def _decomposed(lower: str) -> str | None:
    """Fold by what Unicode says a letter is made of, or by its name."""
    plain = unicodedata.normalize("NFKD", lower)
    if plain == lower:
        letter = lower if "a" <= lower <= "z" else _latin_fallback(lower)
        return f"latin {letter}" if letter else None
    first = unicodedata.normalize("NFC", plain[:2])
    if len(plain) > 2 and first in _LATIN:
        return f"latin {_columns(_LATIN[first])}"
    base = "".join(mark for mark in plain if not unicodedata.combining(mark)).lower()
    if base and all("a" <= letter <= "z" for letter in base) and len(base) <= 4:
        return f"latin {base}"
    return _letter(base) if len(base) == 1 and base != lower else None


def _class(code: int) -> str | None:  # noqa: C901, PLR0911, PLR0912 (one branch per class reads best in one place)
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Cs":
        return "space"
    if character in _APOSTROPHES:
        return "drop"
    if character in _AND:
        return "and"
    if character in _DOTS:
        return "dot"
    if character in _COMMAS:
        return "comma"
    if category == "Pd":
        return "hyphen"
    if category == "Cf" or any(low <= code <= high for low, high in _EXTRA_DIACRITICS):
        return "drop"
    if 0xFE00 <= code <= 0xFE0F or code == 0x034F:
        return "drop"
    if category[0] in "ZCP" and category not in ("Cn", "Co"):
        return "space"
    if category[0] == "N" and unicodedata.digit(character, None) is not None:
        return f"digit {unicodedata.digit(character)}"
    if category[0] in "LNS":
        letter = _letter(character) if category not in ("Sm", "Sc") and code not in (0x2122, 0xAE) else None
        if letter:
            return ("upper " if character != character.lower() else "") + letter
    if category[0] == "S":
        return "space"
    lower = character.lower()
    if category[0] == "L" and lower != character and len(lower) == 1:
        return f"upper other {ord(lower):04X}"
    return None


def _pairs() -> list[str]:
    lines = []
    for code in range(CODE_POINTS):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            composed = _class(code)
            base = _class(int(parts[0], 16))
            if composed and not _RULES.keys().isdisjoint(composed.split()) and base != composed:
                lines.append(f"{parts[0]}+{parts[1]} {composed}")
    return [*lines, *_digraphs("greek", _GREEK_PAIRS), *_digraphs("cyrillic", _CYRILLIC_PAIRS)]


def _digraphs(script: str, pairs: dict[str, str]) -> list[str]:
    """Spell two letters that fold as one, in every mixture of capitals and Greek accents."""
    accents = {"υ": "υύ", "ι": "ιί"}
    lines = []
    for pair, rule in pairs.items():
        seconds = accents.get(pair[1], pair[1])
        for first, second in product((pair[0], pair[0].upper()), seconds + seconds.upper()):
            upper = "upper " if first.isupper() else ""
            lines.append(f"{ord(first):04X}+{ord(second):04X} {upper}{script} {_columns(rule)}")
    return lines


def generate() -> str:
    """Give the whole text of `folding.txt`."""
    out = [f"# {line}".rstrip() for line in (__doc__ or "").strip().splitlines()]
    out += [
        "#",
        "# code point, or first..last, or first+second (composed) · [upper] · class · columns 0|1|…|7",
    ]
    start, last = 0, None
    for code in range(CODE_POINTS + 1):
        current = _class(code) if code < CODE_POINTS else None
        if current != last:
            if last is not None:
                span = f"{start:04X}" if start == code - 1 else f"{start:04X}..{code - 1:04X}"
                out.append(f"{span} {last}")
            start, last = code, current
    return "\n".join([*out, *_pairs()]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
