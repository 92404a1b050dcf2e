"""The build: two small modules that ask Envoy for no more than they need, made only when needed."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wasmtime import Engine, Module

from edge_filter import build as building
from edge_filter.build import BUILT, BuildError, build, build_variant, main
from tests.unit.edge_filter.edge import module

REPOSITORY = Path(building.__file__).parent.parent
SHARED = {
    "env.proxy_log",
    "env.proxy_set_tick_period_milliseconds",
    "env.proxy_get_buffer_bytes",
    "env.proxy_get_header_map_pairs",
    "env.proxy_get_shared_data",
    "env.proxy_set_shared_data",
    "env.proxy_define_metric",
    "env.proxy_increment_metric",
    "env.proxy_record_metric",
    "wasi_snapshot_preview1.clock_time_get",
    "wasi_snapshot_preview1.random_get",
}
IMPORTS = {
    "filter": SHARED
    | {
        "env.proxy_replace_header_map_value",
        "env.proxy_remove_header_map_value",
        "env.proxy_send_local_response",
        "env.proxy_set_property",
        "env.proxy_call_foreign_function",
    },
    "replicator": SHARED
    | {
        "env.proxy_http_call",
        "wasi_snapshot_preview1.environ_get",
        "wasi_snapshot_preview1.environ_sizes_get",
    },
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_module_asks_the_host_for_what_it_needs_and_no_more(name: str) -> None:
    loaded = Module.from_file(Engine(), str(module(name)))
    assert {f"{one.module}.{one.name}" for one in loaded.imports} == IMPORTS[name]


@pytest.mark.parametrize("name", IMPORTS)
def test_a_modules_hash_lies_beside_it(name: str) -> None:
    path = module(name)
    digest = path.with_name(f"{name}.wasm.sha256").read_text()
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest() + "\n"


def test_the_shipped_filter_has_no_trap_for_tests() -> None:
    assert b"x-test-trap" not in module("filter").read_bytes()


def test_what_is_up_to_date_is_left_alone_and_what_is_damaged_is_made_again(tmp_path: Path) -> None:
    module("filter")
    shutil.copytree(BUILT, tmp_path, dirs_exist_ok=True)
    filter_path, replicator_path = tmp_path / "filter.wasm", tmp_path / "replicator.wasm"
    before = filter_path.stat().st_mtime_ns
    good = replicator_path.read_bytes()
    replicator_path.write_bytes(good[:-1])
    build(tmp_path)
    assert filter_path.stat().st_mtime_ns == before
    assert replicator_path.read_bytes() == good
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.{suffix}" for name in ("filter", "replicator") for suffix in ("wasm", "wasm.sha256", "stamp")
    }


def test_a_missing_compiler_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert main(["--output", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "the Zig compiler is missing: pip install ziglang==0.17.1\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_variant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="there is no variant 'fast'"):
        build_variant("fast", tmp_path)


def test_the_build_needs_nothing_but_the_standard_library_and_the_compiler() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from edge_filter.build import main; sys.exit(main([]))"
    )
    finished = subprocess.run(
        [sys.executable, "-S", "-B", "-c", code, str(REPOSITORY)],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        cwd="/",
    )
    built = finished.returncode == 0 and finished.stderr == ""
    assert built or "the Zig compiler is missing" in finished.stderr, finished.stderr


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    """Let the build choose its cache again, and forget the choice afterwards."""
    building._cache.cache_clear()
    yield
    building._cache.cache_clear()


@pytest.mark.usefixtures("fresh_cache")
@pytest.mark.parametrize("trouble", ["owner", "mode", "link"])
def test_a_cache_that_is_not_ours_alone_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trouble: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    predictable = tmp_path / f"vop-zig-{os.getuid()}"
    if trouble == "owner":
        owner = os.getuid()
        predictable = tmp_path / f"vop-zig-{owner + 1}"
        predictable.mkdir(mode=0o700)
        monkeypatch.setattr("os.getuid", lambda: owner + 1)
    elif trouble == "mode":
        predictable.mkdir()
        predictable.chmod(0o777)
    else:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        predictable.symlink_to(tmp_path / "elsewhere")
    chosen = Path(building.cache_options()[1]).parent
    assert chosen not in (predictable, predictable.resolve())
    assert chosen.parent == tmp_path
    assert chosen.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("fresh_cache")
def test_a_home_that_cannot_be_written_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file / "below"))
    assert str(file) not in " ".join(building.cache_options())
