"""A shell in a folder, for commands as people type them."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from invoke.context import Context

from flux.errors import FluxError, RequestError

_QUIET = {"GIT_EDITOR": "true", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}


class Shell:
    """`variables` are exported in it, and nothing of what started this run is: what is typed there is typed
    in a terminal. What it runs knows whether it prints to one."""

    def __init__(self, context: Context, folder: Path, variables: Mapping[str, str]) -> None:
        self._context = context
        self._folder = folder
        started = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        self._environment = {**started, **_QUIET, **_colours(started), **variables}

    def type(self, command: str) -> None:
        """Run a command and let it print. `inv` is this interpreter's. Raises FluxError where it fails."""
        is_terminal = sys.stdout.isatty()
        lines = (
            f"cd {quote(str(self._folder))} || exit",
            f'inv() {{ {quote(sys.executable)} -m invoke "$@"; }}',
            *([] if is_terminal else ["exec 2>&1"]),  # in the order in which it was printed
            command,
        )
        result = self._context.run(
            "\n".join(lines),
            shell="/bin/sh",
            env=self._environment,
            replace_env=True,
            pty=is_terminal,
            in_stream=False,
            echo=False,
            hide=False,
            warn=True,
        )
        if result and result.failed:
            raise FluxError(
                f"`{command}` failed with exit code {result.exited}, and that is the end of it",
                f"{self._folder} is as it was left",
            )


def free_folder(path: str | None) -> Path:
    """A folder that is empty: a new temporary one, or that of the path, made if need be.

    Raises RequestError for one that has something in it or cannot be made.
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
    """What people type to get this interpreter's `inv`, wherever they are."""
    beside = Path(sys.executable).with_name("inv")
    if shutil.which("inv") == str(beside):
        return "inv"
    return quote(str(beside)) if beside.exists() else f"{quote(sys.executable)} -m invoke"


def _colours(environment: Mapping[str, str]) -> dict[str, str]:
    """Git does not know NO_COLOR (https://no-color.org)."""
    if not environment.get("NO_COLOR"):
        return {}
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": "color.ui",
        f"GIT_CONFIG_VALUE_{count}": "never",
    }
