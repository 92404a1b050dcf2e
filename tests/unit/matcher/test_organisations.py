"""What the rules say about organisations."""

import pytest

from matcher import Outcome, Reason
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, ORGANISATION, against


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Metro AG", "Metra AG"),
        ("Baker", "Bakery"),
        ("Bellmo AG", "Bellma AG"),
        ("Berg GmbH", "Bergmann Bau GmbH"),
        ("Mark", "Marketing Bau"),
        ("Belmont", "Belmontarianisch"),
    ],
)
def test_a_near_word_alone_that_is_short_is_no_match(typed: str, registered: str) -> None:
    assert against(typed, registered, kind=ORGANISATION).outcome is NMTC
    assert against(registered, typed, kind=ORGANISATION).outcome is NMTC


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Bellmor AG", "Bellmar AG"),
        ("Belmor AG", "Bellmor AG"),
        ("Belmont", "Belmontarianis"),
        ("Berg. GmbH", "Bergmann GmbH"),
    ],
)
def test_a_near_word_alone_that_is_long_or_dotted_is_a_close_match(typed: str, registered: str) -> None:
    assert against(typed, registered, kind=ORGANISATION).outcome is CMTC


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("acme werke", "Acme-Werke"),
        ("3 M Nordlicht", "3M Nordlicht"),
        ("Acme", "Acme GmbH"),
        ("Acme", "Acme i.L."),
        ("Acme GmbH i.L.", "Acme GmbH"),
        ("Acme in liquidazione", "Acme S.r.l."),
        ("Acme GmbH", "Acme Gesellschaft mit beschränkter Haftung"),
        ("Acme s.r.o.", "Acme spol. s r.o."),
        ("Acme SA", "Acme Société Anonyme"),
        ("Acme S.A.", "Acme Sociedad Anónima"),
        ("Acme Sp. z o.o.", "Acme Spółka z ograniczoną odpowiedzialnością"),
        ("Acme OOD", "Acme ООД"),
        ("AS Acme", "Acme AS"),
        ("Müller & Söhne", "Müller und Söhne"),
        ("Mueller + Soehne", "Müller et Söhne"),
        ("Müller Söhne", "Müller & Söhne"),
        ("Acme Intl", "Acme International"),
        ("Beispiel & Co. KG", "Beispiel und Co. KG"),
        ("Beispiel", "Beispiel & Co. KG"),
        ("Canal +", "Canal+"),
        ("Gebr. Beispiel", "Gebrüder Beispiel"),
        ("Nordlicht Fund 2", "Nordlicht Fund II"),
        ("The Acme Works", "THE ACME WORKS"),
        ("The Acme Works", "Acme Works"),
        ("F.lli Beispiel", "Fratelli Beispiel"),
        ("Müller u. Söhne", "Müller und Söhne"),
        ("A&B Werkstatt", "A & B Werkstatt"),
        ("Canal+ Sport", "Canal + Sport"),
        ("Acme GmbH Hamburg", "Acme Hamburg"),
        ("Acme Ltd (UK)", "Acme (UK) Ltd"),
        ("Oy Nordlicht Ab", "Nordlicht Oy"),
        ("Oy Nordlicht Ab", "Nordlicht Ab"),
        ("NordlichtGmbH", "Nordlicht GmbH"),
        ("A.B.C.D. Werke", "ABCD-Werke"),
        ("A.B.C.D. Werke GmbH", "ABCD Werke"),
        ("Nordlicht Bank AG, Filiale Wien", "Nordlicht Bank, Filiale Wien"),
    ],
)
def test_presentation_forms_and_known_short_forms_match_both_ways(typed: str, registered: str) -> None:
    assert against(typed, registered, kind=ORGANISATION).outcome is MTCH
    assert against(registered, typed, kind=ORGANISATION).outcome is MTCH


