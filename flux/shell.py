"""A shell in a folder, for commands as users type them.

The commands have the streams of this process, so each can detect a terminal and its width.
(Invoke's `run` decodes output in blocks of a thousand bytes. This can break a character at the end of one.)
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from flux.errors import FluxError, RequestError

_QUIET = {"GIT_EDITOR": "true", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}


class Shell:
    """The shell exports `variables`, and no variables of GitHub Actions: commands run as in a terminal.
    A `quiet` shell prints to standard error."""

    def __init__(self, folder: Path, variables: Mapping[str, str], quiet: bool = False) -> None:
        self._folder = folder
        self._quiet = quiet
        own = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        self._environment = {**own, **_QUIET, **_colours(own), **variables}

    def type(self, command: str) -> None:
        """Run a command and show its output. `inv` runs in this interpreter. Raises FluxError if it fails."""
        sys.stdout.flush()
        done = subprocess.run(
            ["/bin/sh", "-c", f'inv() {{ {quote(sys.executable)} -m invoke "$@"; }}\n{command}'],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr if self._quiet else None,
        )
        if done.returncode:
            raise FluxError(
                f"`{command}` failed with exit code {done.returncode}, so the demo stops",
                f"{self._folder} keeps what was done so far",
            )


def free_folder(path: str | None) -> Path:
    """Return an empty folder: a new temporary one, or the one at the path. Create it if necessary.

    Raises RequestError if the folder is not empty or cannot be created.
    """
    try:
        if path is None:
            return Path(tempfile.mkdtemp(prefix="flux-demo-")).resolve()
        folder = Path(path).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise RequestError(
            f"{error.filename} cannot be the folder: {error.strerror}", "name another with --folder"
        ) from error
    if not is_empty:
        raise RequestError(f"{folder} is not empty", "name a folder that is new or empty")
    return folder


def name_of_inv() -> str:
    """Return the command for this interpreter's `inv`. It works in any folder."""
    beside = Path(sys.executable).with_name("inv")
    if shutil.which("inv") == str(beside):
        return "inv"
    return quote(str(beside)) if beside.exists() else f"{quote(sys.executable)} -m invoke"


def _colours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for Git's colours. Git does not support NO_COLOR (https://no-color.org)."""
    if not environment.get("NO_COLOR"):
        return {}
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": "color.ui",
        f"GIT_CONFIG_VALUE_{count}": "never",
    }
