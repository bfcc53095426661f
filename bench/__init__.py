"""How fast the commands are, each against a peer measured in the same run: `nox -s bench`."""
