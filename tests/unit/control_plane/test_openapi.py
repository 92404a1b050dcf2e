"""The exported contract of the control plane."""

from __future__ import annotations

from pathlib import Path

import pytest

from control_plane.app import create_app
from control_plane.export_openapi import exported
from control_plane.settings import Settings


def test_the_exported_document_is_the_applications_own() -> None:
    root = Path(__file__).parents[3]
    assert (root / "openapi" / "control_plane.yaml").read_text(encoding="utf-8") == exported()


@pytest.mark.parametrize("viewer", ["swagger", "redoc", "elements", "rapidoc", "scalar"])
def test_the_document_is_served_as_json_and_by_no_viewer(viewer: str) -> None:
    app = create_app(Settings("http://127.0.0.1:8200", "role", "secret", "token"))
    paths = {route.path for route in app.routes}
    assert "/admin/openapi/openapi.json" in paths
    assert f"/admin/openapi/{viewer}" not in paths
