"""`vop match` decides by hand and by the file, with either engine, and loses no row to a malformed one."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from control_plane.cli import main
from control_plane.matching.engines import ENGINES
from control_plane.matching.rows import account_for
from matcher import DEFAULT_POLICY, explain
from matcher.explanation_text import write

if TYPE_CHECKING:
    from pathlib import Path


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, ["match", *words])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_close_match_prints_outcome_score_reasons_and_the_matched_name(engine: str) -> None:
    result = _run("A. Lindqvist", "Astrid Lindqvist", "--kind", "person", "--engine", engine)
    assert result.exit_code == 0
    printed = dict(line.split(maxsplit=1) for line in result.output.splitlines())
    assert printed.pop("score").isdigit()
    assert printed == {"outcome": "CMTC", "reasons": "INITIAL_TYPED", "matched": "Astrid Lindqvist"}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_explanation_names_words_rules_and_the_knob_that_decided(engine: str) -> None:
    result = _run("A. Lindqvist", "Astrid Lindqvist", "--kind", "person", "--explain", "--engine", engine)
    assert result.exit_code == 0
    account = account_for("person", "A. Lindqvist", "Astrid Lindqvist")
    assert result.output == write(explain("A. Lindqvist", account, DEFAULT_POLICY)) + "\n"
    assert "Decided by INITIAL_TYPED and the knob initial_typed = CMTC" in result.output


def test_an_explanation_follows_the_policy(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('initial_typed = "NMTC"\n', encoding="utf-8")
    words = ("A. Lindqvist", "Astrid Lindqvist", "--kind", "person", "--explain")
    assert "initial_typed = NMTC" in _run(*words, "--policy", str(policy)).output


def test_a_match_discloses_no_name() -> None:
    result = _run("muster gmbh", "Muster GmbH", "--kind", "org")
    assert result.output.splitlines() == ["outcome  MTCH", "score    1000", "reasons  EXACT"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("length", "status"), [(0, 1), (1, 0), (140, 0), (141, 1)])
def test_a_name_has_1_to_140_characters_on_either_side(engine: str, length: int, status: int) -> None:
    name = "ab" * 70 + "c"
    for pair in ((name[:length], "Anna"), ("Anna", name[:length])):
        result = _run(*pair, "--kind", "person", "--engine", engine)
        assert result.exit_code == status
        assert ("not 1 to 140" in result.output) == bool(status)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_name_that_is_not_utf8_is_refused_in_one_line(engine: str) -> None:
    result = _run("\udcff", "Anna", "--kind", "person", "--engine", engine)
    assert result.exit_code == 1
    assert result.output == "vop: the typed name is not UTF-8\n"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("Anna",),
        ("Anna", "Anna"),
        ("Anna", "Anna", "--kind", "person", "--output", "out.csv"),
        ("--file", __file__, "--output", "out.csv", "--explain"),
    ],
    ids=["nothing", "one name", "no kind", "a name and a file", "a file to explain"],
)
def test_half_a_question_is_a_usage_error(words: tuple[str, ...]) -> None:
    assert _run(*words).exit_code == 2


MIXED = (
    b"\xef\xbb\xbfkind,typed,registered,note\r\n"
    b"person,Lindqvist Astrid,Astrid Lindqvist,first\r\n"
    b"robot,Anna,Anna,\r\n"
    b"\r\n"
    b'org,"Muster, AG",Muster GmbH,"a, b"\r\n'
    b"org,Muster\r\n"
    b'org,"Muster,Muster,\r\n'
    b"org,M\xfcller,Muster,\r\n"
    b"org,,Muster,\r\n"
    b"org,Ganz Anders,Muster,last"
)


@pytest.mark.parametrize("engine", ENGINES)
def test_malformed_rows_are_reported_with_their_line_and_the_rest_is_decided(
    tmp_path: Path, engine: str
) -> None:
    source, target = tmp_path / "pairs.csv", tmp_path / "out.csv"
    source.write_bytes(MIXED)
    result = _run("--file", str(source), "--output", str(target), "--engine", engine)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "line 3: the kind must be person or org",
        "line 6: has 2 fields, not 4",
        "line 7: is not CSV: unexpected end of data",
        "line 8: is not UTF-8",
        "line 9: the typed name has 0 characters, not 1 to 140",
    ]
    assert result.stdout == "3 decided, 5 malformed\n"
    with target.open(newline="", encoding="utf-8") as stream:
        header, *written = csv.reader(stream)
    assert header == ["kind", "typed", "registered", "note", "outcome", "score", "reasons"]
    assert [(row[1], row[3], row[4], row[6]) for row in written] == [
        ("Lindqvist Astrid", "first", "MTCH", "EXACT ORDER"),
        ("Muster, AG", "a, b", "CMTC", "EXACT FORM_DIFFERS"),
        ("Ganz Anders", "last", "NMTC", "NOTHING_IN_COMMON"),
    ]


def test_a_file_without_faults_ends_with_status_0(tmp_path: Path) -> None:
    source, target = tmp_path / "pairs.csv", tmp_path / "out.csv"
    source.write_text("registered,typed,kind\nAnna Muster,Anna Muster,person\n")
    result = _run("--file", str(source), "--output", str(target))
    assert (result.exit_code, result.output) == (0, "1 decided, 0 malformed\n")
    assert target.read_text().splitlines() == [
        "registered,typed,kind,outcome,score,reasons",
        "Anna Muster,Anna Muster,person,MTCH,1000,EXACT",
    ]


def test_a_header_without_a_column_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "pairs.csv", tmp_path / "out.csv"
    source.write_text("kind,typed\nperson,Anna\n")
    result = _run("--file", str(source), "--output", str(target))
    assert (result.exit_code, result.output) == (1, "vop: pairs.csv: the header must name registered once\n")
    assert not target.exists()


def test_a_file_is_never_written_over_itself(tmp_path: Path) -> None:
    source = tmp_path / "pairs.csv"
    source.write_text("kind,typed,registered\n")
    assert _run("--file", str(source), "--output", str(source)).exit_code == 1
    assert source.read_text() == "kind,typed,registered\n"