@pytest.mark.parametrize(
    ("typed", "registered", "outcome", "reason"),
    [
        ("Acme Ltd", "Acme GmbH", CMTC, Reason.FORM_DIFFERS),
        ("Acme s.r.o.", "Acme a.s.", CMTC, Reason.FORM_DIFFERS),
        ("Acme Sociedad Anónima", "Acme Société Anonyme", CMTC, Reason.FORM_DIFFERS),
        ("Acme S.A.", "Acme Aktiengesellschaft", CMTC, Reason.FORM_DIFFERS),
        ("Acme B.V.", "Acme S.R.L.", CMTC, Reason.FORM_DIFFERS),
        ("Acme GmbH", "Acme GmbH & Co. KG", CMTC, Reason.FORM_DIFFERS),
        ("Nordlicht Fund II", "Nordlicht Fund III", NMTC, Reason.NUMBER_DIFFERS),
        ("Nordlicht Fund", "Nordlicht Fund II", NMTC, Reason.NUMBER_DIFFERS),
        ("Nordlicht Fund 1", "Nordlicht Fund", NMTC, Reason.NUMBER_DIFFERS),
        ("Nordlicht 21", "Nordlicht 12", NMTC, Reason.NUMBER_DIFFERS),
        ("First Bank", "Erste Bank", NMTC, Reason.NUMBER_DIFFERS),
        ("Erste Sparkasse", "Sparkasse", NMTC, Reason.NUMBER_DIFFERS),
        ("Acme", "Acme Holding", CMTC, Reason.GENERIC_DIFFERS),
        ("Acme Deutschland", "Acme", CMTC, Reason.GENERIC_DIFFERS),
        ("Acme Holding", "Acme Services", NMTC, Reason.WORD_DIFFERS),
        ("Canal+ Sport", "Canal Sport", CMTC, Reason.WORD_DIFFERS),
        ("Canal +Sport", "Canal Sport", CMTC, Reason.WORD_DIFFERS),
        ("Oy Nordlicht Ab", "Nordlicht AS", CMTC, Reason.FORM_DIFFERS),
        ("A.S. Nordlicht Holding Ltd", "A.S. Nordlicht Holding", CMTC, Reason.FORM_DIFFERS),
        ("C.B.A. Werke", "A.B.C. Werke", NMTC, Reason.WORD_DIFFERS),
        ("Bäckerei Ute", "Bäckerei", CMTC, Reason.FORM_MISSING),
        ("Nordlicht Bank plc, Filiale Wien", "Nordlicht Bank plc", CMTC, Reason.BRANCH),
        ("Nordlicht Bank plc, Danish Branch", "Nordlicht Bank plc", CMTC, Reason.BRANCH),
        ("Nordlicht S.A., sucursal en España", "Nordlicht S.A.", CMTC, Reason.BRANCH),
        ("Nordlicht Bank, Filiale Wien", "Nordlicht Bank, Filiale Graz", CMTC, Reason.BRANCH),
        ("Nordlicht Bank, Filiale 3", "Nordlicht Bank, Filiale 4", NMTC, Reason.NUMBER_DIFFERS),
        ("Nordlicht Bank, Filiale Wien", "Seewind Bank", NMTC, Reason.WORD_DIFFERS),
        ("LBT GmbH", "Lindenauer Brücken Technik GmbH", CMTC, Reason.ACRONYM),
        ("L.B.T.", "Lindenauer Brücken Technik", CMTC, Reason.ACRONYM),
        ("LBUT", "Lindenauer Brücken und Technik", CMTC, Reason.ACRONYM),
        ("LBT", "Lindenauer Brücken und Technik", CMTC, Reason.ACRONYM),
        ("Lindenauer Brücken Technik (LBT)", "Lindenauer Brücken Technik", CMTC, Reason.ACRONYM),
        ("LBT", "Lindenauer Brücken und Technik (LBT)", CMTC, Reason.ACRONYM),
        ("Lindenauer Brücken Technik LBX", "Lindenauer Brücken Technik", NMTC, Reason.WORD_DIFFERS),
        ("LBT Lindenauer Brücken Technik AG", "Lindenauer Brücken Technik SE", NMTC, Reason.FORM_DIFFERS),
        ("LB GmbH", "Lindenauer Brücken GmbH", NMTC, Reason.NOTHING_IN_COMMON),
        ("LBT Ltd", "Lindenauer Brücken Technik GmbH", NMTC, Reason.WORD_DIFFERS),
        ("LBT 2", "Lindenauer Brücken Technik", NMTC, Reason.NUMBER_DIFFERS),
        ("Nordlicht Baker.", "Nordlicht Bakeries NV", CMTC, Reason.SYNONYM),
        ("Nordlicht Bak. Werke", "Nordlicht Bakeries Werke", CMTC, Reason.SYNONYM),
        ("Nordlicht Bake", "Nordlicht Bakeries", CMTC, Reason.SYNONYM),
        ("Seewind Bak", "Seewind Bakeries", NMTC, Reason.WORD_DIFFERS),
        ("Hotel Astor", "Hotel Astoria", NMTC, Reason.WORD_DIFFERS),
        ("Nordlicht Bakeri. Ltd", "Nordlicht Bakeries GmbH", NMTC, Reason.WORD_DIFFERS),
        ("Nordlicht Fund CXVIII", "Nordlicht Fund XXVIII", NMTC, Reason.WORD_DIFFERS),
        ("Nordlihct Bahkn", "Nordlicht Bank", NMTC, Reason.WORD_DIFFERS),
        ("Nordlihct Wrke", "Nordlicht Werke", CMTC, Reason.TYPO),
        ("Nordlicht Gmbbh", "Nordlicht GmbH", CMTC, Reason.TYPO),
        ("Nordlicht Aktiengeselschaft", "Nordlicht AG", NMTC, Reason.WORD_DIFFERS),
        ("Nordlicht Aktiengeselschaf", "Nordlicht Aktiengesellschaft", CMTC, Reason.TYPO),
        ("Nordlicht Inn", "Nordlicht Inc", NMTC, Reason.WORD_DIFFERS),
        ("Nordlicht 1 23", "Nordlicht 12 3", NMTC, Reason.NUMBER_DIFFERS),
        ("Acme Holding Ltd", "Acme GmbH", NMTC, Reason.FORM_DIFFERS),
        ("Acme Solar", "Acme Wind", NMTC, Reason.WORD_DIFFERS),
        ("Acme", "Acme Solar", NMTC, Reason.WORD_DIFFERS),
        ("Solar Acme", "Acme Solar", CMTC, Reason.ORDER),
        ("Beispiel Werke", "Beispeil Werke", CMTC, Reason.TYPO),
        ("Beispeil Ltd", "Beispiel GmbH", NMTC, Reason.TYPO),
        ("Acme", "Acmo", NMTC, Reason.NOTHING_IN_COMMON),
        ("Berlin", "Berlin AG", CMTC, Reason.FORM_MISSING),
        ("Robert Beispiel", "Robert Beispiel Stiftung", CMTC, Reason.GENERIC_DIFFERS),
        ("Nordlicht Stiftung", "Nordlicht", CMTC, Reason.GENERIC_DIFFERS),
        ("Stichting Nordlicht", "Nordlicht", CMTC, Reason.GENERIC_DIFFERS),
        ("Nordlicht", "Fondation Nordlicht", CMTC, Reason.GENERIC_DIFFERS),
        ("Nordlicht", "Genossenschaft Nordlicht", CMTC, Reason.GENERIC_DIFFERS),
        ("Nordlicht GmbH", "Nordlicht Stiftung", CMTC, Reason.GENERIC_DIFFERS),
        ("Nordlicht Stiftung", "Nordlicht Foundation", NMTC, Reason.WORD_DIFFERS),
        ("Projekt X GmbH", "Projekt 10 GmbH", NMTC, Reason.NUMBER_DIFFERS),
        ("Alpha 5", "Alpha V", NMTC, Reason.NUMBER_DIFFERS),
        ("IV GmbH", "4 GmbH", NMTC, Reason.NOTHING_IN_COMMON),
        ("4 Nordlicht", "IV Nordlicht", NMTC, Reason.NUMBER_DIFFERS),
        ("Canal", "Canal+", CMTC, Reason.WORD_DIFFERS),
        ("Canal & SA", "Canal SA", CMTC, Reason.WORD_DIFFERS),
        ("B+ GmbH", "B GmbH", CMTC, Reason.WORD_DIFFERS),
        ("B GmbH", "B++ GmbH", CMTC, Reason.WORD_DIFFERS),
        ("+ Nordlicht", "Nordlicht", CMTC, Reason.WORD_DIFFERS),
        ("Nordlicht Werft +", "Nordlicht + Werft", CMTC, Reason.WORD_DIFFERS),
        ("Invest Grün AS", "Invest in Grün AS", CMTC, Reason.PARTICLE_IGNORED),
        ("Müller Söhne", "Müller und Söhne", CMTC, Reason.PARTICLE_IGNORED),
    ],
)
def test_each_difference_has_its_outcome_and_reason(
    typed: str, registered: str, outcome: Outcome, reason: Reason
) -> None:
    decision = against(typed, registered, kind=ORGANISATION)
    assert decision.outcome is outcome
    assert reason in decision.reasons


