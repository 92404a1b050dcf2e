"""What the rules say about persons; `typed` is the payer's input, `registered` the bank's record."""

import pytest

from matcher import Outcome, Policy, Reason
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, against


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("ANNA MÜLLER", "Anna Müller"),
        ("anna-maria müller", "Anna Maria Müller"),
        ("Jean Pierre Dupont", "Jeanpierre Dupont"),
        ("John McDonald", "John Mc Donald"),
        ("Sean OBrien", "Seán O\u2019Brien"),
        ("An\u200bna\u00a0Mül\u00adler", "Anna Müller"),
        ("Anna Mu\u0308ller", "Anna Müller"),
        ("Anna Mueller", "Anna Mu\u0308ller"),
    ],
)
def test_presentation_has_no_effect(typed: str, registered: str) -> None:
    for one, other in ((typed, registered), (registered, typed)):
        decision = against(one, other)
        assert decision.outcome is MTCH
        assert decision.score == 1000


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Jurgen Muller", "Jürgen Müller"),
        ("Juergen Mueller", "Jürgen Müller"),
        ("Anna Strasse", "Anna Straße"),
        ("Anna Strase", "Anna Straße"),
        ("Soren Kjaer", "Søren Kjær"),
        ("Soeren Kjar", "Søren Kjær"),
        ("Hakan Astrom", "Håkan Åström"),
        ("Lech Walesa", "Lech Wałęsa"),
        ("Stefan Taran", "Ștefan Țăran"),
        ("Cagla Isik", "Çağla I\u015f\u0131k"),
    ],
)
def test_a_letter_matches_every_way_it_is_written_without_its_mark(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is MTCH
    assert against(registered, typed).outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Giorgos Papadopoulos", "Γιώργος Παπαδόπουλος"),
        ("Evangelos Christou", "Ευάγγελος Χρήστου"),
        ("Yuliia Yakovenko", "Юлія Яковенко"),
        ("Zarko Djordjevic", "Жарко Ђорђевић"),
        ("Georgi Zhelyazkov", "Георги Желязков"),
        ("Sergey Shcherbakov", "Сергей Щербаков"),
    ],
)
def test_one_convention_of_another_script_matches(typed: str, registered: str) -> None:
    decision = against(typed, registered)
    assert decision.outcome is MTCH
    assert Reason.SCRIPT_CROSSED in decision.reasons


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Müller, Anna", "Anna Müller"),
        ("Müller Anna", "Anna Müller"),
        ("García Márquez Gabriel", "Gabriel García Márquez"),
        ("Berg, Jan van der", "Jan van der Berg"),
        ("Giorgio PICCOLO", "PICCOLO Giorgio"),
    ],
)
def test_the_surname_may_stand_first_or_last(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Dr. Anna Müller", "Anna Müller"),
        ("Anna Müller", "Prof. Dr. Anna Müller"),
        ("Frau Anna Müller", "Anna Müller"),
        ("Anna Müller, PhD", "Anna Müller"),
        ("Jan Berg", "Jan van der Berg"),
        ("Otto von Beispiel", "Otto Beispiel"),
        ("Maria Silva", "Maria da Silva"),
        ("Berg Jan", "van der Berg, Jan"),
    ],
)
def test_titles_and_particles_on_one_side_have_no_effect(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Анна Петрова", "Inna Petrova"),
        ("Яна Петрова", "Ana Petrova"),
        ("Мария Петрова", "Marta Petrova"),
        ("Таня Петрова", "Vanya Petrova"),
        ("Иван Петров", "Jovan Petrov"),
        ("Андрей Петров", "Andrea Petrov"),
        ("Николай Петров", "Nicola Petrov"),
        ("Цветан Петров", "Tsvetana Petrov"),
        ("Божидар Петров", "Bozhidara Petrov"),
        ("Δημήτριος Παππάς", "Dimitria Pappas"),
        ("Cemal Yilmaz", "Kemal Yilmaz"),
        ("Deniz Moretti", "Dennis Moretti"),
        ("Bence Nagy", "Benke Nagy"),
        ("Fathi Haddad", "Fatih Haddad"),
        ("Asad Haddad", "Azad Haddad"),
        ("Harpreet Sandhu", "Gurpreet Sandhu"),
        ("Emanuel Blanc", "Emanuelle Blanc"),
        ("Arman Blanc", "Armande Blanc"),
        ("Michael Blanc", "Michaelle Blanc"),
        ("Dimitrios Pappas", "Dimitria Pappas"),
        ("Anna Berg", "Anna Bergen"),
        ("Anna Fisch", "Anna Fischer"),
        ("Anna Martin", "Anna Martinez"),
        ("Anna Rossi", "Anna Rossini"),
        ("Anna Lehmann", "Anna Lehmannin"),
    ],
)
def test_another_name_written_nearly_alike_is_no_match(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is NMTC
    assert against(registered, typed).outcome is NMTC


def test_a_known_given_name_typed_is_no_slip_in_the_first_letter_of_another() -> None:
    assert against("Minna Hansen", "Ninna Hansen").outcome is NMTC
    assert against("Xinna Hansen", "Minna Hansen").outcome is CMTC


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Christina Weber", "Kristina Weber"),
        ("Сергей Петров", "Serhii Petrov"),
        ("Юрий Петров", "Jurij Petrow"),
        ("Джек Петров", "Jack Petrov"),
        ("Олег Петров", "Oleh Petrova"),
        ("Anna Hofmeist", "Anna Hofmeister"),
        ("Eberhard Weber", "Eberhardus Weber"),
    ],
)
def test_one_name_written_nearly_alike_is_a_close_match(typed: str, registered: str) -> None:
    assert against(typed, registered).outcome is CMTC
    assert against(registered, typed).outcome is CMTC


