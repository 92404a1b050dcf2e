"""Rotation of seal keys: every record of a tenant is sealed anew, and the old key destroyed."""
