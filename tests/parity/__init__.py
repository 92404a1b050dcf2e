"""Proofs: parity."""