@pytest.mark.parametrize(
    ("typed", "registered", "outcome"),
    [
        ("Anke Vogt t/a Nordlicht Garten", "Nordlicht Garten", CMTC),
        ("Nordlicht Garten", "Anke Vogt T/A Nordlicht Garten", CMTC),
        ("Nordlicht GmbH c/o Seewind Treuhand", "Nordlicht GmbH", CMTC),
        ("Nordlicht Garten, Inh. Anke Vogt", "Nordlicht Garten", CMTC),
        ("Seewind trading as Nordlicht", "Seewind dba Lampenfieber", CMTC),
        ("Anke Vogt t/a Nordlicht Garten", "Seewind Garten", NMTC),
        ("Anke Vogt ta Nordlicht", "Nordlicht", NMTC),
        ("Nordlicht c/o", "Nordlicht Garten", NMTC),
        ("Nordlicht t/a Seewind 2", "Seewind 3", NMTC),
    ],
)
def test_one_of_the_parts_around_a_trading_name_is_a_close_match_at_most(
    typed: str, registered: str, outcome: Outcome
) -> None:
    decision = against(typed, registered, kind=ORGANISATION)
    assert decision.outcome is outcome
    assert (Reason.TRADING_AS in decision.reasons) == (outcome is CMTC)


def test_the_part_around_a_trading_name_may_be_a_person() -> None:
    decision = against("Anke Vogt t/a Nordlicht Garten", "Anke Vogt")
    assert decision.outcome is CMTC
    assert Reason.TRADING_AS in decision.reasons


