"""Versions and the tags of releases. Pure: no git, no network."""
