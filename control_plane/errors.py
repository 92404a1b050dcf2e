"""Errors that cross rooms of the control plane."""


class StartError(Exception):
    """The process can't start or serve: its text is the one clear line that the operator sees."""
