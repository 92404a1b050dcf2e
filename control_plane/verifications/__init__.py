"""The fallback: the scheme's API, answered from the database."""
