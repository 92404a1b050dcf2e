"""`vop evaluate` measures what it says: quantile, recall, F1 and shares agree with counting by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from control_plane.cli import main
from control_plane.matching.engines import ENGINES
from control_plane.matching.evaluation import Scored, best_f1, recall, threshold

if TYPE_CHECKING:
    from pathlib import Path

_SCORES = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=250)


@given(negatives=_SCORES)
def test_the_threshold_is_the_lowest_negative_that_at_most_one_in_a_hundred_exceeds(
    negatives: list[float],
) -> None:
    found = threshold(negatives)
    assert found is not None

    def exceeding(score: float) -> int:
        return sum(negative > score for negative in negatives)

    assert exceeding(found) * 100 <= len(negatives)
    assert all(exceeding(lower) * 100 > len(negatives) for lower in set(negatives) if lower < found)


@given(matches=_SCORES, others=_SCORES)
def test_the_best_f1_is_that_of_the_best_threshold(matches: list[float], others: list[float]) -> None:
    def f1(least: float) -> float:
        hits = sum(score >= least for score in matches)
        return 2 * hits / (hits + sum(score >= least for score in others) + len(matches))

    assert best_f1(Scored(matches, others)) == max(f1(least) for least in matches + others)


def test_scores_equal_to_the_threshold_are_not_recalled() -> None:
    assert recall([1.0, 2.0, 2.0, 3.0], 2.0) == 0.25


def test_what_has_no_negatives_has_no_recall_and_no_f1() -> None:
    assert threshold([]) is None
    assert recall([1.0], None) is None
    assert best_f1(Scored([1.0], [])) is None
    assert best_f1(Scored([], [1.0])) is None


PERSONS = """kind,name_a,name_b,label,source
person,Astrid Lindqvist,Astrid Lindqvist,match,made:pos
person,A. Lindqvist,Astrid Lindqvist,match,made:pos
person,Quirin Zumthor,Astrid Lindqvist,match,made:pos
person,Pavel Dvorsky,Pavel Dvorsky,match,made:pos
person,Mario Tessari,Maria Tessari,nomatch,made:neg
unknown,Ganz Egal,Ganz Egal,match,made:pos
"""
COMPANIES = """kind,name_a,name_b,label
org,Muster GmbH,Muster GmbH,match
org,Muster AG,Muster GmbH,nomatch
"""


def _evaluated(tmp_path: Path, *options: str, **files: str) -> Result:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    paths = [str(tmp_path / f"{name}.csv") for name in files]
    return CliRunner().invoke(main, ["evaluate", *options, *paths])


def _rows(result: Result) -> dict[str, dict[str, list[str]]]:
    """Give the cells by table and set."""
    tables: dict[str, dict[str, list[str]]] = {}
    title = ""
    for line in map(str.strip, result.stdout.splitlines()):
        if line.startswith("|"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            tables.setdefault(title, {})[name] = cells
        elif line:
            title = line
    return tables


@pytest.mark.parametrize("engine", ENGINES)
def test_every_set_and_kind_has_its_shares_and_its_row_beside_the_baselines(
    tmp_path: Path, engine: str
) -> None:
    result = _evaluated(tmp_path, "--engine", engine, made=PERSONS, firms=COMPANIES)
    assert result.exit_code == 0
    assert result.stderr == "1 pairs of unknown kind left out\n"
    tables = _rows(result)
    assert tables["person: outcomes, % of pairs"]["made"] == ["4", "50.0", "25.0", "1", "0.0", "0.0"]
    assert tables["org: outcomes, % of pairs"]["firms"] == ["1", "100.0", "0.0", "1", "0.0", "100.0"]
    recalls = tables["person: recall at 1 % false positives"]
    assert recalls["set"] == ["vop", "WRatio", "token_sort", "Jaro-Winkler"]
    assert recalls["made"][0] == "0.750"
    assert {"made", "all"} <= tables["person: best F1"].keys()
    assert all(cell.replace(",", "").isdigit() for cell in tables["org: pairs per second"]["firms"])


def test_the_threshold_of_recall_is_pooled_over_the_sets_of_one_kind(tmp_path: Path) -> None:
    positives = "kind,name_a,name_b,label\nperson,A. Lindqvist,Astrid Lindqvist,match\n"
    negatives = "kind,name_a,name_b,label\nperson,Astrid Lindqvist,Astrid Lindqvist,nomatch\n"
    alone = _rows(_evaluated(tmp_path, made=PERSONS, firms=COMPANIES, one=positives))
    pooled = _rows(_evaluated(tmp_path, one=positives, other=negatives))
    title = "person: recall at 1 % false positives"
    assert alone[title]["one"][0] == "1.000"
    assert pooled[title]["one"][0] == "0.000"
    assert pooled[title]["other"][0] == "-"


def test_rows_that_are_no_pair_are_reported_and_the_rest_is_measured(tmp_path: Path) -> None:
    broken = f"person,Anna,Anna,perhaps,x\nperson,Anna\norg,{'a' * 141},Muster,match,x\n"
    result = _evaluated(tmp_path, made=PERSONS + broken)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "made.csv: line 8: the label must be match or nomatch",
        "made.csv: line 9: has 2 fields, not 5",
        "made.csv: line 10: the typed name has 141 characters, not 1 to 140",
        "1 pairs of unknown kind left out",
    ]
    assert _rows(result)["person: outcomes, % of pairs"]["made"][0] == "4"


def test_a_file_without_the_columns_is_refused_in_one_line(tmp_path: Path) -> None:
    result = _evaluated(tmp_path, made="kind,name_a,label\n")
    assert (result.exit_code, result.output) == (1, "vop: made.csv: the header must name name_b once\n")
