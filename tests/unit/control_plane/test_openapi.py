"""The exported contract of the control plane."""

from __future__ import annotations

from pathlib import Path

from control_plane.export_openapi import exported


def test_the_exported_document_is_the_applications_own() -> None:
    root = Path(__file__).parents[3]
    assert (root / "openapi" / "control_plane.yaml").read_text(encoding="utf-8") == exported()
