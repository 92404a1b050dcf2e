"""The tables of organisations' names: what they hold, and what they must never join or swallow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher import DEFAULT_POLICY, Account, AccountStatus, Holder, HolderKind, Name, Outcome, decide
from matcher.tables import blob, compiler

TABLES = Path(compiler.__file__).parent
_WORDS = blob.parse(compiler.compiled()).words
_EEA_UK_CH = {
    *("AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU"),
    *("IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
}


_BOTH_FORM_AND_WORD = ("company", "corporation", "aktiengesellschaft", "sparkasse", "établissements")
"""Words whose short form is a legal form of the same meaning, or of a sparse use elsewhere (ETS, SPK)."""


def _lines(name: str) -> Iterator[str]:
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _outcome(typed: str, registered: str) -> Outcome:
    holder = Holder(HolderKind.ORGANISATION, (Name(registered),))
    return decide(typed, Account(AccountStatus.ACTIVE, (holder,)), DEFAULT_POLICY).outcome


def test_every_country_of_the_eea_the_uk_and_switzerland_has_legal_forms() -> None:
    countries = {line.split()[0] for line in _lines("legal_forms.txt")}
    assert countries >= _EEA_UK_CH


def test_a_class_of_legal_forms_stands_in_one_line() -> None:
    names = [line.partition(":")[0] for line in _lines("legal_forms.txt") if not line.startswith("--")]
    assert len(names) == len(set(names))


def test_every_form_in_front_of_a_name_is_a_form_of_a_country() -> None:
    assert [key for key, word in _WORDS.items() if word.tags & blob.PREFIX and not word.forms] == []


def test_no_state_of_a_company_is_also_a_form() -> None:
    assert [key for key, word in _WORDS.items() if word.tags & blob.STATUS and word.forms] == []


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Orlík Stavby s.r.o.", "Orlík Stavby, spol. s r.o."),
        ("Orlík Stavby sro", "Orlík Stavby, společnost s ručením omezeným"),
        ("Zielarska Sp. z o.o.", "Zielarska Spółka z ograniczoną odpowiedzialnością"),
        ("Zielarska spzoo sp.k.", "Zielarska Sp. z o.o. Spółka komandytowa"),
        ("Valois S.à r.l.", "Valois SARL"),
        ("Korhola Oyj", "Korhola Abp"),
        ("Bergsjö Aktiebolag", "Bergsjö AB (publ)"),
        ("Lindenau Gesellschaft mbH & Co. KG", "Lindenau GmbH & Co. Kommanditgesellschaft"),
        ("Lindenau UG", "Lindenau Unternehmergesellschaft (haftungsbeschränkt)"),
        ("Vogt KdöR", "Vogt Körperschaft des öffentlichen Rechts"),
        ("Robledo Sociedad Limitada", "Robledo S.L."),
        ("Belmonte Società a responsabilità limitata", "Belmonte S.r.l. in liquidazione"),
        ("Szabolcsi Kft. f.a.", "Szabolcsi Korlátolt Felelősségű Társaság"),
        ("Pelgrim SA/NV", "Pelgrim N.V."),
        ("Балканика ЕАД", "Балканика Еднолично акционерно дружество"),
        ("Ψυχάς ΕΠΕ", "Ψυχάς Εταιρεία Περιορισμένης Ευθύνης"),
        ("UAB Petraitis", "Petraitis, uždaroji akcinė bendrovė"),
    ],
)
def test_forms_of_one_class_are_one(typed: str, registered: str) -> None:
    assert _outcome(typed, registered) is Outcome.MTCH
    assert _outcome(registered, typed) is Outcome.MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Korhola Oy", "Korhola Osakeyhtiö ry"),
        ("Lindenau GmbH", "Lindenau Sp. z o.o."),
        ("Lindenau GmbH", "Lindenau gGmbH"),
        ("Valois SARL", "Valois EURL"),
        ("Belmonte Srl", "Belmonte Srls"),
        ("Korhola Oy", "Korhola Aktiebolaget"),
        ("Orlík družstvo", "Orlík a.s."),
        ("Sociedad Anónima Robledo", "Robledo Société Anonyme"),
    ],
)
def test_forms_of_two_classes_are_never_a_match(typed: str, registered: str) -> None:
    assert _outcome(typed, registered) is not Outcome.MTCH
    assert _outcome(registered, typed) is not Outcome.MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("KU Leuven", "Leuven"),
        ("Pat Whitlock", "Whitlock"),
        ("SC Oderau", "Oderau"),
        ("IK Nordvik", "Nordvik"),
        ("Whitlock io", "Whitlock"),
        ("Whitlock IP", "Whitlock"),
        ("Whitlock NA", "Whitlock"),
        ("Uncle Sam", "Uncle"),
        ("Allwetter Zoo", "Allwetter"),
        ("Lindenau Investment AG", "Lindenau AG"),
        ("Nordvik Fastighets AB", "Nordvik AB"),
        ("Nordvik Bostads AB", "Nordvik AB"),
        ("Korhola Kiinteistö Oy", "Korhola Oy"),
        ("Domaine du Prat", "Domaine"),
        ("Nordvik AT", "Nordvik"),
    ],
)
def test_what_is_a_name_elsewhere_is_no_form(typed: str, registered: str) -> None:
    assert _outcome(typed, registered) is not Outcome.MTCH


def test_a_short_form_of_several_words_is_no_synonym_of_any() -> None:
    for line in _lines("abbreviations.txt"):
        first, _, rest = line.partition(":")
        if first == "weak":
            short, _, meanings = rest.partition(":")
            keys = [meaning.strip() for meaning in meanings.split("|") if meaning.strip() in _WORDS]
            word = _WORDS.get(short.strip())
            assert word is not None, line
            assert word.variants, line
            assert not [key for key in keys if word.synonym and _WORDS[key].synonym == word.synonym], line


def test_the_meanings_of_a_short_form_are_no_pair_of_one_another() -> None:
    assert _WORDS["ind"].variants & _WORDS["industrial"].variants
    assert _WORDS["ind"].variants & _WORDS["industrie"].variants
    assert not _WORDS["industrial"].variants & _WORDS["industrie"].variants


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Gebr.", "Gebrüder"),
        ("Gebr.", "Gebroeders"),
        ("Intl", "International"),
        ("Bros", "Brothers"),
        ("Hnos.", "Hermanos"),
        ("Brdr.", "Brødrene"),
        ("St.", "Sankt"),
        ("Cie", "Compagnie"),
        ("Centre", "Center"),
        ("Kreissparkasse", "KSK"),
        ("Mij.", "Maatschappij"),
    ],
)
def test_an_abbreviation_of_one_word_is_as_good_as_the_word(short: str, full: str) -> None:
    assert _outcome(f"{short} Vogt Oderau", f"{full} Vogt Oderau") is Outcome.MTCH
    assert _outcome(f"{full} Vogt Oderau", f"{short} Vogt Oderau") is Outcome.MTCH


@pytest.mark.parametrize(
    "word",
    ["Koncern", "Skupina", "Yhtymä", "Όμιλος", "Polska", "Wien", "Κύπρου", "Göteborg", "Spolek"],
)
def test_a_generic_or_place_word_more_is_a_close_match(word: str) -> None:
    assert _outcome(f"Lindenauer {word}", "Lindenauer") is Outcome.CMTC
    assert _outcome("Lindenauer", f"Lindenauer {word}") is Outcome.CMTC


@pytest.mark.parametrize("word", ["Bau", "Pharma", "Brennstoffe", "Hotels", "Finance", "Immobilien"])
def test_a_trade_is_distinctive(word: str) -> None:
    assert _outcome(f"Lindenauer {word}", "Lindenauer") is Outcome.NMTC


@pytest.mark.parametrize("number", range(2, 31))
def test_roman_numerals_and_ordinals_have_their_value(number: int) -> None:
    tens, ones = divmod(number, 10)
    roman = "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
    if len(roman) > 1:
        assert _WORDS[roman].number == number
    ending = "th" if tens == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    assert _WORDS[f"{number}{ending}"].number == number


@pytest.mark.parametrize("word", ["xl", "cv", "li", "mi", "di", "liv"])
def test_a_word_or_form_that_looks_like_a_numeral_is_none(word: str) -> None:
    assert word not in _WORDS or _WORDS[word].number == 0


def test_no_short_form_that_stands_for_one_word_is_a_given_name_or_a_legal_form() -> None:
    for line in _lines("abbreviations.txt"):
        first, _, rest = line.partition(":")
        for short in rest.split("|") if first != "weak" else ():
            word = _WORDS.get(short.strip())
            if word is not None and first not in _BOTH_FORM_AND_WORD:
                assert not word.sex, line
                assert not word.forms, line


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Marit Oderau", "Maritime Oderau"),
        ("Claire Rae", "Claire Rechtsanwälte"),
        ("Ave Oderau", "Avenue Oderau"),
        ("EV Oderau", "Evangelische Oderau"),
        ("Abt Oderau", "Abteilung Oderau"),
        ("RA Oderau", "Rechtsanwalt Oderau"),
    ],
)
def test_a_short_form_that_is_a_name_or_initials_too_is_a_close_match(typed: str, registered: str) -> None:
    assert _outcome(typed, registered) is Outcome.CMTC
    assert _outcome(registered, typed) is Outcome.CMTC


@pytest.mark.parametrize(
    "word", ["Lund", "Main", "Essen", "Nice", "Nancy", "Napoli", "Sofia", "Turkey", "Zug"]
)
def test_a_town_that_is_a_name_or_a_word_is_distinctive(word: str) -> None:
    assert _outcome(f"Lindenauer {word}", "Lindenauer") is Outcome.NMTC
