"""The wheel's build hook: compiles the tables and the two Wasm modules before the package is packed."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EdgeFilterBuildHook(BuildHookInterface[Any]):
    """Runs `edge_filter.build`, so that `pip install .` alone yields a package with its `.wasm` files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatch names them)
        """Build into the source tree; hatch then packs what it finds under `artifacts`."""
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from edge_filter.build import build  # noqa: PLC0415 (the source tree is importable only now)

            build(root / "edge_filter" / "built")
        finally:
            sys.path.remove(str(root))
