"""The Zig engine's own tests, run natively."""

import subprocess
import sys
from pathlib import Path

from edge_filter.build import cache_options
from matcher.tables.compiler import compile_tables

SOURCES = Path(__file__).parents[3] / "edge_filter" / "src" / "matcher"


def test_the_zig_matcher_passes_its_own_tests(tmp_path: Path) -> None:
    tables = tmp_path / "compiled.bin"
    compile_tables(tables)
    command = [
        sys.executable,
        "-m",
        "ziglang",
        "test",
        "--dep",
        "tables",
        f"-Mroot={SOURCES / 'matcher.zig'}",
    ]
    finished = subprocess.run(
        [*command, f"-Mtables={tables}", *cache_options()], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
