"""Sealed decisions of the fallback."""
