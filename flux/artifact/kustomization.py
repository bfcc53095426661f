"""Kustomizations: finds the files that each one names, and whether a cluster gets them.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flux.artifact.finding import Finding, Level
from flux.artifact.manifests import parse_mapping
from flux.regex import regex

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_PATHS = ("resources", "bases", "components", "crds", "configurations", "patchesStrategicMerge")
_INLINE_OR_PATHS = ("generators", "transformers", "validators")
_OBJECTS_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")
_OUTSIDE = (
    "copy it into the artifact, or render the artifact with a build step, `prepare`, that has it in `inputs`"
)
_REMOTE = regex(
    r"[a-z+]+://|[\w.-]+@[\w.-]+:|git::|(github|gitlab)\.com[/:]|bitbucket\.org[/:]"
    r"|[\w-]+(\.[\w-]+)+/[^/]+/[^/]+.*(\?ref=|//)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kustomization:
    """One kustomization of an artifact: its folder ("" is the artifact's own), its findings, and the folders
    that it builds on."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    remote: list[Finding] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)


def read_kustomizations(contents: Mapping[str, bytes], left_out: frozenset[str]) -> dict[str, Kustomization]:
    """Return the kustomizations of an artifact by folder.

    `contents` has the published files by path, `left_out` the paths of excluded files.
    """
    folders = {folder for path in contents for folder in _ancestors(path)}
    found: dict[str, Kustomization] = {}
    for path in contents:
        if posixpath.basename(path) in NAMES:
            found[posixpath.dirname(path)] = _read(path, contents, folders, left_out)
    return found


def renderable(found: Mapping[str, Kustomization]) -> list[str]:
    """Return the folders whose kustomization, with its bases, has no finding and no remote resource."""
    spoilt = {folder for folder, k in found.items() if k.findings or k.remote}
    while more := {f for f, k in found.items() if f not in spoilt and spoilt & set(k.bases)}:
        spoilt |= more
    return sorted(found.keys() - spoilt)


def _read(
    path: str, contents: Mapping[str, bytes], folders: set[str], left_out: frozenset[str]
) -> Kustomization:
    kustomization = Kustomization(path)
    document = parse_mapping(contents[path])
    if document is None:
        if contents[path].strip():
            kustomization.findings.append(
                Finding(Level.ERROR, path, "not a kustomization: it is not a mapping")
            )
        return kustomization
    for name in _named(document):
        target = posixpath.normpath(posixpath.join(kustomization.folder, name))
        target = "" if target == "." else target
        line = _line(contents[path], name)
        if target in contents:
            continue
        if target in folders:
            kustomization.bases.append(target)
        elif _REMOTE.match(name):
            message = f"names {name}, which is remote: not fetched, so not rendered"
            kustomization.remote.append(Finding(Level.WARNING, path, message, line))
        elif name.startswith("/") or target == ".." or target.startswith("../"):
            message = f"names {name}, which is outside of the artifact: no cluster gets it"
            kustomization.findings.append(Finding(Level.ERROR, path, message, line, _OUTSIDE))
        elif target in left_out:
            message = f"names {name}, which Flux leaves out of the image"
            kustomization.findings.append(Finding(Level.ERROR, path, message, line))
        else:
            message = f"names {name}, which does not exist"
            kustomization.findings.append(Finding(Level.ERROR, path, message, line))
    return kustomization


def _named(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield every file or folder that a kustomization names."""
    for key in _PATHS + _INLINE_OR_PATHS:
        yield from (value for value in _list(document.get(key)) if _is_path(value))
    for key in _OBJECTS_WITH_PATH:
        yield from _path_of(_list(document.get(key)))
    for key in _GENERATORS:
        for generator in _list(document.get(key)):
            yield from _generated_from(generator)
    yield from _path_of([document.get("openapi")])


def _is_path(value: object) -> bool:
    """Whether a value is a path. Some lists also hold whole documents, which have several lines."""
    return isinstance(value, str) and "\n" not in value and bool(value.strip())


def _path_of(items: Iterable[object]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("path"), str):
            yield item["path"]


def _generated_from(generator: object) -> Iterator[str]:
    """Yield the files of a generator. `key=file` gives a file another name."""
    if not isinstance(generator, dict):
        return
    for value in map(str, _list(generator.get("files"))):
        key, separator, named = value.partition("=")
        yield named if separator and "/" not in key else value
    yield from map(str, _list(generator.get("envs")))
    if "env" in generator:
        yield str(generator["env"])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _ancestors(path: str) -> Iterator[str]:
    while path:
        path = posixpath.dirname(path)
        yield path


def _line(content: bytes, name: str) -> int:
    """Return the number of the first line that has the name; 0 if there is none."""
    before, found, _ = content.partition(name.encode("utf-8", "surrogateescape"))
    return before.count(b"\n") + 1 if found else 0
