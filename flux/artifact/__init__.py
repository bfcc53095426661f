"""Artifacts, the files of them that are published, and their images. Pure: no git, no network."""
