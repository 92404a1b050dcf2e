"""Write ``openapi/control_plane.yaml`` from the application: ``python -m control_plane.export_openapi``."""

import sys
from pathlib import Path
from typing import Any

import yaml

from control_plane.app import create_app
from control_plane.settings import Settings

TARGET = Path("openapi/control_plane.yaml")


def exported() -> str:
    """Return the admin and health API as the application itself describes it."""
    settings = Settings("http://127.0.0.1:8200", "role", "secret", "token")
    document: dict[str, Any] = create_app(settings).openapi_schema.to_schema()
    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=True, width=110)
    return f"# Exported by python -m control_plane.export_openapi; a test keeps it in step.\n{text}"


def main() -> None:
    """Write the file, to the path given or the usual one."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(exported(), encoding="utf-8")


if __name__ == "__main__":
    main()
