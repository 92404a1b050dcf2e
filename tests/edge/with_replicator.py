"""`vop` with another replicator: `python -m tests.edge.with_replicator <module> edge …`."""

import sys
from pathlib import Path
from unittest.mock import patch

from control_plane.cli import main

if __name__ == "__main__":
    with patch("control_plane.cli.edge.module", return_value=Path(sys.argv.pop(1))):
        main()
