"""The desired state: which version of each artifact each environment should have."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from semver import Version

from flux import reasons
from flux.artifact.finding import Finding, Level
from flux.artifact.name import name_fault
from flux.errors import DesiredStateError

Desired = Mapping[str, Mapping[str, str]]
"""`{artifact: {environment: version}}`"""


@dataclass(frozen=True)
class _Read:
    document: Any
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False


def parse_desired(path: str, content: bytes | None) -> Desired:
    """Return the desired state in a file's content; empty if the file is missing.

    Raises DesiredStateError if the file has errors: no part of it counts then. Any environment is accepted.
    `find_stray` finds the unknown ones.
    """
    if content is None:
        return {}
    for finding in check_desired(path, content, None, None):
        raise _error(finding)
    desired: Desired = _read(path, content).document
    return desired


def find_stray(
    path: str,
    artifact: str,
    versions: Mapping[str, str],
    environments: Collection[str],
    content: bytes | None = None,
) -> DesiredStateError | None:
    """Return the error of an artifact that has a version in an unknown environment; None for any other.

    The error concerns only that artifact. `content` is the file's content, to find the line.
    """
    unknown = next((each for each in versions if each not in environments), None)
    if unknown is None:
        return None
    line = _line(content or b"", artifact, unknown)
    return _error(Finding(Level.ERROR, path, f"{artifact} has {_unknown(unknown, environments)}", line))


def _error(finding: Finding) -> DesiredStateError:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return DesiredStateError(f"{place}: {finding.message}", "fix it on the branch; `inv check` shows all")


def parse_artifact(path: str, content: bytes | None, artifact: str) -> Mapping[str, str]:
    """Return one artifact's versions by environment. To save time, the versions of other artifacts are not
    checked. Raises DesiredStateError if the file has errors."""
    versions = parse_loosely(path, content).get(artifact, {})
    if not are_versions(versions):
        raise _broken(path)
    return versions


def parse_loosely(path: str, content: bytes | None) -> Desired:
    """Return the desired state in a file's content, with versions that may be invalid: `are_versions` tells.
    Raises DesiredStateError if the file has other errors."""
    if content is None:
        return {}
    read = _read(path, content)
    document = read.document
    is_one = isinstance(document, dict) and all(
        isinstance(versions, dict) and not name_fault(name) for name, versions in document.items()
    )
    if read.findings or not is_one:
        raise _broken(path)
    desired: Desired = document
    return desired


def are_versions(versions: Mapping[str, object]) -> bool:
    """Whether each value is a version that a tag can have."""
    return not any(_fault(environment, version, None) for environment, version in versions.items())


def _broken(path: str) -> DesiredStateError:
    return DesiredStateError(f"{path} has errors", "fix it on the branch; `inv check` shows all")


def check_desired(
    path: str, content: bytes, environments: Collection[str] | None, artifacts: Collection[str] | None
) -> Iterator[Finding]:
    """Yield what is wrong with a file's content. Each artifact, environment and version must be known and
    appear once. An artifact that is not in `artifacts` is a warning. None accepts all names."""
    read = _read(path, content)
    yield from read.findings
    if read.broken:
        return
    if not isinstance(read.document, dict):
        yield Finding(Level.ERROR, path, "must be an object of artifacts")
        return
    known = None if artifacts is None else frozenset(artifacts)
    for artifact, versions in read.document.items():
        if fault := _artifact_fault(artifact, versions):
            yield Finding(Level.ERROR, path, fault, _line(content, artifact))
            continue
        if known is not None and artifact not in known and versions:
            message = f"{artifact} is not an artifact any more, but still deployed to {', '.join(versions)}"
            yield Finding(Level.WARNING, path, message)
        for environment, version in versions.items():
            if fault := _fault(environment, version, environments):
                line = _line(content, artifact, environment)
                yield Finding(Level.ERROR, path, f"{artifact} has {fault}", line)


def _artifact_fault(artifact: str, versions: object) -> str:
    if fault := name_fault(artifact):
        return f"{artifact!r} cannot be an artifact: it {fault}"
    return "" if isinstance(versions, dict) else f"{artifact} must have an object of environments"


def _read(path: str, content: bytes) -> _Read:
    twice: list[str] = []

    def unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            counted = Counter(key for key, _ in items)
            twice.extend(sorted(key for key, times in counted.items() if times > 1))
        return found

    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        fault = reasons.of_json(error)
        return _Read(None, [Finding(Level.ERROR, path, fault.reason, fault.line)], broken=True)
    return _Read(
        document,
        [Finding(Level.ERROR, path, f"key {key!r} appears twice", _line(content, key, key)) for key in twice],
    )


def _line(content: bytes, *keys: str) -> int:
    """Return the line of a key inside the keys before it; 0 if it is spelled in another way."""
    at = 0
    for key in keys:
        spelled = re.compile(
            re.escape(json.dumps(key, ensure_ascii=False).encode("utf-8", "replace")) + rb"\s*:"
        )
        match = spelled.search(content, at)
        if match is None:
            return 0
        at = match.start() + 1
    return content.count(b"\n", 0, at) + 1


def _fault(environment: str, version: object, environments: Collection[str] | None) -> str:
    if environments is not None and environment not in environments:
        return _unknown(environment, environments)
    if not isinstance(version, str) or not _is_version(version):
        return f"{json.dumps(version)} in {environment}, which is not a semantic version"
    if "+" in version:
        return f"{version} in {environment}: build metadata cannot be in an OCI tag"
    return ""


@lru_cache(maxsize=4096)
def _is_version(text: str) -> bool:
    """Whether a text is a semantic version. Most artifacts have the same one in several environments."""
    return Version.is_valid(text)


def _unknown(environment: str, environments: Collection[str]) -> str:
    near = get_close_matches(environment, environments, n=1)
    known = f"did you mean {near[0]}?" if near else f"known are {', '.join(environments)}"
    return f"an unknown environment {environment}; {known}"
