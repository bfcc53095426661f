"""The files that an adoption writes, as text, and how each differs from what is there."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

TASKS = "from flux.tasks import ns as ns\n"


class FileState(StrEnum):
    """What a file is to the one that is wanted."""

    MISSING = "missing"
    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True)
class WantedFile:
    """A file that is wanted, and what is there; None where nothing is."""

    path: str
    wanted: str
    there: str | None

    @property
    def state(self) -> FileState:
        if self.there is None:
            return FileState.MISSING
        return FileState.SAME if self.there == self.wanted else FileState.DIFFERS

    @property
    def diff(self) -> str:
        """As `git diff` shows it."""
        before = [] if self.there is None else self.there.splitlines(keepends=True)
        old = "/dev/null" if self.there is None else f"a/{self.path}"
        lines = difflib.unified_diff(before, self.wanted.splitlines(keepends=True), old, f"b/{self.path}")
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def invoke_yaml(settings: Mapping[str, Any]) -> str:
    return yaml.safe_dump({"flux": dict(settings)}, sort_keys=False, width=110, allow_unicode=True)


def desired_state(state: Mapping[str, Mapping[str, str]]) -> str:
    """As `inv promote` writes it."""
    return json.dumps(state, indent=2, ensure_ascii=False) + "\n"
