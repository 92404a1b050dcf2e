"""The pairs made of names are labelled rightly, come again by the seed, and can be measured."""

from __future__ import annotations

import csv
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bench.variations import changes, others
from bench.variations.__main__ import COLUMNS, EACH, labelled, main
from bench.variations.source import COMMON, NAME_CHARACTERS_MAX, Organisation, Person, Source
from control_plane.matching.evaluation import Pair
from control_plane.matching.rows import columns, rows

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = ("Mathilde", "Jürgen", "Ottokar", "Zdeňka")
SURNAMES = ("Quasthoff", "Brückmann", "O'Tessari", "van der Grümmer", "Lindqvist-Ålgård")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with invented names: enough that every given name is known as one."""
    made = tmp_path_factory.mktemp("names")
    people = [f"{given} {surname}" for given in GIVEN for surname in SURNAMES]
    people += [f"{given} {other} Quasthoff" for given in GIVEN for other in GIVEN if given != other]
    lines = [f"person,{one},{one},match" for one in people]
    lines.append("person,Mathilde Quasthoff,Mathilde Brückmann,match")
    firms = ("Ålgård Møbler", "Muster-Zulieferer", "Muster Logistik", "Příklad Stroje")
    lines += [f"org,{firm} {form},{firm},nomatch" for firm in firms for form in ("GmbH", "s.r.o.", "B.V.")]
    (made / "made.csv").write_text("kind,name_a,name_b,label\n" + "\n".join(lines), encoding="utf-8")
    return made


def _write(folder: Path, target: Path, *options: str) -> bytes:
    result = CliRunner().invoke(main, ["--data", str(folder), "--output", str(target), *options])
    assert result.exit_code == 0, result.output
    return target.read_bytes()


def test_the_same_seed_gives_the_same_file_and_another_seed_another(folder: Path, tmp_path: Path) -> None:
    first, again = (_write(folder, tmp_path / name) for name in ("first.csv", "again.csv"))
    assert first == again
    assert first != _write(folder, tmp_path / "other.csv", "--seed", "2")


def test_every_row_can_be_measured_and_every_variation_is_there(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "pairs.csv"
    _write(folder, target)
    assert [Pair.read(row).variation for row in rows(target, columns(target, COLUMNS))]
    with target.open(encoding="utf-8", newline="") as stream:
        found = Counter((row["kind"], row["variation"]) for row in csv.DictReader(stream))
    for kind, known in (("person", changes.OF_PERSONS), ("org", changes.OF_ORGANISATIONS)):
        assert {found[kind, variation] for variation in known} == {EACH}
    assert found["person", "sibling"]
    assert found["person", "middle name dropped"]
    assert found["org", "number differs"]


def test_names_of_one_payee_are_never_paired_as_different(folder: Path) -> None:
    source = Source(folder)
    assert source.same("Mathilde Quasthoff", "mathilde brückmann")
    for _, pair in others.persons(Random(1), source, 50):
        assert set(pair) != {"Mathilde Quasthoff", "Mathilde Brückmann"}


def test_no_pair_of_different_organisations_is_one_name_twice(folder: Path) -> None:
    assert all(one != other for _, (one, other) in others.organisations(Random(1), Source(folder), 50))


def test_matches_differ_in_their_texts(folder: Path) -> None:
    assert all(row[1] != row[2] for row in labelled(folder, 1) if row[3] == "match")


def _source(tmp_path: Path, *names: str, kind: str = "person") -> Source:
    with (tmp_path / "names.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("kind", "name_a", "name_b", "label"))
        writer.writerows((kind, name, name, "match") for name in names)
    return Source(tmp_path)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("QUASTHOFF GRÜMMER Mathilde", Person(("Mathilde",), ("Quasthoff", "Grümmer"))),
        ("Quasthoff, Mathilde", Person(("Mathilde",), ("Quasthoff",))),
        ("Mathilde Quasthoff", None),
        ("Dr. Mathilde QUASTHOFF", None),
        ("M. QUASTHOFF", None),
        ("Матильда", None),
    ],
)
def test_a_name_is_taken_apart_only_where_the_surname_is_plain(
    tmp_path: Path, text: str, person: Person | None
) -> None:
    assert _source(tmp_path, text).persons == ([] if person is None else [person])


@pytest.mark.parametrize(("times", "known"), [(COMMON - 1, 0), (COMMON, COMMON)])
def test_a_word_that_begins_enough_names_is_a_given_name(tmp_path: Path, times: int, known: int) -> None:
    names = [f"Mathilde {surname}" for surname in ("Quasthoff", "Grümmer", "Tessari")[:times]]
    assert len(_source(tmp_path, *names).persons) == known


@pytest.mark.parametrize(("length", "count"), [(NAME_CHARACTERS_MAX, 1), (NAME_CHARACTERS_MAX + 1, 0)])
def test_names_too_long_to_grow_are_passed_over(tmp_path: Path, length: int, count: int) -> None:
    assert len(_source(tmp_path, "a" * length, kind="org").organisations) == count


def test_a_known_legal_form_is_told_from_the_core(tmp_path: Path) -> None:
    found = _source(tmp_path, "Muster, GmbH", "Muster Unbekannt", kind="org").organisations
    assert found == [Organisation("Muster Unbekannt", ""), Organisation("Muster", "GmbH")]
