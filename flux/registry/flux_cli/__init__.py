"""The flux CLI as publisher."""
