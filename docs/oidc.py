"""The workflows whose jobs log in to a cloud's registry by their identity.

They are the others with one permission more for each job that logs in. A called job can take no permission
that its file does not name, and who has no such registry is not asked to give it.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".github" / "workflows"
NAMES = ("release", "manage", "board")

_NOTE = "# For Azure, AWS and Google: a job logs in by its identity. Generated: change the other file."
_PERMISSION = r"\g<0>\1id-token: write # to log in\n"
_LOGIN = re.compile(r"^( +)packages: .+\n", re.MULTILINE)


def with_identity(text: str) -> str:
    """A workflow whose jobs that log in can also say who they are."""
    head, _, rest = text.partition("\nname: ")
    name, _, rest = rest.partition("\n")
    return f"{head}\n{_NOTE}\nname: {name} (OIDC)\n" + _LOGIN.sub(_PERMISSION, rest)


def files() -> dict[Path, str]:
    """Each file, with what it is to have."""
    return {
        FOLDER / f"{name}-oidc.yml": with_identity((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
        for name in NAMES
    }
