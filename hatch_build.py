"""The wheel's build hook: compiles tables, Wasm modules and the Python matcher before it is packed."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EdgeFilterBuildHook(BuildHookInterface[Any]):
    """Runs the builds, so that `pip install .` alone yields a package with its compiled parts."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatch names them)
        """Build into the source tree; hatch then packs what it finds under `artifacts`.

        With the matcher's libraries the wheel is for this kind of machine and Python; without, for any.
        """
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            # The source tree is importable only now.
            from edge_filter.build import build  # noqa: PLC0415
            from matcher.native import build as native  # noqa: PLC0415

            build(root / "edge_filter" / "built")
            try:
                native.build()
                build_data["pure_python"] = False
                build_data["infer_tag"] = True
            except native.UnavailableError as missing:
                self.app.display_warning(f"the Python matcher is not compiled: {missing}")
        finally:
            sys.path.remove(str(root))
