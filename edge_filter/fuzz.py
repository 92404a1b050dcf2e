"""Runs the Zig matcher natively against hostile and random input: `python -m edge_filter.fuzz --seconds 60`.

`--part replicator` runs the replicator instead, against a hostile control plane and a host that fails.
Nothing may trap and everything must be as docs/formats.md allows. What fails prints the seed and the number
of the input; `--seed S --at N` repeats it, then with the lines of the source in the trace.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from secrets import randbelow

from edge_filter.build import SOURCES, cache_options, module_options, zig_command
from matcher.tables.compiler import compile_tables

PARTS = ("matcher", "replicator")
SEEDS = 2**63
STARTING_SECONDS_MAX = 600
"""The compiler's time and the corpus's, on a slow machine; beyond it an input hangs."""


def run(part: str, seconds: int, seed: int, *, at: int | None = None, corpus: Path | None = None) -> int:
    """Build a part's fuzzer, run it from input `at`, after the inputs of a corpus; give its exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        tables, program = Path(scratch) / "compiled.bin", Path(scratch) / "fuzz"
        compile_tables(tables)
        modules = module_options(SOURCES / f"fuzz_{part}.zig", tables)
        options = ["-O", "ReleaseSafe", *(["-fstrip"] if at is None else []), f"-femit-bin={program}"]
        built = subprocess.run(
            [*zig_command(), "build-exe", *options, *modules, *cache_options()], check=False
        )
        if built.returncode:
            return built.returncode
        arguments = [str(number) for number in (seed, seconds, at or 0)] + ([str(corpus)] if corpus else [])
        timeout = seconds + STARTING_SECONDS_MAX
        return subprocess.run([str(program), *arguments], timeout=timeout, check=False).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m edge_filter.fuzz", description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="matcher", help="what to run")
    parser.add_argument("--seconds", type=int, default=10, help="how long to make random input")
    parser.add_argument("--seed", type=int, default=randbelow(SEEDS), help="which random input")
    parser.add_argument("--at", type=int, help="the number of the first input, to repeat a failure")
    parser.add_argument(
        "--corpus", type=Path, help="inputs to begin with (matcher only), a u32 length before each"
    )
    options = parser.parse_args(arguments)
    return run(options.part, options.seconds, options.seed, at=options.at, corpus=options.corpus)


if __name__ == "__main__":
    sys.exit(main())