@pytest.mark.parametrize(
    ("typed", "registered", "outcome", "reason"),
    [
        ("Anna Müller", "Anna Maria Müller", MTCH, Reason.MIDDLE_MISSING),
        ("Anna Maria Müller", "Anna Müller", CMTC, Reason.MIDDLE_EXTRA),
        ("Maria Müller", "Anna Maria Müller", CMTC, Reason.GIVEN_MISSING),
        ("Anna Clara Müller", "Anna Maria Müller", NMTC, Reason.GIVEN_DIFFERS),
        ("A. Müller", "Anna Müller", CMTC, Reason.INITIAL_TYPED),
        ("Anna Müller", "A. Müller", CMTC, Reason.INITIAL_REGISTERED),
        ("J.P. Müller", "Jean Pierre Müller", CMTC, Reason.INITIAL_TYPED),
        ("JP Müller", "Jean-Pierre Müller", CMTC, Reason.INITIAL_TYPED),
        ("Jean Pierre Müller", "JP Müller", CMTC, Reason.INITIAL_REGISTERED),
        ("Karl Heinz Otto", "Karl Heinzotto", CMTC, Reason.SPACING),
        ("Karl Heinzotto", "Karl Heinz Otto", CMTC, Reason.SPACING),
        ("Hansotto", "Hans Otto", CMTC, Reason.SPACING),
        ("B. Müller", "Anna Müller", NMTC, Reason.GIVEN_DIFFERS),
        ("Gabriel García", "Gabriel García Márquez", CMTC, Reason.SURNAME_PARTIAL),
        ("G. García", "Gabriel García Márquez", NMTC, Reason.SURNAME_PARTIAL),
        ("Anna Müller", "Anna Müller-Lüdenscheid", CMTC, Reason.SURNAME_PARTIAL),
        ("Anna Müller-Lüdenscheid", "Anna Müller", CMTC, Reason.SURNAME_PARTIAL),
        ("Petra Novák", "Petra Nováková", CMTC, Reason.SURNAME_ENDING),
        ("P. Novák", "Petra Nováková", NMTC, Reason.SURNAME_ENDING),
        ("Eleni Papadopoulos", "Eleni Papadopoulou", CMTC, Reason.SURNAME_ENDING),
        ("Bas Jansen", "Sebastiaan Jansen", CMTC, Reason.GIVEN_VARIANT),
        ("Marc Weber", "Mark Weber", CMTC, Reason.GIVEN_VARIANT),
        ("Thomas Bauer", "Thomas Baur", CMTC, Reason.TYPO),
        ("Anna Muller", "Anna Mueller", CMTC, Reason.TYPO),
        ("Maria Rossi", "Mario Rossi", NMTC, Reason.GIVEN_DIFFERS),
        ("Jan Weber", "Jana Weber", NMTC, Reason.GIVEN_DIFFERS),
        ("Daniel Weber", "Daniela Weber", NMTC, Reason.GIVEN_DIFFERS),
        ("Xandro Weber", "Xandra Weber", NMTC, Reason.GIVEN_DIFFERS),
        ("Müller", "Anna Müller", NMTC, Reason.SURNAME_ONLY),
        ("Anna", "Anna Müller", NMTC, Reason.SURNAME_MISSING),
        ("Anna Maria", "Anna Maria Müller", NMTC, Reason.SURNAME_MISSING),
        ("Peter Schmidt", "Anna Müller", NMTC, Reason.NOTHING_IN_COMMON),
        ("Anna Schmidt", "Anna Müller", NMTC, Reason.SURNAME_MISSING),
        ("Anna Peter Maria Clara Müller", "Anna Müller", NMTC, Reason.WORDS_EXTRA),
        ("Maria Anna Müller", "Anna Maria Müller", CMTC, Reason.ORDER),
        ("Ahmed bin Ali", "Ali bin Ahmed", NMTC, Reason.ORDER),
        ("Otto von Beispiel", "Otto van Beispiel", CMTC, Reason.PARTICLE_DIFFERS),
        ("John Smith", "John Smith Jr.", CMTC, Reason.NUMBER_DIFFERS),
        ("John Smith Sr.", "John Smith Jr.", NMTC, Reason.NUMBER_DIFFERS),
        ("\u0410nna Müller", "Anna Müller", CMTC, Reason.SCRIPT_MIXED),
        ("&", "Anna Müller", NMTC, Reason.NO_WORDS),
        ("Anna Barr", "Anna Kai", NMTC, Reason.SURNAME_MISSING),
    ],
)
def test_each_difference_has_its_outcome_and_reason(
    typed: str, registered: str, outcome: Outcome, reason: Reason
) -> None:
    decision = against(typed, registered)
    assert decision.outcome is outcome
    assert reason in decision.reasons
    assert decision.matched_name == (registered if outcome is CMTC else None)


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Uwe Müller", "Kai Uwe Müller"),
        ("John Smith", "Phil John Smith"),
        ("Elisabet Bianchi", "Ben Elisabet Bianchi"),
        ("Emmanuel Hugo", "Emmanuel Hugo Lord"),
        ("Thi An", "Le Thi An"),
        ("Nguyen Thi", "Nguyen Thi Van"),
        ("Kim Hyun", "Kim Do Hyun"),
        ("Wei Li", "Pan Wei Li"),
        ("Jack", "Jack Ma"),
        ("Amartya", "Amartya Sen"),
        ("Med Ali Hassan", "Ali Hassan"),
        ("Ali Hassan", "Md Ali Hassan"),
        ("Ing Maria Berg", "Maria Berg"),
        ("Maria Ing Berg", "Maria Berg"),
        ("Maria Berg", "Maria Mag Berg"),
        ("Anna Dona Klein", "Anna Klein"),
        ("Anna Klein", "Anna Fr Klein"),
        ("Jur Anna Klein", "Anna Klein"),
    ],
)
def test_a_name_that_is_a_particle_or_title_elsewhere_is_no_match_without_it(
    typed: str, registered: str
) -> None:
    assert against(typed, registered).outcome is not MTCH


