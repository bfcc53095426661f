"""Finds the environments that clusters follow today, from a desired state, manifests and tags."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from flux.adoption.clues import Clues, ProposedSetting
from flux.adoption.pushes import PushCommand, find_commands
from flux.adoption.variables import VARIABLE, read_yaml
from flux.artifact.manifests import mappings
from flux.regex import regex

_ORDER = (
    *("sandbox", "dev", "development", "ci", "at", "test", "tt", "int", "integration", "qa", "uat", "acc"),
    *("stage", "staging", "pre", "preprod", "canary", "prod", "production", "live"),
)
_VERSION = regex(r"v?[0-9]+(\.[0-9]+){0,2}([.+-]|$)")
_COMMIT = regex(r"[0-9a-f]{7,64}|sha-[0-9a-f]+")
_TAG = regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_MOVING = ("main", "master", "trunk", "edge", "nightly", "tip", "unstable")
"""Tags that by their names are moved with each change of the branch."""
_TEMPLATED = regex(r"\$\{|<<|\{\{")
_DOCUMENTS = regex(r"^---\s*$", re.MULTILINE)
_RING = regex(r"[-_.]?(?:ring|wave|tier|region|stage)?[-_.]?[0-9]+$")


def find_environments(
    clues: Clues, places: Mapping[str, str], registry: str, tags: Mapping[str, Collection[str]]
) -> Iterator[ProposedSetting]:
    """Yield the settings `releaseconfig`, `phases` and `latest`.

    `places` has the repository of each artifact in the registry, `tags` has the registry's tags by artifact.
    """
    state = _desired(clues.texts, places)
    if state:
        path, _ = state
        yield ProposedSetting("releaseconfig", path, f"{path} has the versions of environments")
    promoted = dict.fromkeys(state[1], state[0]) if state else {}
    commands = find_commands(clues.texts, clues.repository)
    followed_by = [
        *_followed(clues.texts, registry, [*places.values()]),
        *_followed(clues.fleet, registry, [*places.values()]),
    ]
    found = {**_tags(followed_by, tags, commands), **promoted}
    followed = {tag: why for tag, why in found.items() if is_environment(tag)}
    if followed:
        listed = ", ".join(f"{tag} ({why})" for tag, why in followed.items())
        following = {tag: to for tag in followed if tag not in promoted and (to := _follows(tag))}
        yield ProposedSetting("phases", _phases(followed, following), listed)
    if commands and "latest" not in found and not any(c.url.endswith(":latest") for c in commands):
        yield ProposedSetting("latest", "none", "nothing pushes or follows the tag latest today")


def _tags(
    followed: Iterable[tuple[str, str]], tags: Mapping[str, Collection[str]], commands: Iterable[PushCommand]
) -> dict[str, str]:
    """Return the tags that clusters follow, that are in the registry, and that commands write, with the
    reason for each."""
    found: dict[str, str] = {}
    for path, tag in followed:
        found.setdefault(tag, path)
    for artifact, present in tags.items():
        for tag in present:
            found.setdefault(tag, f"the registry has {artifact}:{tag}")
    for command in commands:
        for tag in command.tags:
            found.setdefault(tag, command.place)
    return found


def is_environment(tag: str) -> bool:
    """Whether clusters may follow a tag: it is not a version, a commit, a signature or `latest`."""
    if not _TAG.fullmatch(tag) or VARIABLE.search(tag) or tag == "latest":
        return False
    return not (_VERSION.match(tag) or _COMMIT.fullmatch(tag) or tag.endswith((".sig", ".att", ".sbom")))


def _desired(texts: Mapping[str, str], names: Collection[str]) -> tuple[str, list[str]] | None:
    """Return the path of a file `{artifact: {environment: version}}`, and its environments."""
    for path, text in texts.items():
        if path.endswith(".json") and (states := _states(text, names)):
            return path, list(dict.fromkeys(name for state in states for name in state))
    return None


def _states(text: str, names: Collection[str]) -> list[dict[str, str]]:
    """Return the versions of each artifact by environment; none if the text is not a desired state."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict) or not set(document) & set(names):
        return []
    states = list(document.values())
    return states if all(map(_is_state, states)) and any(states) else []


def _is_state(state: object) -> bool:
    return isinstance(state, dict) and all(isinstance(version, str) for version in state.values())


def oci_repositories(texts: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the spec of each OCIRepository in the manifests, with its file.

    It may be in a list or in a ResourceSet. A FluxInstance that syncs from a repository counts too.
    """
    for path, text in texts.items():
        parts = _DOCUMENTS.split(text) if "OCIRepository" in text else []
        specs = map(_spec, mappings([read_yaml(part) for part in parts]))
        yield from ((path, spec) for spec in specs if spec is not None)


def _spec(node: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the spec of an OCIRepository, or what a FluxInstance syncs from; None for anything else."""
    spec, sync = node.get("spec"), node.get("sync")
    if node.get("kind") == "OCIRepository" and isinstance(spec, dict):
        return spec
    is_instance = "distribution" in node or "cluster" in node
    if is_instance and isinstance(sync, dict) and sync.get("kind") == "OCIRepository":
        return {**sync, "ref": {"tag": sync.get("ref")}}
    return None


def is_of(spec: Mapping[str, Any], registry: str, places: Collection[str]) -> bool:
    """Whether an OCIRepository is one of these places in a registry, or in any registry if none is given.

    If its URL has a variable, it may be one.
    """
    url = str(spec.get("url", "")).rstrip("/")
    if not registry:
        return url.startswith("oci://")
    place = url.removeprefix(f"{registry}/")
    literal = _TEMPLATED.split(place)[0]
    if literal == place:
        return place in places
    return place != url and any(one.startswith(literal) for one in places)


def _followed(texts: Mapping[str, str], registry: str, places: Collection[str]) -> Iterator[tuple[str, str]]:
    for path, spec in oci_repositories(texts):
        ref = spec.get("ref")
        tag = ref.get("tag") if isinstance(ref, dict) else None
        if isinstance(tag, str) and is_of(spec, registry, places):
            yield path, tag


def _follows(tag: str) -> str:
    """Return what an environment follows by its name, or an empty text."""
    if tag.endswith("latest-stable") or tag == "stable":
        return "stable"
    return "tip" if tag in _MOVING else ""


def _phases(environments: Iterable[str], following: Mapping[str, str]) -> list[object]:
    """Return the phases by the names: `at_ring1` and `at_ring2` belong to `at`. Test precedes production.

    Environments that follow come last: nothing is promoted to them.
    """
    groups: dict[str, list[str]] = {}
    for tag in sorted(set(environments) - {*following}):
        groups.setdefault(_RING.sub("", tag) or tag, []).append(tag)
    ordered = sorted(groups, key=lambda phase: (_rank(phase), phase))
    phases: list[object] = [name if groups[name] == [name] else {name: groups[name]} for name in ordered]
    return phases + [{tag: {"follow": to}} for tag, to in sorted(following.items())]


def _rank(phase: str) -> int:
    words = re.split(r"[-_.]", phase.lower())
    ranks = [_ORDER.index(word) for word in words if word in _ORDER]
    return max(ranks, default=len(_ORDER) // 2)
