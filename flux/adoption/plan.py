"""Puts the proposed settings together from the findings."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from semver import Version

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.workflows import WORKFLOWS

_OWN_FILES = ("invoke.yaml", "tasks.py", "flux/releaseconfig.json")
_ORDER = (
    *("sources", "artifacts", "ignore", "registry", "repository", "version_tag", "latest", "branch"),
    *("branches", "release_tag", "releaseconfig", "phases", "label", "adopted"),
)


def proposed(
    found: Iterable[ProposedSetting | Gap], named: Iterable[str]
) -> tuple[dict[str, Any], list[ProposedSetting], list[Gap]]:
    """Return the settings by name, the findings that they come from, and the gaps.

    The settings in `named` are already set. They are not proposed, and their gaps are left out.
    """
    settled = {*named}
    if settled & {"sources", "artifacts"}:
        settled |= {"sources", "artifacts"}
    findings: dict[str, ProposedSetting] = {}
    gaps: list[Gap] = []
    for one in found:
        if isinstance(one, Gap):
            gaps += [one] if one.setting not in settled else []
        elif one.setting not in settled:
            findings.setdefault(one.setting, one)
    ordered = sorted(findings.values(), key=lambda one: _ORDER.index(one.setting))
    return {one.setting: one.value for one in ordered}, ordered, gaps


def without_own_files(
    settings: Mapping[str, Any], paths: Collection[str] = (), more: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the settings. If the whole repository is an artifact, it excludes the files that init adds.

    `more` has files that are written later. A new folder is excluded as a whole, because images have folders.
    """
    state = settings.get("releaseconfig", _OWN_FILES[-1])
    added = [*_OWN_FILES[:-1], state, *more, *(f".github/workflows/{name}" for name in WORKFLOWS)]
    new = dict.fromkeys(_outermost_new(path, paths) for path in added if path not in paths)
    entries = [
        entry | {"exclude": [*entry.get("exclude", ()), *(f"/{path}" for path in new)]}
        if isinstance(entry, dict) and entry.get("path") == "."
        else entry
        for entry in settings.get("artifacts", ())
    ]
    return {**settings, **({"artifacts": entries} if entries else {})}


def _outermost_new(path: str, paths: Collection[str]) -> str:
    """Return the outermost folder of a path that does not exist yet, ending in `/`; else the path."""
    parts = path.split("/")
    folders = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
    return next((folder for folder in folders if not any(one.startswith(folder) for one in paths)), path)


def version_tag(tags: Iterable[str]) -> Iterable[ProposedSetting]:
    """Yield the setting `version_tag` if most versions in the registry begin with `v`."""
    listed = list(tags)
    bare = sum(map(Version.is_valid, listed))
    with_v = sum(tag.startswith("v") and Version.is_valid(tag[1:]) for tag in listed)
    if with_v > bare:
        yield ProposedSetting(
            "version_tag",
            "v{version}",
            f"{with_v} of {with_v + bare} versions in the registry have this form",
        )
