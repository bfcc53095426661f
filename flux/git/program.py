"""Starts the git program, reads its answer, and ends it."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import which

from flux.errors import GitError
from flux.git import output

OLDEST_GIT = (2, 31)
"""The first version with `log --diff-merges` and GIT_CONFIG_COUNT."""

_NETWORK_SECONDS = 300
_ENDING_SECONDS = 5
_ENGLISH = {"LANGUAGE": "C", "LC_ALL": "C"}
"""The language of git's messages, because this program parses them."""


def git_version() -> tuple[int, ...]:
    """Return the version of the git on PATH. Raises GitError if there is none, or it does not start."""
    process = start(["git", "version"], stdin=subprocess.DEVNULL)
    try:
        printed = answer(process)
    except GitError as error:
        raise _no_start() from error
    finally:
        end(process)
    if not (found := re.match(r"git version ([0-9]+(?:\.[0-9]+)*)", printed)):
        raise _no_start()
    return tuple(map(int, found[1].split(".")))


def start(
    command: Sequence[str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.PIPE,
) -> "subprocess.Popen[bytes]":
    """Start a process with pipes from it and to it. `environment` is added to this process's environment.

    Raises GitError if it does not start.
    """
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **_ENGLISH, **(environment or {})},
            stdin=stdin,
            stdout=pipe,
            stderr=pipe,
        )
    except OSError as error:
        raise _no_start() from error


def answer(process: "subprocess.Popen[bytes]", content: bytes | None = None, network: bool = False) -> str:
    """Return git's whole output for this input.

    Raises GitError if git fails, or waits too long for another machine.
    """
    try:
        printed, said = process.communicate(content, _NETWORK_SECONDS if network else None)
    except subprocess.TimeoutExpired as late:
        process.terminate()  # git ends its child processes on SIGTERM, not on SIGKILL
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING_SECONDS)
        raise GitError(f"git did not end within {_NETWORK_SECONDS} seconds") from late
    if process.returncode:
        raise output.error(said.decode("utf-8", "replace"), process.returncode)
    return printed.decode("utf-8", "surrogateescape")


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the process at once. Do not wait for its children, which may still hold the pipes."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            with suppress(OSError):
                stream.close()


def _no_start() -> GitError:
    if which("git"):
        return GitError("git does not start", "`git version` says why")
    return GitError("git was not found", "install git, or add it to PATH")
