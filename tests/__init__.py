"""The proofs, by what is proved."""
