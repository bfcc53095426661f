"""The reader of the setting `artifacts`. It raises ValueError.

It imports other modules only if there is such a setting. This keeps `inv --list` fast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flux.settings.values import as_list, folder, patterns, text

if TYPE_CHECKING:
    from flux.artifact.folder import SourceEntry
    from flux.artifact.prepare import Prepare

_FIELDS = ("path", "name", "exclude", "repository", "prepare", "output", "inputs")
_MOST_ENTRIES = 1000
_MOST_PATTERNS = 1000
_LONGEST = 2000


def artifacts(value: object) -> tuple[SourceEntry, ...]:
    """Return the entries. A text is an entry with this path. There are none if `sources` is used instead."""
    given = as_list(value)
    if len(given) > _MOST_ENTRIES:
        raise ValueError(f"{len(given)} entries, and {_MOST_ENTRIES} are allowed")
    entries = tuple(map(_entry, given))
    if twice := [entry.path for entry in entries if entries.count(entry) > 1]:
        raise ValueError(f"{twice[0]} is listed twice")
    return entries


def _entry(value: object) -> SourceEntry:
    from flux.artifact.folder import NAME, SourceEntry
    from flux.artifact.name import name_fault

    if isinstance(value, str):
        value = {"path": value}
    if not isinstance(value, Mapping) or "path" not in value:
        raise ValueError("each entry needs a `path`")
    if unknown := [key for key in value if key not in _FIELDS]:
        raise ValueError(f"{unknown[0]!r} is not a part of an entry; they are {', '.join(_FIELDS)}")
    path = _path(value["path"])
    name, exclude = _name(value.get("name", NAME), path), _exclude(value.get("exclude", ()))
    repository = _repository(value.get("repository", ""), path)
    entry = SourceEntry(path, name, exclude, _step(value), repository)
    if entry.glob.is_fixed and (fault := name_fault(entry.named("/".join(entry.glob.top)))):
        raise ValueError(f"the artifact in {path} needs a `name` of its own: that of the folder {fault}")
    return entry


def _step(value: Mapping[object, object]) -> Prepare | None:
    if "prepare" not in value:
        if alone := [name for name in ("output", "inputs") if name in value]:
            raise ValueError(f"`{alone[0]}` belongs to a build step: it needs `prepare` beside it")
        return None
    from flux.artifact.prepare import Prepare

    return Prepare(
        prepare_command(value["prepare"]), output(value.get("output", "")), inputs(value.get("inputs", ()))
    )


def prepare_command(value: object) -> str:
    """Return the command line of a build step."""
    line = text(value)
    if len(line) > _LONGEST:
        raise ValueError(f"{len(line)} characters, and {_LONGEST} are allowed: put them in a script")
    return line


def output(value: object) -> str:
    """Return the output folder of a build step; empty for the artifact's own folder."""
    return "" if value == "" else folder(value)


def inputs(value: object) -> tuple[str, ...]:
    """Return the gitignore patterns of the files that a build step reads."""
    found = patterns(value)
    if len(found) > _MOST_PATTERNS:
        raise ValueError(f"{len(found)} patterns under `inputs`, and {_MOST_PATTERNS} are allowed")
    return found


def _path(value: object) -> str:
    from flux.artifact.glob import ANY_DEPTH, FolderGlob

    path = folder(value)
    parts = path.split("/")
    if parts[-1] == ANY_DEPTH:
        raise ValueError(f"{path} has no end: end with the name of a folder or with *")
    if any(ANY_DEPTH in part and part != ANY_DEPTH for part in parts):
        raise ValueError(f"{path}: ** stands for whole folders: write it alone between slashes")
    try:
        FolderGlob(path)
    except re.error:
        raise ValueError(f"{path} is not a glob") from None
    return path


def _name(value: object, path: str) -> str:
    from flux.artifact.folder import NAME, PARENT, PATH
    from flux.artifact.name import name_fault

    name = text(value)
    rest = name
    for field in (NAME, PARENT, PATH):
        rest = rest.replace(field, "a")
    if "{" in rest or "}" in rest:
        raise ValueError(f"{name!r} may have {NAME}, {PARENT} and {PATH} in braces")
    if fault := name_fault(rest):
        raise ValueError(f"the name {name!r} {fault}")
    parts = [] if path == "." else path.split("/")
    if not parts and rest != name:
        raise ValueError("the root of the repository has no name of its own: give it a `name`")
    if PARENT in name and len(parts) < 2:
        raise ValueError(f"{path} has no folder above it for {PARENT}")
    return name


def _repository(value: object, path: str) -> str:
    """Return the template of the repositories. If it is empty, the setting `repository` applies."""
    from flux.artifact.folder import FOLDER_FIELD, NAME, PARENT, PATH
    from flux.artifact.glob import FolderGlob
    from flux.settings.places import repository

    if value == "":
        return ""
    template, fields = text(value), (NAME, FOLDER_FIELD, PARENT, PATH)
    rest = template
    for field in fields:
        rest = rest.replace(field, "a")
    if "{" in rest or "}" in rest:
        raise ValueError(f"the repository {template!r} may have {', '.join(fields)} in braces")
    repository(rest)
    if not FolderGlob(path).is_fixed and not any(field in template for field in (NAME, FOLDER_FIELD, PATH)):
        raise ValueError(f"{path} may be several artifacts, and {template!r} does not say which: add {NAME}")
    return template


def _exclude(value: object) -> tuple[str, ...]:
    found = patterns(value)
    if len(found) > _MOST_PATTERNS:
        raise ValueError(f"{len(found)} patterns under `exclude`, and {_MOST_PATTERNS} are allowed")
    if back := [pattern for pattern in found if pattern.startswith("!")]:
        raise ValueError(f"`exclude` cannot take files back, as {back[0]} would")
    return found
