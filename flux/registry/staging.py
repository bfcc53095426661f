"""A layer laid out as files for `flux push artifact`, whose tar of them is that layer again."""

import io
import re
import tarfile
from pathlib import Path

from flux.artifact.tree import parents


def stage(tar: bytes, folder: Path) -> list[str]:
    """Unpack a layer into a folder that is not there yet. The patterns for `--ignore-paths` with which flux
    packs nothing else.

    Modes are the layer's, whatever the umask and the mode bits that the folder's parent hands down. What is
    left out of an artifact is not in its layer, so that flux has no files to leave out: its matcher reads a
    few patterns otherwise than git (`[!x]`). Only a folder that had to be made for its files, but is left out
    itself, is named to it. Raises OSError.
    """
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(tar), encoding="utf-8") as archive:
        members = archive.getmembers()
        listed = {member.name for member in members}
        made = {parent for member in members for parent in parents(member.name)} - listed
        for name in sorted(made | {member.name for member in members if member.isdir()} - {"."}):
            (folder / name).mkdir()
        for member in members:
            path = folder / member.name
            if content := archive.extractfile(member):
                with path.open("xb") as file:
                    file.write(content.read())
            path.chmod(member.mode)
    return [pattern for name in sorted(made) for pattern in _without(name)]


def _without(folder: str) -> tuple[str, str]:
    """Leave a folder out, but not what is in it."""
    quoted = re.sub(r"([\\*?\[])", r"\\\1", folder).replace("\n", "[\t-\v]")  # patterns end at newlines
    return f"/{quoted}/", f"!/{quoted}/*"
