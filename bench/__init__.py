"""Measures how fast the commands are, each beside a peer in the same run: `nox -s bench`."""
