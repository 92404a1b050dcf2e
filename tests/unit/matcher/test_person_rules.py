"""What persons' rules say of spelling, slips, titles, scripts, lost letters, and how close a refusal was."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import Outcome, Policy, Reason
from matcher.persons.sound import crossed_sound, given_sound
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, against

SOUND_ALIKE = [
    ("Christina Vogt", "Kristina Vogt"),
    ("Eva Vogt", "Ewa Vogt"),
    ("Lesley Vogt", "Leslie Vogt"),
    ("Iulia Vogt", "Julia Vogt"),
    ("Filip Vogt", "Philipp Vogt"),
    ("Sara Vogt", "Sarah Vogt"),
]
OTHER_NAMES = [
    ("Maria Vogt", "Mario Vogt"),
    ("Jan Vogt", "Jana Vogt"),
    ("Daniel Vogt", "Daniela Vogt"),
    ("Michel Vogt", "Michelle Vogt"),
    ("Gabriel Vogt", "Gabrielle Vogt"),
    ("Zara Vogt", "Sara Vogt"),
    ("Martin Vogt", "Marvin Vogt"),
    ("Harvey Vogt", "Harley Vogt"),
    ("Dean Vogt", "Sean Vogt"),
    ("Anna-Lena Müller-Schmidt", "Anna Schmidt"),
    ("Vogt Péterné", "Péter Vogt"),
]


@pytest.mark.parametrize(("typed", "registered"), SOUND_ALIKE)
def test_two_conventions_of_one_given_name_are_close(typed: str, registered: str) -> None:
    for one, other in ((typed, registered), (registered, typed)):
        decision = against(one, other)
        assert decision.outcome is CMTC
        assert Reason.GIVEN_VARIANT in decision.reasons
        assert against(one, other, policy=Policy(given_variant=NMTC)).outcome is NMTC


@pytest.mark.parametrize(("typed", "registered"), OTHER_NAMES)
def test_two_given_names_are_two_persons_however_alike(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is NMTC
    assert against(registered, typed).outcome is NMTC


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=64))
def test_a_skeleton_has_no_letter_twice_in_a_row_and_at_most_two_for_one(text: str) -> None:
    for sound in (given_sound(text), crossed_sound(text)):
        assert all(a != b for a, b in pairwise(sound))
        assert len(sound) <= 2 * len(text)


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Anna Lindqvst", "Anna Lindqvist", CMTC),
        ("Anna Lindqvits", "Anna Lindqvist", CMTC),
        ("Alexand3r Vogt", "Alexander Vogt", CMTC),
        ("ohn Tessari", "John Tessari", CMTC),
        ("Tmo Tessari", "Tom Tessari", CMTC),
        ("Joost Mol", "Joost Mul", NMTC),
        ("Anna Winter", "Anna Winkler", NMTC),
        ("Anna Wintersberg", "Anna Winklersberg", CMTC),
        ("Alfxed Vogt", "Alfred Vogt", CMTC),
        ("Lukas Sauer", "Lukas Bauer", NMTC),
        ("Lukas Sauermann", "Lukas Bauermann", CMTC),
        ("Tiina Korhola", "Tiina Korpela", NMTC),
        ("Anna Vogt 12", "Anna Vogt 13", NMTC),
        ("Norbert Hofe", "Robert Hofer", NMTC),
    ],
)
def test_letters_lost_added_or_swapped_are_slips_and_replaced_ones_only_in_long_words(
    typed: str, registered: str, outcome: Outcome
) -> None:
    assert against(typed, registered).outcome is outcome
    assert against(registered, typed).outcome is outcome


def test_two_letters_replaced_are_a_slip_of_a_known_given_name_only() -> None:
    assert against("Agxred Vogt", "Alfred Vogt").outcome is CMTC
    assert against("Alfred Vogt", "Agxred Vogt").outcome is NMTC
    assert against("Agxred Vogt", "Albred Vogt").outcome is NMTC


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Кюнаст Рената", "Renata Künast", CMTC),
        ("Кристиан Вильерс", "Christian Villiers", CMTC),
        ("Янина Коваль", "Janina Kowal", CMTC),
        ("Олаф Шольц", "Olaf Scholz", CMTC),
        ("Майкл Хартманн", "Michael Hartmann", CMTC),
        ("Джеймс Хартманн", "James Hartmann", CMTC),
        ("Джеймс Хартманн", "Michael Hartmann", NMTC),
        ("Джейн Хартманн", "James Hartmann", NMTC),
        ("Олаф Фогель", "Olaf Scholz", NMTC),
        ("Мария Фогель", "Mario Vogel", NMTC),
    ],
)
def test_a_name_written_by_its_sound_in_another_script_is_close(
    typed: str, registered: str, outcome: Outcome
) -> None:
    decision = against(typed, registered)
    assert decision.outcome is outcome
    assert Reason.SCRIPT_CROSSED in decision.reasons


@pytest.mark.parametrize(
    ("typed", "registered", "outcome", "reason"),
    [
        ("Petra M.ller", "Petra Müller", CMTC, Reason.LETTER_UNKNOWN),
        ("Petra Müller", "M.ller, Petra", CMTC, Reason.LETTER_UNKNOWN),
        ("G.tis Bērziņkalns", "Gātis Bērziņkalns", CMTC, Reason.LETTER_UNKNOWN),
        ("M.ller", "Petra Müller", NMTC, Reason.SURNAME_ONLY),
        ("Petra M. ller", "Petra Müller", NMTC, Reason.GIVEN_DIFFERS),
        ("Petra M.l.er", "Petra Müller", NMTC, Reason.SURNAME_MISSING),
        ("Petra .üller", "Petra Müller", CMTC, Reason.TYPO),
        ("Petra O.o", "Petra Oho", NMTC, Reason.SURNAME_MISSING),
        ("Petra O.no", "Petra Orno", CMTC, Reason.LETTER_UNKNOWN),
    ],
)
def test_a_full_stop_stands_for_one_letter_inside_a_word_of_four(
    typed: str, registered: str, outcome: Outcome, reason: Reason
) -> None:
    decision = against(typed, registered)
    assert decision.outcome is outcome
    assert reason in decision.reasons


@pytest.mark.parametrize(
    "titled",
    [
        "Sig.ra Chiara Belmonte",
        "Dr. med. Chiara Belmonte",
        "Ing. Chiara Belmonte",
        "Chiara Belmonte, Ph.D.",
        "Chiara Belmonte, M.A.",
        "Chiara Belmonte, LL.M.",
        "Chiara Belmonte MBA",
        "Sr. D. Chiara Belmonte",
        "\u0434-\u0440 Chiara Belmonte",
    ],
)
def test_a_title_on_one_side_has_no_effect(titled: str) -> None:
    for one, other in ((titled, "Chiara Belmonte"), ("Chiara Belmonte", titled)):
        decision = against(one, other)
        assert decision.outcome is MTCH
        assert Reason.TITLE_IGNORED in decision.reasons


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Ali Hassan", "ALI HASSAN, MD"),
        ("Belmonte", "Belmonte, M.A."),
        ("Norbert Tessari", "Norbert Herr"),
        ("George Tessari", "Mr. Tessari"),
        ("Anna Maria", "Anna Maria Ma"),
    ],
)
def test_what_may_be_a_name_is_no_title(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is not MTCH


@pytest.mark.parametrize(
    "titled", ["Frau Vogt", "Familie Vogt", "Eheleute Vogt", "Herr und Frau Vogt", "Dr. Vogt"]
)
def test_a_title_and_a_surname_are_a_surname_alone(titled: str) -> None:
    decision = against(titled, "Petra Vogt")
    assert decision.outcome is NMTC
    assert Reason.SURNAME_ONLY in decision.reasons
    assert against(titled, "Petra Vogt", policy=Policy(surname_only=CMTC)).outcome is CMTC


@pytest.mark.parametrize(
    ("titled", "plain"),
    [
        ("Sir Anton Belmonte", "Anton Belmonte"),
        ("Belmonte, Miss Chiara", "Chiara Belmonte"),
        ("Don Diego Robledo", "Diego Robledo"),
        ("Dr. Dame Anna Lindqvist", "Anna Lindqvist"),
        ("Otto Hess M.A.", "Otto Hess"),
        ("M. Jean Belmonte", "Jean Belmonte"),
        ("D. José Robledo", "José Robledo"),
        ("Dr. phil. nat. Otto Hess", "Otto Hess"),
        ("κος Γιώργος Μάρκου", "Γιώργος Μάρκου"),
    ],
)
def test_a_title_at_its_place_has_no_effect(titled: str, plain: str) -> None:
    assert against(titled, plain).outcome is MTCH
    assert against(plain, titled).outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Anna Miss Weber", "Anna Weber"),
        ("Serena Rossi Sir", "Serena Rossi"),
        ("Don Robledo", "Robledo"),
        ("Don Martin Vogt", "Don Vogt"),
        ("Ma. Theresa Cruz", "Theresa Cruz"),
        ("Nat. Anna Vogt", "Anna Vogt"),
        ("García López M.A.", "García López"),
        ("M. Anna Weber", "Anna Weber"),
        ("D. Robledo", "Robledo"),
    ],
)
def test_a_title_elsewhere_is_a_name(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is not MTCH
    assert against(registered, typed).outcome is not MTCH


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Herr Andrea Vogt", "Frau Andrea Vogt", CMTC),
        ("Herr A. Vogt", "Frau A. Vogt", NMTC),
        ("Dhr. A. de Vries", "Anna de Vries", NMTC),
        ("Mevr. A. de Vries", "Anna de Vries", CMTC),
        ("Frau Andrea Vogt", "Andrea Vogt", MTCH),
        ("Frau Andrea Vogt", "Mrs Andrea Vogt", MTCH),
        ("Herr und Frau Andrea Vogt", "Frau Andrea Vogt", CMTC),
    ],
)
def test_forms_of_address_of_two_sexes_contradict_each_other(
    typed: str, registered: str, outcome: Outcome
) -> None:
    assert against(typed, registered).outcome is outcome
    assert against(registered, typed).outcome is outcome


def test_a_man_s_form_of_address_and_a_surname_fit_no_woman() -> None:
    assert against("Herr Vogt", "Petra Vogt", policy=Policy(surname_only=CMTC)).outcome is NMTC


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("ifj. Nagy Péter", "Nagy Péter", CMTC),
        ("ifj. Nagy Péter", "Nagy Péter ifj.", MTCH),
        ("ifj. Nagy Péter", "id. Nagy Péter", NMTC),
        ("Jan Novák ml.", "Jan Novák", CMTC),
        ("Jan Novák ml.", "Jan Novák st.", NMTC),
        ("Otto Hess d.J.", "Otto Hess", CMTC),
        ("Otto Hess d. J.", "Otto Hess d. Ä.", NMTC),
        ("Otto Hess der Jüngere", "Otto Hess der Ältere", NMTC),
        ("Otto Hess jun.", "Otto Hess Junior", MTCH),
        ("Otto Hess Jr", "Otto Hess sen.", NMTC),
        ("Amartya Sen.", "Amartya Sen", MTCH),
        ("Peter St. John", "Peter St John", MTCH),
    ],
)
def test_the_younger_is_not_the_elder_in_any_language(typed: str, registered: str, outcome: Outcome) -> None:
    assert against(typed, registered).outcome is outcome
    assert against(registered, typed).outcome is outcome


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Valentina Paris", "V. Paris"),
        ("Eszter Szabolcsi", "Szabolcsi E."),
        ("Th. Sommerfeld", "Thomas Sommerfeld"),
        ("Ю. Ткаченко", "Yuliia Tkachenko"),
        ("a b sommerfeld", "Anna Beate Sommerfeld"),
        ("Sommerfeld, A.B.", "Anna Beate Sommerfeld"),
        ("A. Sommerfeld", "Anna Beate Sommerfeld"),
        ("A. C. Sommerfeld", "Anna Sommerfeld"),
    ],
)
def test_an_initial_is_close_in_every_place_and_number(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is CMTC
    assert against(registered, typed).outcome is CMTC


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("bin Rashid, Omar", "Omar bin Rashid", MTCH),
        ("Rashid bin Omar", "Omar bin Rashid", NMTC),
        ("Davies Ben", "Ben Davies", MTCH),
        ("Omar ben Rashid", "Rashid ben Omar", NMTC),
    ],
)
def test_a_block_with_a_word_of_descent_changes_places_whole(
    typed: str, registered: str, outcome: Outcome
) -> None:
    assert against(typed, registered).outcome is outcome


@pytest.mark.parametrize(
    ("typed", "registered", "reason"),
    [
        ("Inés García Robledo", "Inés García", Reason.SURNAME_PARTIAL),
        ("Telekom und Hans Mule", "Hans Mule", Reason.MIDDLE_EXTRA),
        ("Jurgen Lindner", "Juergen Lindner", None),
        ("Clara Johanna Vogt", "Clara Vogt", Reason.MIDDLE_EXTRA),
    ],
)
def test_one_word_too_many_is_close_and_named_for_what_it_may_be(
    typed: str, registered: str, reason: Reason | None
) -> None:
    decision = against(typed, registered)
    assert decision.outcome is CMTC
    assert reason is None or reason in decision.reasons


def test_a_father_s_name_left_out_is_a_middle_name() -> None:
    assert against("Sergei Lebedev", "Sergei Ivanovich Lebedev").outcome is MTCH


def test_a_refused_name_scores_by_its_least_similar_word() -> None:
    alike, sibling, stranger = (
        against(typed, "Tadeusz Mazowiecki").score
        for typed in ("Tadeušs Mazoveckis", "Jerzy Mazowiecki", "Anke Fuchs")
    )
    assert alike > sibling > stranger


def test_a_refused_name_of_another_script_scores_by_its_sound() -> None:
    alike, stranger = (
        against(typed, "Stefania Prestigiacumu").score
        for typed in ("Стефания Престиджакомо", "Стефания Ткаченко")
    )
    assert 599 > alike > 450 > stranger


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Daniel A Vogt", "Daniela Vogt"),
        ("Robert O Vogt", "Roberto Vogt"),
        ("John A Costa", "John Acosta"),
        ("Ram Kumar", "Ram Kumar Das"),
        ("Xiao Ming Du", "Xiao Ming"),
        ("Les Paul Vogt", "Paul Vogt"),
        ("Nguyen The Vinh", "Nguyen Vinh"),
        ("Resp Peter Vogt", "Peter Vogt"),
        ("Ana Robledo", "Ana Martín Robledo"),
        ("Peter Vogt", "Peter Anna Vogt"),
        ("Hugo Graf", "Hugo"),
        ("Witwe Peter Vogt", "Peter Vogt"),
        ("Peter und Vogt", "Peter Vogt"),
        ("Thomas Martin", "Martin Peter Thomas"),
    ],
)
def test_a_word_that_may_be_a_name_never_goes_unnoticed(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is not MTCH
    assert against(registered, typed).outcome is not MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Sean O Brien", "Seán O'Brien"),
        ("Marco D Angelo", "Marco D'Angelo"),
        ("McDonald Anna", "Mc Donald Anna"),
        ("De Vito Danny", "Danny De Vito"),
        ("Berg, Jan van den", "Jan van den Berg"),
        ("Hugo Lindenau", "Hugo Graf von Lindenau"),
        ("Prof. Dr. h.c. Otto Kern", "Otto Kern"),
    ],
)
def test_what_belongs_to_a_surname_or_a_title_matches_both_ways(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is MTCH
    assert against(registered, typed).outcome is MTCH
