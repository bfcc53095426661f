"""Lets Python search the folder of tasks.py, and the folders above it, after all others.

Invoke puts this folder first. Then a file in the monorepo that has the name of a library would run in the
library's place, also in jobs with credentials, though nobody reviews it as code of these jobs. This changes
`sys.path` on import, before the tasks import anything else.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

_OURS = Path(__file__).resolve().parents[2]


def search_last(path: Sequence[str], folder: Path) -> list[str]:
    """Return a search path in which a folder and those above it come last, but for the folder of this
    package."""
    near = {folder, *folder.parents} - {_OURS}
    last = [entry for entry in path if (folder / entry).resolve() in near]
    return [entry for entry in path if entry not in last] + last


sys.path[:] = search_last(sys.path, Path.cwd())
