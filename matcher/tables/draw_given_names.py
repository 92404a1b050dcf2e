"""Draws given names by sex from Faker's lists (MIT licence), for `given_names.txt`, then kept by hand.

Run by hand, never by the build: `pip install faker` in a throw-away environment, then
`python matcher/tables/draw_given_names.py` prints lines in the form of the table. A name stays out where it
is written with a space or a hyphen, has one letter, or is a surname in as many languages as it is a given
name (those go to standard error, to be looked through): a surname taken for a middle name would be free to be
missing. A name that one list calls male and another female is drawn as `u`.
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import groupby

LOCALES = [
    "cs_CZ",
    "da_DK",
    "de_AT",
    "de_CH",
    "de_DE",
    "de_LI",
    "de_LU",
    "el_GR",
    "en_GB",
    "en_IE",
    "en_US",
    "es_ES",
    "et_EE",
    "fi_FI",
    "fr_BE",
    "fr_CH",
    "fr_DZ",
    "fr_FR",
    "ga_IE",
    "hr_HR",
    "hu_HU",
    "is_IS",
    "it_IT",
    "lt_LT",
    "lv_LV",
    "mk_MK",
    "nl_BE",
    "nl_NL",
    "no_NO",
    "pl_PL",
    "pt_PT",
    "ro_RO",
    "ru_RU",
    "sk_SK",
    "sl_SI",
    "sv_SE",
    "uk_UA",
]
MALE_ENDING = {"lt_LT": "s"}
"""Faker's Lithuanian list doesn't tell the sexes apart; the grammar does."""
WIDTH = 108
NAME_MIN = 2


def main() -> None:
    """Print the drawn names: `m:`, `f:` and `u:` lines, one initial a block, in alphabetical order."""
    given: dict[str, dict[str, set[str]]] = {"m": defaultdict(set), "f": defaultdict(set)}
    surnames: dict[str, set[str]] = defaultdict(set)
    spelling: dict[str, str] = {}
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for sex, names in _given(locale, provider):
            for name in names:
                spelling.setdefault(_plain(name), name)
                given[sex][_plain(name)].add(locale)
        for name in _surnames(provider):
            surnames[_plain(name)].add(locale[:2])
    kept: dict[str, list[str]] = {"m": [], "f": [], "u": []}
    for name in sorted({*given["m"], *given["f"]}):
        male, female = given["m"][name], given["f"][name]
        languages = {locale[:2] for locale in male | female}
        if len(surnames[name]) >= len(languages) or not name.isalpha() or len(name) < NAME_MIN:
            sys.stderr.write(f"{name} {sorted(languages)} {sorted(surnames[name])}\n")
            continue
        sex = "u" if male and female else "m" if male else "f"
        kept[sex].append(spelling[name])
    for sex, names in kept.items():
        sys.stdout.write("\n".join(_wrapped(sex, names)) + "\n")


def _given(locale: str, provider: type) -> Iterator[tuple[str, list[str]]]:
    if locale in MALE_ENDING:
        names = _list(provider, "first_names")
        ending = MALE_ENDING[locale]
        yield "m", [name for name in names if name.endswith(ending)]
        yield "f", [name for name in names if not name.endswith(ending)]
        return
    yield "m", _list(provider, "first_names_male")
    yield "f", _list(provider, "first_names_female")


def _list(provider: type, field: str) -> list[str]:
    """Give one of a locale's lists of names; empty if the locale lacks it or makes such names up."""
    names = getattr(provider, field, ())
    return [name.strip() for name in names] if isinstance(names, Iterable) else []


def _surnames(provider: type) -> Iterator[str]:
    for field in (
        "last_names",
        "last_names_male",
        "last_names_female",
        "male_last_names",
        "unisex_last_names",
    ):
        yield from _list(provider, field)


def _plain(text: str) -> str:
    """Give small letters without diacritics, to compare and to sort by."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def _wrapped(sex: str, names: list[str]) -> Iterator[str]:
    """Give the names as lines of the table, a new line at each initial."""
    for _, block in groupby(sorted(names, key=_plain), lambda name: _plain(name)[0]):
        line = f"{sex}:"
        for name in block:
            if len(line) + 1 + len(name) > WIDTH:
                yield line
                line = f"{sex}:"
            line += f" {name}"
        yield line


if __name__ == "__main__":
    main()
