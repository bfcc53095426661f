"""The desired state: which version of each artifact each environment should have."""

import json
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any

from semver import Version

from flux.artifact.finding import Finding, Level


def check_desired(
    path: str, content: bytes, environments: Collection[str], artifacts: Collection[str]
) -> Iterator[Finding]:
    """What is wrong with the file: `{artifact: {environment: version}}`, each known and each once."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in items]
        twice.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(items)

    try:
        desired = json.loads(content.decode("utf-8"), object_pairs_hook=pairs)
    except UnicodeDecodeError:
        yield Finding(Level.ERROR, path, "not UTF-8")
        return
    except json.JSONDecodeError as error:
        yield Finding(Level.ERROR, path, f"not JSON: {error.msg}", error.lineno)
        return
    for key in twice:
        yield Finding(Level.ERROR, path, f"key {key!r} is there twice")
    if not isinstance(desired, dict):
        yield Finding(Level.ERROR, path, "must be an object of artifacts")
        return
    for artifact, versions in desired.items():
        if not isinstance(versions, dict):
            yield Finding(Level.ERROR, path, f"{artifact} must have an object of environments")
            continue
        if artifact not in artifacts and versions:
            where = ", ".join(versions)
            yield Finding(
                Level.WARNING, path, f"{artifact} is no artifact any more, but still deployed to {where}"
            )
        for environment, version in versions.items():
            yield from _check_version(path, artifact, environment, version, environments)


def _check_version(
    path: str, artifact: str, environment: str, version: object, environments: Collection[str]
) -> Iterator[Finding]:
    if environment not in environments:
        near = get_close_matches(environment, environments, n=1)
        known = f"did you mean {near[0]}?" if near else f"known are {', '.join(environments)}"
        yield Finding(Level.ERROR, path, f"{artifact} has an unknown environment {environment}; {known}")
    if not isinstance(version, str) or not Version.is_valid(version):
        yield Finding(
            Level.ERROR,
            path,
            f"{artifact} has {json.dumps(version)} in {environment}, which is no semantic version",
        )
    elif "+" in version:
        yield Finding(
            Level.ERROR,
            path,
            f"{artifact} has {version} in {environment}: build metadata cannot be in an OCI tag",
        )
