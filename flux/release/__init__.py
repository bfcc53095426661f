"""Versions and tags of releases. Pure: no git, no network."""
