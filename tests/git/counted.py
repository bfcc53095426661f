"""Which git processes a command starts: a `git` first on PATH that writes down what it is asked."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_UNIT, _RECORD = "\x1f", "\x1e"
_WITH_A_VALUE = {"-c", "-C"}


@dataclass(frozen=True)
class CountedGit:
    """What was asked of git since it was made, or since `forget`. Git's own children do not count.

    Commands of other processes count where they run with `environment()`.
    """

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "CountedGit":
        program = shutil.which("git")
        assert program
        folder.mkdir()
        wrapper = folder / "git"
        # One `printf` is one write, so that processes that run at once keep apart.
        wrapper.write_text(
            f'#!/bin/sh\nprintf \'%s\\037\' "$@" \'\036\' >>"{folder}/log"\nexec "{program}" "$@"\n'
        )
        wrapper.chmod(0o755)
        return cls(folder)

    def environment(self, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
        return {"PATH": f"{self.folder}{os.pathsep}{environment['PATH']}"}

    def forget(self) -> None:
        (self.folder / "log").unlink(missing_ok=True)

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each process, from the command's name on."""
        log = self.folder / "log"
        written = log.read_text(errors="surrogateescape") if log.exists() else ""
        return [_command(record.split(_UNIT)[:-1]) for record in written.split(_RECORD + _UNIT)[:-1]]

    def of(self, command: str) -> list[list[str]]:
        """Those of one command, such as `ls-remote`."""
        return [call for call in self.calls if call[:1] == [command]]


def _command(arguments: list[str]) -> list[str]:
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _WITH_A_VALUE else 1
    return arguments[at:]


def fetches(trace: Path) -> int:
    """The `git fetch` in what GIT_TRACE2_EVENT wrote: ours, and git's own when it meets what is lacking."""
    events = map(json.loads, trace.read_text().splitlines() if trace.exists() else ())
    return sum(event["event"] == "cmd_name" and event["name"] == "fetch" for event in events)