@pytest.mark.parametrize(
    "form", ["GmbH", "Ltd", "S.A.", "s.r.o.", "Oy", "AB", "B.V.", "Sp. z o.o.", "S.r.l."]
)
@pytest.mark.parametrize("other", ["AG", "plc", "Kft.", "SE", "e.V."])
def test_an_equal_name_in_another_form_is_close_and_without_one_a_match(form: str, other: str) -> None:
    assert against(f"Nordlicht Werke {form}", f"Nordlicht Werke {other}", kind=ORGANISATION).outcome is CMTC
    assert against(f"Nordlicht Werke {form}", "Nordlicht Werke", kind=ORGANISATION).outcome is MTCH


def test_scores_fall_with_what_two_companies_of_one_group_differ_in() -> None:
    def score(registered: str) -> int:
        return against("Nordlicht Werke GmbH", registered, kind=ORGANISATION).score

    names = (
        *("Nordlicht Werke GmbH", "Nordlicht Werke", "Nordlicht Wreke GmbH", "Nordlicht Werke AG"),
        *("Nordlicht Werke Holding GmbH", "Nordlicht Wind GmbH", "Seewind Garten GmbH"),
    )
    scores = [score(name) for name in names]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


@pytest.mark.parametrize(
    ("typed", "registered"),
    [
        ("Prosa", "Pro SA"),
        ("Alpha S.A. Bau", "Alphasa Bau"),
        ("Delta Xi", "Delta 11"),
        ("Salon Vi", "Salon 6"),
    ],
)
def test_a_word_is_no_form_and_no_numeral_for_its_letters_alone(typed: str, registered: str) -> None:
    assert against(typed, registered, kind=ORGANISATION).outcome is not MTCH
    assert against(registered, typed, kind=ORGANISATION).outcome is not MTCH
