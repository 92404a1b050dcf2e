"""The compiled matcher: used where it is of these very sources, and deciding as the plain one does."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matcher import native, words
from matcher.native import build as building

REPOSITORY = native.ROOM.parent
DECIDE = """
from random import Random
from matcher import decide, words
from tests.parity import matcher_cases
for seed in range(1500):
    random = Random(seed)
    account = matcher_cases.account(random)
    print(decide(matcher_cases.typed_for(random, account), account, matcher_cases.policy(random)))
print(words.__file__.endswith(".py"), file=sys.stderr)
"""
BEGIN_COMPILED = """
from matcher import native
(native.BUILT / native.sources_hash()).mkdir(parents=True)
"""


def _run(directory: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code that finds packages in a directory first, and then in the repository."""
    begin = f"import sys; sys.path[:0] = {[str(directory), str(REPOSITORY)]}\n"
    return subprocess.run(
        [sys.executable, "-B", "-c", begin + code], capture_output=True, text=True, check=False
    )


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Give a directory with a copy of the room in which nothing is compiled."""
    shutil.copytree(native.ROOM, tmp_path / "matcher", ignore=shutil.ignore_patterns("built", "__pycache__"))
    return tmp_path


def test_compiled_and_plain_modules_decide_alike(plain: Path) -> None:
    ours, theirs = _run(REPOSITORY, DECIDE), _run(plain, DECIDE)
    assert theirs.stderr == "True\n"
    assert ours.stdout == theirs.stdout
    assert ours.stdout.count("\n") == 1500


def test_what_is_compiled_of_these_sources_is_what_runs() -> None:
    compiled = (native.BUILT / native.sources_hash()).is_dir()
    assert native.in_use() is compiled
    assert (words.__file__ or "").endswith(".py") is not compiled


def test_an_edited_source_is_never_shadowed_by_what_was_compiled_of_it_before(plain: Path) -> None:
    assert _run(plain, BEGIN_COMPILED).returncode == 0
    shadowed = _run(plain, "import matcher")
    assert "ImportError" in shadowed.stderr  # the libraries are not there
    with (plain / "matcher" / "policy.py").open("a") as source:
        source.write("\n")
    assert _run(plain, "import matcher").returncode == 0


def test_every_module_that_is_compiled_is_one() -> None:
    for module in native.MODULES:
        assert REPOSITORY.joinpath(*module.split(".")).with_suffix(".py").is_file()


@pytest.fixture
def nothing_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the build write elsewhere, where there is nothing yet."""
    monkeypatch.setattr(building, "BUILT", tmp_path / "built")
    return tmp_path / "built"


def test_missing_headers_are_one_clear_line_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, nothing_built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sysconfig.get_paths", lambda: {"include": str(tmp_path)})
    assert building.main() == 0
    assert capsys.readouterr().err == (
        "the Python matcher stays as it is, a third as fast as compiled: "
        f"Python's headers are missing: there is no {tmp_path}/Python.h\n"
    )
    assert not nothing_built.exists()


def test_a_missing_compiler_is_one_clear_line_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, nothing_built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert building.main() == 0
    assert "mypy is missing: pip install mypy" in capsys.readouterr().err
    assert not nothing_built.exists()


def test_what_the_compiler_refuses_is_a_failure_that_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, nothing_built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Python.h").write_text("#error no such interpreter\n")
    monkeypatch.setattr("sysconfig.get_paths", lambda: {"include": str(tmp_path)})
    monkeypatch.setattr(building, "MODULES", ("matcher.joint",))
    monkeypatch.setattr(
        building, "_code", lambda scratch: building._write(scratch / "code.c", "#include <Python.h>\n")
    )
    assert building.main() == 1
    assert "no such interpreter" in capsys.readouterr().err
    assert list(nothing_built.iterdir()) == []


def test_libraries_of_other_sources_go_and_those_of_these_stay(
    monkeypatch: pytest.MonkeyPatch, nothing_built: Path
) -> None:
    current = nothing_built / native.sources_hash()
    for directory in (current, nothing_built / "0123"):
        directory.mkdir(parents=True)
    monkeypatch.setattr("sysconfig.get_paths", dict)
    assert building.main() == 0
    assert list(nothing_built.iterdir()) == [current]
