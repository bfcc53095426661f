"""Unpacks a layer into files for `flux push artifact`, which packs them into the same layer again."""

import atexit
import io
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir, mkdtemp

from flux.artifact.tree import parents, path_bytes

_roots: list[Path] = []


@contextmanager
def staging_folder() -> Iterator[Path]:
    """Yield a folder that is removed after the block, or earlier by `remove_staged`. Raises OSError."""
    with TemporaryDirectory(dir=_root(gettempdir())) as folder:
        yield Path(folder)


@atexit.register
def remove_staged() -> None:
    """Remove the staged files of all threads, and prevent more. For a process that ends without waiting."""
    while _roots:
        root = _roots.pop()
        with suppress(OSError):
            # Rename it first: a program that is packing it then finds nothing, instead of half the files.
            rmtree(root.rename(root.with_name(f"{root.name}-removed")))


@cache
def _root(parent: str) -> Path:
    """Return this process's folder, in which all its threads stage."""
    root = Path(mkdtemp(prefix="flux-artifacts-", dir=parent))
    _roots.append(root)
    return root


def stage(tar: bytes, folder: Path) -> list[str]:
    """Unpack a layer into a new folder. Return the patterns for `--ignore-paths` with which flux packs only
    the layer's entries.

    The modes are the layer's, whatever the umask and the parent folder's mode bits. Ignored files are not in
    the layer, so flux does not have to ignore them: its matcher reads a few patterns differently from git
    (`[!x]`). The patterns name only folders that are not in the layer but that its files need. Names are
    bytes, whatever encoding Python uses. Raises OSError.
    """
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(tar), encoding="utf-8") as archive:
        members = archive.getmembers()
        listed = {member.name for member in members}
        made = {parent for member in members for parent in parents(member.name)} - listed
        for name in sorted(made | {member.name for member in members if member.isdir()} - {"."}):
            _path(folder, name).mkdir()
        for member in members:
            path = _path(folder, member.name)
            if content := archive.extractfile(member):
                with path.open("xb") as file:
                    file.write(content.read())
            path.chmod(member.mode)
    return [pattern for name in sorted(made) for pattern in _without(name)]


def _path(folder: Path, name: str) -> Path:
    return folder / os.fsdecode(path_bytes(name))


def _without(folder: str) -> tuple[str, str]:
    """Return the patterns that ignore a folder but not its content."""
    quoted = re.sub(r"([\\*?\[])", r"\\\1", folder).replace("\n", "[\t-\v]")  # patterns end at newlines
    return f"/{quoted}/", f"!/{quoted}/*"
