"""Proofs: unit."""
