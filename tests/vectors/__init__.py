"""Known answers to the formats: one data file that Python and Zig both read.

`sealing.json` holds bytes in hex and whole numbers. `python -m tests.vectors` writes it anew, from
the control plane in miniature, which is written from docs/formats.md alone.
"""

from __future__ import annotations

import json
from pathlib import Path

PATH = Path(__file__).with_name("sealing.json")


def load() -> dict[str, bytes | int]:
    """Read the file."""
    content: dict[str, str | int] = json.loads(PATH.read_text(encoding="ascii"))
    return {
        name: bytes.fromhex(value) if isinstance(value, str) else value for name, value in content.items()
    }
