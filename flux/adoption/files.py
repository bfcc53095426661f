"""The files that an adoption writes, as text, and how each differs from the existing file."""

import difflib
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from flux.regex import regex

TASKS = "from flux.tasks import ns as ns\n"
_SECTION = regex(r"flux:\s*(#.*)?")


class FileState(StrEnum):
    """The state of a file, compared with the wanted one."""

    MISSING = "missing"
    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True)
class WantedFile:
    """The wanted text of a file, and the existing text. `there` is None if the file does not exist."""

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
        """The difference, in the format of `git diff`."""
        before = [] if self.there is None else self.there.splitlines(keepends=True)
        old = "/dev/null" if self.there is None else f"a/{self.path}"
        lines = difflib.unified_diff(before, self.wanted.splitlines(keepends=True), old, f"b/{self.path}")
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def invoke_yaml(settings: Mapping[str, Any], text: str = "") -> str | None:
    """Return a file with these settings added after its own, or None if its form does not allow it."""
    there = _section_of(text)
    settings = {name: value for name, value in settings.items() if name not in (there or {})}
    if not settings:
        return text
    if there is None:
        before = f"{text.rstrip()}\n\n" if text.strip() else ""
        told = before + _dumped({"flux": dict(settings)})
    else:
        told = _with_added(text, settings)
    return told if _section_of(told) == {**(there or {}), **settings} else None


def _with_added(text: str, settings: Mapping[str, Any]) -> str:
    """Return the text with settings at the end of the section; unchanged if the section is no block."""
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if _SECTION.fullmatch(line)), None)
    if start is None:
        return text
    end = next(
        (at for at, line in enumerate(lines) if at > start and line and line[0] not in " #"), len(lines)
    )
    while not lines[end - 1].strip():
        end -= 1
    inside = [line for line in lines[start + 1 : end] if line.strip() and not line.lstrip().startswith("#")]
    indent = len(inside[0]) - len(inside[0].lstrip()) if inside else 2
    added = textwrap.indent(_dumped(dict(settings)), " " * indent).splitlines()
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _section_of(text: str) -> dict[str, Any] | None:
    """Return the settings under `flux:`, which may be empty, or None if there is no such key."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {"": text}
    if not isinstance(document, dict) or "flux" not in document:
        return None
    section = document["flux"]
    return section if isinstance(section, dict) else {}


def _dumped(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, width=110, allow_unicode=True)
    return text


def desired_state(state: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of the desired state, in the format that `inv promote` writes."""
    return json.dumps(state, indent=2, ensure_ascii=False) + "\n"