@pytest.mark.parametrize(
    ("knobs", "typed", "registered", "outcome"),
    [
        ({"initial_typed": NMTC}, "A. Müller", "Anna Müller", NMTC),
        ({"initial_typed": NMTC}, "Anna Müller", "A. Müller", CMTC),
        ({"initial_registered": NMTC}, "Anna Müller", "A. Müller", NMTC),
        ({"middle_missing": CMTC}, "Anna Müller", "Anna Maria Müller", CMTC),
        ({"middle_extra": NMTC}, "Anna Maria Müller", "Anna Müller", NMTC),
        ({"given_variant": NMTC}, "Bas Jansen", "Sebastiaan Jansen", NMTC),
        ({"surname_only": CMTC}, "Müller", "Anna Müller", CMTC),
        ({"surname_partial": NMTC}, "Gabriel García", "Gabriel García Márquez", NMTC),
        ({"surname_ending": NMTC}, "Petra Novák", "Petra Nováková", NMTC),
        ({"script_crossed": NMTC}, "Giorgos Papadopoulos", "Γιώργος Παπαδόπουλος", NMTC),
        ({"typo": NMTC}, "Thomas Bauer", "Thomas Baur", NMTC),
        ({"typo_budget": 0}, "Thomas Bauer", "Thomas Baur", NMTC),
        ({"typo_budget": 1}, "Jan Kowalksy", "Jan Kowalski", NMTC),
        ({"typo_budget": 2}, "Jan Kowalksy", "Jan Kowalski", CMTC),
    ],
)
def test_each_knob_of_the_policy_moves_its_own_case(
    knobs: dict[str, Outcome | int], typed: str, registered: str, outcome: Outcome
) -> None:
    policy = Policy(**knobs)  # type: ignore[arg-type]
    assert against(typed, registered, policy=policy).outcome is outcome
