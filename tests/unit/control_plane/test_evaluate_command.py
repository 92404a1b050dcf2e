"""`vop evaluate` measures what it says: quantile, recall, F1 and shares agree with counting by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from control_plane.cli import main
from control_plane.cli.evaluate import LEFT_OUT_SHOWN
from control_plane.matching.engines import ENGINES
from control_plane.matching.evaluation import Scored, best_f1, precision_recall, recall, threshold
from control_plane.matching.plot import SIDE

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
    assert result.stderr == "made.csv: 1 rows left out\n  line 7: the kind must be person or org\n"
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


def test_rows_that_are_no_pair_are_counted_the_first_ones_named_and_the_rest_is_measured(
    tmp_path: Path,
) -> None:
    broken = f"person,Anna,Anna,perhaps,x\nperson,Anna\norg,{'a' * 141},Muster,match,x\n"
    result = _evaluated(tmp_path, made=PERSONS + broken + LEFT_OUT_SHOWN * "person,,Anna,match,x\n")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "made.csv: 9 rows left out",
        "  line 7: the kind must be person or org",
        "  line 8: the label must be match or nomatch",
        "  line 9: has 2 fields, not 5",
        "  line 10: the typed name has 141 characters, not 1 to 140",
        "  line 11: the typed name has 0 characters, not 1 to 140",
        "  ...",
    ]
    assert _rows(result)["person: outcomes, % of pairs"]["made"][0] == "4"


def test_as_many_left_out_as_are_named_need_no_dots(tmp_path: Path) -> None:
    result = _evaluated(tmp_path, firms=COMPANIES + LEFT_OUT_SHOWN * "org,,Anna,match\n")
    assert len(result.stderr.splitlines()) == 1 + LEFT_OUT_SHOWN
    assert "..." not in result.stderr


def test_names_of_140_characters_are_measured_and_longer_ones_left_out(tmp_path: Path) -> None:
    rows = "".join(f"org,{'a' * length},Muster,nomatch\n" for length in (140, 141))
    result = _evaluated(tmp_path, made="kind,name_a,name_b,label\n" + rows)
    assert result.exit_code == 0
    assert _rows(result)["org: outcomes, % of pairs"]["made"] == ["0", "-", "-", "1", "0.0", "0.0"]


def test_files_that_hold_no_pair_at_all_end_with_status_1(tmp_path: Path) -> None:
    result = _evaluated(tmp_path, made="kind,name_a,name_b,label\nperson,,Anna,match\n")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "vop: no row holds a pair to measure"


def test_recall_and_outcomes_are_told_by_variation_and_a_files_own_column_has_the_last_word(
    tmp_path: Path,
) -> None:
    own = PERSONS.replace(",source", ",variation").replace("made:neg", "sibling").replace("made:pos", "")
    tables = _rows(_evaluated(tmp_path, made=own))
    shares = tables["person: outcomes by variation, % of pairs"]
    assert list(shares)[2:] == ["presentation", "initial", "other", "sibling"]
    assert shares["presentation"] == ["2", "100.0", "0.0", "0", "-", "-"]
    assert shares["initial"] == ["1", "0.0", "100.0", "0", "-", "-"]
    assert shares["sibling"] == ["0", "-", "-", "1", "0.0", "0.0"]
    recalls = tables["person: recall by variation"]
    assert list(recalls)[2:] == ["presentation", "initial", "other"]
    assert recalls["initial"][0] == "1.000"


def test_half_of_the_decisions_take_no_longer_than_the_slowest(tmp_path: Path) -> None:
    times = _rows(_evaluated(tmp_path, made=PERSONS))["person: microseconds of one decision"]
    assert times["set"] == ["p50", "p99"]
    half, most = (int(cell.replace(",", "")) for cell in times["made"])
    assert 0 < half <= most


@given(nanoseconds=st.lists(st.integers(1, 10**9), min_size=1, max_size=300))
def test_a_percentile_is_the_time_that_so_many_decisions_took_at_most(nanoseconds: list[int]) -> None:
    scored = Scored(nanoseconds=nanoseconds)
    for share in (0.5, 0.99):
        most = scored.microseconds(share)
        assert sum(one / 1e3 <= most for one in nanoseconds) >= share * len(nanoseconds)
        assert sum(one / 1e3 < most for one in nanoseconds) <= share * len(nanoseconds)


def test_the_picture_has_a_panel_for_each_kind_and_a_curve_for_each_scorer(tmp_path: Path) -> None:
    target = tmp_path / "curves.svg"
    result = _evaluated(tmp_path, "--plot", str(target), made=PERSONS, firms=COMPANIES)
    assert result.exit_code == 0
    root = ET.fromstring(target.read_text(encoding="utf-8"))  # noqa: S314  (written here)
    panels = root.findall("{*}g")
    assert len(panels) == 2
    for panel, kind in zip(panels, ("person", "org"), strict=True):
        texts = [text.text for text in panel.findall("{*}text")]
        assert {kind, "recall", "precision", "vop", "WRatio", "token_sort", "Jaro-Winkler"} <= set(texts)
        curves = panel.findall("{*}polyline")
        assert len(curves) == 4
        for curve in curves:
            for point in curve.attrib["points"].split():
                assert all(0 <= float(number) <= SIDE for number in point.split(","))


@given(matches=_SCORES, others=_SCORES)
def test_precision_and_recall_are_those_of_accepting_from_each_score(
    matches: list[float], others: list[float]
) -> None:
    expected = []
    for least in sorted({*matches, *others}, reverse=True):
        hits, wrong = (sum(score >= least for score in scores) for scores in (matches, others))
        expected.append((hits / len(matches), hits / (hits + wrong)))
    assert precision_recall(Scored(matches, others)) == expected


def test_what_has_one_label_has_no_curve() -> None:
    assert precision_recall(Scored([1.0], [])) == precision_recall(Scored([], [1.0])) == []


def test_a_picture_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    result = _evaluated(tmp_path, "--plot", str(tmp_path / "none" / "curves.svg"), firms=COMPANIES)
    assert result.exit_code == 1
    assert result.stderr.endswith("curves.svg: No such file or directory\n")


def test_a_file_without_the_columns_is_refused_in_one_line(tmp_path: Path) -> None:
    result = _evaluated(tmp_path, made="kind,name_a,label\n")
    assert (result.exit_code, result.output) == (1, "vop: made.csv: the header must name name_b once\n")
