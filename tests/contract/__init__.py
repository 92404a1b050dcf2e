"""Proofs: contract."""
