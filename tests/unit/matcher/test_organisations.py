"""What the rules say about organisations."""

import pytest

from matcher import Outcome, Reason
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, ORGANISATION, against


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
