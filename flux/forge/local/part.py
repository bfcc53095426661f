"""The base of every part of the local forge."""

from pathlib import Path
from typing import TypeVar

from flux.errors import ForgeError
from flux.forge.local.folder import FORGE_FOLDER, ForgeFolder
from flux.forge.local.git import Git

T = TypeVar("T")


class Part:
    """One part of what a forge can do, for the clone at `root`."""

    def __init__(self, root: Path, git: Git) -> None:
        self._root = root
        self._git = git
        self._folder = ForgeFolder(root / FORGE_FOLDER)


def made(thing: T | None) -> T:
    """Return what was just made. Raises ForgeError if it is gone."""
    if thing is None:
        raise ForgeError(
            "another program deletes files in this folder", "stop it, and run the same command again"
        )
    return thing


def head_of(branch: str) -> str:
    return f"refs/heads/{branch}"


def tag_of(name: str) -> str:
    return f"refs/tags/{name}"


def kept_of(number: int) -> str:
    """Return the ref that keeps the head of a pull request."""
    return f"refs/forge/pulls/{number}"
