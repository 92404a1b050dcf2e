"""Invented accounts for tests on a real stack."""

from __future__ import annotations

from typing import Any

GERMAN = "VOPBDEFFXXX"


def iban(number: int) -> str:
    """Return a valid German IBAN; its bank code is not given out."""
    digits = f"99999903{number:010d}"
    return f"DE{98 - int(digits + '131400') % 97:02d}{digits}"


def account(number: int, *names: str, **more: Any) -> dict[str, Any]:
    """Build the body of an account of one or more persons."""
    holders = [{"kind": "person", "name": name} for name in names]
    return {"bic": GERMAN, "iban": iban(number), "holders": holders, **more}
