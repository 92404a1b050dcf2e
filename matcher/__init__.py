"""Names in, decision out: the matcher, pure and without I/O."""
