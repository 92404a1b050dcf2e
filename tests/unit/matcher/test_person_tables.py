"""The tables of persons: enough of them, each line with its source, no pair that would tell a wrong name."""

import re
from itertools import combinations, product
from pathlib import Path

import pytest

from matcher.tables import blob, compiler
from matcher.words import Folding, Reader
from tests.unit.matcher.cases import CMTC, Reason, against

TABLES = Path(compiler.__file__).parent
_PARSED = blob.parse(compiler.compiled())
_READER = Reader(Folding(*_PARSED.sections[:4]), _PARSED.words)

PAIRS_MIN = 600
LANGUAGES_MIN = 15
GIVEN_NAMES_MIN = 5_000
ANY_LANGUAGE = "*"

INDEPENDENT = (
    "Maria Mario, Jan Jana, Daniel Daniela, Hans Jan, Alexander Alexandra, Andreas Andrea, Anna Anne, "
    "Christian Christina, Christina Christine, Helena Helene, Julia Juliane, Julian Juliana, Karl Karla, "
    "Kari Karri, Maria Marie, Martin Martina, Martin Marvin, Mati Matti, Michael Michaela, Nicola Nicole, "
    "Paul Paula, Peter Petra, Petr Petra, Simon Simone, Stefan Stefanie, Victor Victoria, Sofia Sofie, "
    "Jean Jeanne, Rene Renee, Louis Louise, Ivan Ivana, Georg Jürgen, Dietrich Dirk, Elisabeth Ilse, "
    "Jörg Jürgen, Hannes Hans, Fritz Friedel, Lena Magda, Kees Cor, Bas Basti, Pepe Pepa, Paco Pancho, "
    "Kuba Jakob, Johann Jan, Klaus Niko, Dieter Dietmar, Ivan Ivo, Laurence Lawrence, Gerald Gerold, "
    "Μαρία Mario, Γεώργιος Γεωργία, Александр Александра, Юлия Юлий"
)


def _lines(name: str) -> list[tuple[int, str]]:
    texts = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [(number, text) for number, text in enumerate(texts, 1) if text and not text.startswith("#")]


def _words(text: str) -> list[blob.Word]:
    read = _READER.read(text)
    assert read is not None, text
    return [_PARSED.words[key] for key in sorted(compiler.joined(read.words)) if key in _PARSED.words]


def _sexes(name: str) -> int:
    sexes = 0
    for word in _words(name):
        sexes |= word.sex
    return sexes


def _are_a_pair(one: str, other: str) -> bool:
    return any(a.variants & b.variants for a, b in product(_words(one), _words(other)))


