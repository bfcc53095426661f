"""Generates the workflows whose jobs log in to a cloud's registry by their identity.

They are copies of the others. Each job that logs in has one more permission. A called job gets only
permissions that its file names, and adopters without such a registry do not have to grant it.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".github" / "workflows"
NAMES = ("release", "manage", "board")

_NOTE = "# For Azure, AWS and Google: a job logs in by its identity. Generated: change the other file."
_PERMISSION = r"\g<0>\1id-token: write # to log in\n"
_LOGIN = re.compile(r"^( +)packages: .+\n", re.MULTILINE)


def with_identity(text: str) -> str:
    """Return the workflow with the permission `id-token: write` in each job that logs in."""
    head, _, rest = text.partition("\nname: ")
    name, _, rest = rest.partition("\n")
    return f"{head}\n{_NOTE}\nname: {name} (OIDC)\n" + _LOGIN.sub(_PERMISSION, rest)


def files() -> dict[Path, str]:
    """Return the content that each file should have."""
    return {
        FOLDER / f"{name}-oidc.yml": with_identity((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
        for name in NAMES
    }
