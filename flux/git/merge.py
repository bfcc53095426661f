"""The three-way merge of a file's contents."""

import tempfile
from pathlib import Path

from flux.git import output
from flux.git.process import Process

_MOST_CONFLICTS = 127  # the largest count in the exit code of `git merge-file`


def merge(process: Process, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Return the merged content, None for a conflict. Git is only called if all three contents differ."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, content in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(content)
        with process.started("merge-file", "--stdout", "--quiet", *map(str, paths)) as merging:
            merged, stderr = merging.communicate()
    if merging.returncode > _MOST_CONFLICTS:
        raise output.error(stderr.decode("utf-8", "replace"))
    return None if merging.returncode else bytes(merged)