def _parsed(text: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Give a line's full names, short forms, languages and sources."""
    match = re.fullmatch(
        r"([^:(]+?)(?:: ([^(]+?))? \((\*|[a-z]{2}(?:, [a-z]{2})*); ([A-Z]{3}(?:, [A-Z]{3})*)\)", text
    )
    assert match is not None, text
    short = match[2].split("|") if match[2] else []
    return match[1].split("|"), short, match[3].split(", "), match[4].split(", ")


def test_there_are_enough_short_forms_in_enough_languages() -> None:
    pairs: set[tuple[str, str]] = set()
    languages: set[str] = set()
    for _, text in _lines("given_variants.txt"):
        full, short, spoken, _ = _parsed(text)
        pairs.update(product(full, short))
        languages.update(spoken)
    assert len(pairs) >= PAIRS_MIN
    assert len(languages - {ANY_LANGUAGE}) >= LANGUAGES_MIN


def test_each_line_of_short_forms_names_a_source_that_the_head_explains() -> None:
    text = (TABLES / "given_variants.txt").read_text(encoding="utf-8")
    explained = set(re.findall(r"^# ([A-Z]{3})  \S", text, re.MULTILINE))
    used = {source for _, line in _lines("given_variants.txt") for source in _parsed(line)[3]}
    assert used == explained


def test_every_name_of_a_line_may_be_of_one_sex() -> None:
    for number, text in _lines("given_variants.txt"):
        full, short, _, _ = _parsed(text)
        for one, other in [*combinations(full, 2), *product(full, short)]:
            sexes = [sexes for sexes in (_sexes(one), _sexes(other)) if sexes]
            assert len(sexes) < 2 or sexes[0] & sexes[1], f"line {number}: {one}, {other}"


def test_no_two_words_of_different_sex_are_a_pair() -> None:
    holders: dict[int, list[str]] = {}
    for key, word in _PARSED.words.items():
        if word.sex in (blob.MALE, blob.FEMALE):
            for pair in word.variants:
                holders.setdefault(pair, []).append(key)
    for keys in holders.values():
        assert len({_PARSED.words[key].sex for key in keys}) == 1, keys


def test_a_form_of_both_sexes_joins_no_full_names() -> None:
    for short in ("Alex", "Chris", "Sascha", "Саша", "Andi", "Nicky", "Sam"):
        fulls = {
            name
            for _, text in _lines("given_variants.txt")
            for name in _parsed(text)[0]
            if short in _parsed(text)[1]
        }
        assert all(_are_a_pair(short, full) for full in fulls)
        for one, other in combinations(sorted(fulls), 2):
            if not _sexes(one) & _sexes(other):
                assert not _are_a_pair(one, other), (short, one, other)


@pytest.mark.parametrize("names", INDEPENDENT.split(", "))
def test_independent_names_are_no_pair(names: str) -> None:
    one, other = names.split()
    assert _words(one), one
    assert _words(other), other
    assert not _are_a_pair(one, other)


@pytest.mark.parametrize(
    "names",
    [
        "Bas Sebastiaan",
        "Hannes Johannes",
        "Pepe José",
        "Marc Mark",
        "Eva Ewa",
        "Carl Karl",
        "Philipp Filip",
        "Kasia Katarzyna",
        "Alex Alexander",
        "Alex Alexandra",
        "Kalle Karl",
        "Gosia Małgorzata",
        "Bill William",
        "Totò Salvatore",
        "Chico Francisco",
        "Honza Jan",
        "Pista István",
        "Ghiță Gheorghe",
        "Митко Димитър",
        "Вова Владимир",
        "Грицько Григорій",
        "Pero Petar",
        "Lojze Alojz",
        "Κώστας Κωνσταντίνος",
        "Lasse Lars",
        "Jussi Johannes",
        "Algis Algirdas",
        "Siggi Sigurður",
        "Jürgen Juergen",
        "Yuliia Юлія",
        "Iulia Julia",
        "Jacob Jakob",
        "Christina Kristina",
        "Hermann Herman",
    ],
)
def test_names_that_one_person_bears_are_a_pair(names: str) -> None:
    one, other = names.split()
    assert _are_a_pair(one, other)


def test_there_are_thousands_of_given_names_in_order() -> None:
    for sexes in (blob.MALE, blob.FEMALE):
        assert sum(word.sex == sexes for word in _PARSED.words.values()) >= GIVEN_NAMES_MIN


def test_no_given_name_is_written_twice() -> None:
    names = [name for _, text in _lines("given_names.txt") for name in text.partition(":")[2].split()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "surname", ["Müller", "García", "Silva", "Lee", "Novák", "Taylor", "Rossi", "Mason", "Vega"]
)
def test_common_surnames_are_no_given_names(surname: str) -> None:
    assert _sexes(surname) == 0


def test_a_title_that_is_a_given_name_only_counts_with_a_full_stop() -> None:
    titles = {key: word for key, word in _PARSED.words.items() if word.tags & blob.TITLE}
    assert [key for key, word in titles.items() if word.sex and not word.tags & blob.WEAK] == []


@pytest.mark.parametrize("name", ["Graf", "Ritter", "Baron", "Prinz", "Edler", "König", "Conde", "Herzog"])
def test_a_noble_title_that_is_a_widespread_surname_only_counts_before_a_particle(name: str) -> None:
    assert all(word.tags & blob.NOBLE for word in _words(name) if word.tags & blob.TITLE)


@pytest.mark.parametrize(
    "name", ["Med", "Ing", "Mag", "Fr", "Phil", "Jur", "Lic", "Ma", "Mba", "Major", "Lord", "Don"]
)
def test_a_title_that_is_a_name_too_is_weak(name: str) -> None:
    assert all(word.tags & blob.TITLE and word.tags & blob.WEAK for word in _words(name))


@pytest.mark.parametrize(
    "surnames",
    [
        "Novák Nováková",
        "Svoboda Svobodová",
        "Hromádko Hromádková",
        "Novotný Novotná",
        "Marek Marková",
        "Němec Němcová",
        "Kowalski Kowalska",
        "Długi Długa",
        "Ivanov Ivanova",
        "Iwanow Iwanowa",
        "Kunitsyn Kunitsyna",
        "Chaikovsky Chaikovskaya",
        "Чайковский Чайковская",
        "Zelenskyi Zelenska",
        "Зеленський Зеленська",
        "Kazlauskas Kazlauskienė",
        "Kazlauskas Kazlauskaitė",
        "Radzevičius Radzevičienė",
        "Balčiūnas Balčiūnė",
        "Ozols Ozola",
        "Kovaļevskis Kovaļevska",
        "Lācis Lāce",
        "Papadopoulos Papadopoulou",
        "Papadakis Papadaki",
        "Georgiadis Georgiadou",
        "Samaras Samara",
        "Stefánsson Stefánsdóttir",
    ],
)
def test_a_gender_ending_of_a_surname_is_a_close_match(surnames: str) -> None:
    one, other = surnames.split()
    for typed, registered in ((one, other), (other, one)):
        found = against(f"Kim {typed}", f"Kim {registered}")
        assert (found.outcome, Reason.SURNAME_ENDING in found.reasons) == (CMTC, True)


@pytest.mark.parametrize(
    "surnames", ["Kazlauskienė Kazlauskaitė", "Novák Novotná", "Ivanov Petrova", "Papadakis Pappas"]
)
def test_other_endings_are_no_gender_endings(surnames: str) -> None:
    one, other = surnames.split()
    assert Reason.SURNAME_ENDING not in against(f"Kim {one}", f"Kim {other}").reasons


@pytest.mark.parametrize(
    "name", ["Witwe", "Veuve", "Vve", "Viuda", "Weduwe", "Erven", "Özvegy", "Pani", "Math", "Art"]
)
def test_a_widow_heirs_and_short_given_names_are_no_titles(name: str) -> None:
    assert not any(word.tags & blob.TITLE for word in _words(name))


@pytest.mark.parametrize(("name", "sex"), [("Ilya", blob.MALE), ("Илья", blob.MALE), ("Leoni", blob.FEMALE)])
def test_a_name_in_another_script_leaves_its_sex(name: str, sex: int) -> None:
    read = _READER.read(name)
    assert read is not None
    assert read.words[0].word.sex == sex
