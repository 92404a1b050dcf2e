"""Proofs: unit/control_plane."""
