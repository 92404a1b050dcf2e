"""Each limit of the matcher holds exactly at its edge: one more word, letter or edit falls otherwise."""

from pathlib import Path

import pytest

from matcher import Outcome, Reason
from matcher.alignment import JOINED_WORDS_MAX
from matcher.organisations.align import TYPO_WORDS_MAX
from matcher.organisations.prepare import BRANCH_PLACE_WORDS_MAX, NUMBER_DIGITS_MAX, STATUSES_MAX
from matcher.persons.align import INITIAL_LETTERS_MAX
from matcher.persons.prepare import INITIALS_MAX
from matcher.tables import blob, compiler
from matcher.words import VARIANTS_MAX, Folding, Reader
from tests.unit.matcher.cases import CMTC, MTCH, NMTC, ORGANISATION, against

GIVEN = ("Jean", "Pierre", "Marie", "Alain")
DISTINCT = ("Nordlicht", "Kupferschmiede", "Segelmacherei")
PLACES = ("Ost", "Nord", "West")
UMLAUT_CHOICES = 2
"""ü is u or ue."""


def test_as_many_letters_as_may_be_initials_written_as_one_word() -> None:
    fewer, more = ("".join(name[0] for name in GIVEN[:count]) for count in (INITIALS_MAX, INITIALS_MAX + 1))
    assert against(f"{fewer} Dupont", f"{' '.join(GIVEN[:INITIALS_MAX])} Dupont").outcome is CMTC
    assert against(f"{more} Dupont", f"{' '.join(GIVEN)} Dupont").outcome is NMTC


def test_as_many_words_as_may_be_written_as_one() -> None:
    for count, outcome in ((JOINED_WORDS_MAX, MTCH), (JOINED_WORDS_MAX + 1, NMTC)):
        typed, registered = "".join(GIVEN[:count]), "-".join(GIVEN[:count])
        assert against(f"{typed} Dupont", f"{registered} Dupont").outcome is outcome


def test_as_many_letters_before_a_full_stop_as_shorten_a_given_name() -> None:
    for count, outcome in ((INITIAL_LETTERS_MAX, CMTC), (INITIAL_LETTERS_MAX + 1, NMTC)):
        assert against(f"{'Charles'[:count]}. Dupont", "Charles Dupont").outcome is outcome


def test_as_many_digits_as_are_read_as_a_number() -> None:
    for count, outcome in ((NUMBER_DIGITS_MAX, MTCH), (NUMBER_DIGITS_MAX + 1, NMTC)):
        typed = f"Nordlicht {'24'.zfill(count)} Werke"
        assert against(typed, "Nordlicht 24 Werke", kind=ORGANISATION).outcome is outcome


def test_as_many_words_with_a_typing_error_as_an_organisation_may_have() -> None:
    for count, outcome in ((TYPO_WORDS_MAX, CMTC), (TYPO_WORDS_MAX + 1, NMTC)):
        typed = " ".join(f"{word[:5]}x{word[6:]}" for word in DISTINCT[:count])
        found = against(typed, " ".join(DISTINCT[:count]), kind=ORGANISATION)
        assert (found.outcome, Reason.TYPO in found.reasons) == (outcome, True)


@pytest.mark.parametrize(
    ("behind", "limit", "fits"),
    [
        ([" i.L."] * (STATUSES_MAX + 1), STATUSES_MAX, MTCH),
        ([f" {place}" for place in PLACES], BRANCH_PLACE_WORDS_MAX, CMTC),
    ],
    ids=["statuses", "places of a branch"],
)
def test_as_many_words_behind_a_legal_form_as_leave_it_one(
    behind: list[str], limit: int, fits: Outcome
) -> None:
    branch = "" if fits is MTCH else " Branch"
    for count, outcome in ((limit, fits), (limit + 1, NMTC)):
        registered = f"Kupferschmiede GmbH{''.join(behind[:count])}{branch}"
        assert against("Kupferschmiede GmbH", registered, kind=ORGANISATION).outcome is outcome


def test_as_many_foldings_as_a_word_mixes() -> None:
    reader = Reader(Folding(*blob.parse(compiler.compiled()).sections[:4]), {})
    letters = VARIANTS_MAX.bit_length() - 1
    assert UMLAUT_CHOICES**letters == VARIANTS_MAX
    mixed, by_convention = (reader.read("ü" * count) for count in (letters, letters + 1))
    assert mixed is not None
    assert by_convention is not None
    assert len(mixed.words[0].variants) == VARIANTS_MAX
    assert set(by_convention.words[0].variants) == {"u" * (letters + 1), "ue" * (letters + 1)}


@pytest.mark.parametrize(
    ("table", "line", "longest"),
    [
        ("generic.txt", "{}", blob.KEY_BYTES_MAX),
        ("surname_endings.txt", "-{} -a", blob.ENDING_BYTES_MAX),
        ("conversion.txt", "{}: \N{CIRCLED LATIN SMALL LETTER Z}", blob.CONVERTED_BYTES_MAX),
    ],
)
def test_a_table_refuses_what_is_longer_than_the_blob_holds(
    table: str, line: str, longest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in compiler.HERE.glob("*.txt"):
        (tmp_path / text.name).write_bytes(text.read_bytes())
    before = (tmp_path / table).read_text(encoding="utf-8")
    monkeypatch.setattr(compiler, "HERE", tmp_path)
    (tmp_path / table).write_text(f"{before}\n{line.format('q' * longest)}\n", encoding="utf-8")
    compiler.compiled()
    (tmp_path / table).write_text(f"{before}\n{line.format('q' * (longest + 1))}\n", encoding="utf-8")
    with pytest.raises(compiler.TableError, match=table):
        compiler.compiled()
