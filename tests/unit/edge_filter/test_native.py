"""The core of the two modules, tested natively: own tests, known answers, random input against models."""

import subprocess
from pathlib import Path

from edge_filter import fuzz
from edge_filter.build import (
    SOURCES,
    TABLES,
    build,
    cache_options,
    module_options,
    zig_command,
)
from tests.vectors import load


def zig_source(constants: dict[str, bytes | int]) -> str:
    """Write constants as a Zig file."""
    lines = []
    for name, value in constants.items():
        text = (
            str(value) if isinstance(value, int) else '"' + "".join(f"\\x{byte:02x}" for byte in value) + '"'
        )
        lines.append(f"pub const {name} = {text};\n")
    return "".join(lines)


def test_the_core_passes_its_own_tests_known_answers_and_random_input(tmp_path: Path) -> None:
    build()
    vectors = tmp_path / "vectors.zig"
    vectors.write_text(zig_source(load()))
    command = [
        *zig_command(),
        "test",
        "--dep",
        "vectors",
        *module_options(SOURCES / "tests.zig", TABLES),
    ]
    finished = subprocess.run(
        [*command, f"-Mvectors={vectors}", *cache_options()], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


def test_the_replicator_never_traps_whatever_control_plane_and_host_do() -> None:
    assert fuzz.main(["--part", "replicator", "--seconds", "3"]) == 0


def test_the_sources_are_formatted() -> None:
    finished = subprocess.run(
        [*zig_command(), "fmt", "--check", str(SOURCES), str(SOURCES.parent / "bench")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
