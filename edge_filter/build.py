"""Compiles the matcher's tables and the two Wasm modules: `python -m edge_filter.build [--output DIR]`.

Uses the standard library and `ziglang` only, for the wheel's build hook calls it
before anything is installed.
"""

import argparse
import hashlib
import importlib.util
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from matcher.tables import compiler

ROOM = Path(__file__).parent
SOURCES = ROOM / "src"
BUILT = ROOM / "built"
EMPTY_SOURCE = ROOM / "bench" / "empty.zig"
TABLES = compiler.COMPILED

_ZIG_OPTIONS = ("-target", "wasm32-freestanding", "-O", "ReleaseSafe", "-fno-entry", "-rdynamic", "-fstrip")
_FEATURES = {"replicator": "baseline+simd128+bulk_memory"}
"""By source. The replicator moves whole buckets; the filter moves a few bytes at a time, where these
instructions cost more than they save (docs/performance.md)."""
_PREFIX_BYTES = 16
_PRIVATE = 0o700


class BuildError(Exception):
    """The modules can't be built; the message is one line for a person."""


def build(output_dir: Path = BUILT) -> None:
    """Build `filter.wasm` and `replicator.wasm`, each with its SHA-256 beside it; skip what is up to date."""
    tables = _compile_tables()
    for name in ("filter", "replicator"):
        _build_module(name, SOURCES / f"{name}.zig", tables, output_dir)


def build_variant(name: str, output_dir: Path) -> Path:
    """Build a module for tests and measurements into `output_dir` and return its path.

    `trap` is the filter that traps on the header `x-test-trap`, `trapping_replicator` the replicator that
    traps on a reply of status 418; `empty` answers a constant without looking;
    `dump` answers with the directory as it lies in shared data.
    """
    tables = _compile_tables()
    if name == "trap":
        return _build_module("trap", SOURCES / "filter.zig", tables, output_dir, trap=True)
    if name == "trapping_replicator":
        return _build_module(name, SOURCES / "replicator.zig", tables, output_dir, trap=True)
    if name == "empty":
        return _build_module("empty", EMPTY_SOURCE, tables, output_dir)
    if name == "dump":
        return _build_module("dump", SOURCES / "dump.zig", tables, output_dir)
    raise BuildError(f"there is no variant {name!r}: choose trap, trapping_replicator, empty or dump")


def zig_command() -> list[str]:
    """Return the command that runs the pinned Zig compiler, without its arguments."""
    if importlib.util.find_spec("ziglang") is None:
        raise BuildError("the Zig compiler is missing: pip install ziglang==0.17.1")
    return [sys.executable, "-m", "ziglang"]


def cache_options() -> list[str]:
    """Return Zig's options for a cache outside the source tree, which may be read-only."""
    return ["--cache-dir", str(_cache() / "local"), "--global-cache-dir", str(_cache() / "global")]


def module_options(root: Path, tables: Path, *, trap: bool = False) -> list[str]:
    """Return Zig's options for a root file that imports the compiled `tables` and the build's `options`."""
    options = _cache() / f"options-{'trap' if trap else 'shipped'}.zig"
    _replace(options, f"pub const trap_on_test_header = {'true' if trap else 'false'};\n")
    return [
        "--dep", "tables", "--dep", "options", f"-Mroot={root}", f"-Mtables={tables}", f"-Moptions={options}",
    ]  # fmt: skip


@cache
def _cache() -> Path:
    """Return a directory that is ours alone: the user's cache, or else a temporary one, or else a fresh one.

    What lies in it becomes part of the modules, so one that another user owns or may enter is not used.
    """
    wanted = os.environ.get("XDG_CACHE_HOME")
    for base in (Path(wanted) if wanted else Path.home() / ".cache", Path(tempfile.gettempdir())):
        directory = base / f"vop-zig-{os.getuid()}"
        try:
            directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            status = directory.lstat()
        except OSError:
            continue
        private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == _PRIVATE
        if private and status.st_uid == os.getuid() and os.access(directory, os.W_OK):
            return directory
    try:
        return Path(tempfile.mkdtemp(prefix="vop-zig-"))
    except OSError as error:
        raise BuildError(
            "there is no directory to cache the compiler's work in: set XDG_CACHE_HOME"
        ) from error


def _compile_tables() -> Path:
    """Bring `matcher/tables/compiled.bin` up to date and return its path; others may be reading it."""
    handle, name = tempfile.mkstemp(prefix=f".{TABLES.name}-", dir=TABLES.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        compiler.compile_tables(fresh)
        if not TABLES.exists() or fresh.read_bytes() != TABLES.read_bytes():
            fresh.chmod(0o644)
            fresh.replace(TABLES)
    finally:
        fresh.unlink(missing_ok=True)
    return TABLES


def _build_module(name: str, root: Path, tables: Path, output_dir: Path, *, trap: bool = False) -> Path:
    """Build one module unless its stamp says that it comes from these very sources."""
    output_dir.mkdir(parents=True, exist_ok=True)
    module, digest, stamp = (output_dir / f"{name}.{suffix}" for suffix in ("wasm", "wasm.sha256", "stamp"))
    wanted = _source_hash(root, tables, trap=trap)
    if _is_current(module, digest, stamp, wanted):
        return module
    with tempfile.TemporaryDirectory(prefix=".build-", dir=output_dir) as scratch:
        fresh = Path(scratch) / module.name
        target = [*_ZIG_OPTIONS, f"-mcpu={_FEATURES.get(root.stem, 'baseline')}"]
        command = [*zig_command(), "build-exe", *target, *module_options(root, tables, trap=trap)]
        _run([*command, f"-femit-bin={fresh}", *cache_options()])
        fresh.chmod(0o644)
        _replace(digest, f"{hashlib.sha256(fresh.read_bytes()).hexdigest()}\n")
        fresh.replace(module)
    _replace(stamp, wanted)
    return module


def _is_current(module: Path, digest: Path, stamp: Path, wanted: str) -> bool:
    """Tell whether a module is whole and comes from the sources with hash `wanted`."""
    try:
        if stamp.read_text() != wanted:
            return False
        return hashlib.sha256(module.read_bytes()).hexdigest() == digest.read_text().strip()
    except FileNotFoundError:
        return False


def _source_hash(root: Path, tables: Path, *, trap: bool) -> str:
    """Hash everything that a module is made of: every Zig source, the tables, and this file."""
    summary = hashlib.sha256(f"{root.name} {trap}".encode())
    for path in (Path(__file__), tables, EMPTY_SOURCE, *sorted(SOURCES.rglob("*.zig"))):
        content = path.read_bytes()
        summary.update(len(content).to_bytes(_PREFIX_BYTES, "little"))
        summary.update(str(path.relative_to(ROOM.parent)).encode())
        summary.update(content)
    return summary.hexdigest()


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def _run(command: Sequence[str]) -> None:
    """Run the compiler; its messages become the error."""
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise BuildError(f"the Zig compiler refused the sources:\n{finished.stderr.strip()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m edge_filter.build", description=__doc__)
    parser.add_argument("--output", type=Path, default=BUILT, help="where the modules go")
    output = parser.parse_args(arguments).output
    try:
        build(output)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
