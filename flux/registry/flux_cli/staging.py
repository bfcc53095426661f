"""A layer laid out as files for `flux push artifact`, whose tar of them is that layer again."""

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
    """A folder to stage in, removed after the block, and by `remove_staged` before. Raises OSError."""
    with TemporaryDirectory(dir=_root(gettempdir())) as folder:
        yield Path(folder)


@atexit.register
def remove_staged() -> None:
    """Remove what any thread has staged, and let none stage more. For a process that ends without waiting."""
    while _roots:
        root = _roots.pop()
        with suppress(OSError):
            # Under another name first: a program that is packing it finds nothing rather than half of it.
            rmtree(root.rename(root.with_name(f"{root.name}-removed")))


@cache
def _root(parent: str) -> Path:
    """This process's own, in which all of its threads stage."""
    root = Path(mkdtemp(prefix="flux-artifacts-", dir=parent))
    _roots.append(root)
    return root


def stage(tar: bytes, folder: Path) -> list[str]:
    """Unpack a layer into a folder that is not there yet. The patterns for `--ignore-paths` with which flux
    packs nothing else.

    Modes are the layer's, whatever the umask and the mode bits that the folder's parent hands down. What is
    left out of an artifact is not in its layer, so that flux has no files to leave out: its matcher reads a
    few patterns otherwise than git (`[!x]`). Only a folder that had to be made for its files, but is left out
    itself, is named to it. Names are bytes, whatever encoding Python found. Raises OSError.
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
    """Leave a folder out, but not what is in it."""
    quoted = re.sub(r"([\\*?\[])", r"\\\1", folder).replace("\n", "[\t-\v]")  # patterns end at newlines
    return f"/{quoted}/", f"!/{quoted}/*"
