"""Accounts and their holders: what the directory is sealed from."""
