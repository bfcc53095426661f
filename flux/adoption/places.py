"""Finds the artifacts and their images today, from the pushes, or else from the kustomizations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.destinations import destinations, find_destinations, globbed, in_earnest, name_of
from flux.adoption.pushes import PushCommand, find_commands, find_unread
from flux.adoption.variables import VARIABLE
from flux.artifact.folder import NAME
from flux.listing import listed

ArtifactsEntry = dict[str, Any]
"""An entry of the setting `artifacts`, as in invoke.yaml."""

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_INSIDE = ("base", "bases", "overlays")
_STATE = "flux"
"""The folder of the desired state, which is not an artifact."""


def find_places(clues: Clues) -> Iterator[ProposedSetting | Gap]:
    """Yield the settings `artifacts` or `sources`, `registry` and `repository`."""
    commands = find_commands(clues.texts, clues.repository)
    pushes = in_earnest([one for one in commands if one.verb == "push"])
    settings, repositories = find_destinations(destinations(pushes))
    if not pushes and (unread := [*find_unread(clues.texts, clues.repository)]):
        yield _unread(unread)
    for found in _artifacts(clues, pushes, repositories):
        yield _without_links(found, clues.links) if isinstance(found, ProposedSetting) else found
    yield from settings


def _artifacts(
    clues: Clues, pushes: Sequence[PushCommand], repositories: Mapping[str, str]
) -> Iterator[ProposedSetting | Gap]:
    pushed: dict[str, str] = {}
    for push in pushes:
        path = _there(globbed(push), clues.paths)
        if push.path and path != "*":  # `*` may be any folder
            pushed.setdefault(path, push.place)
    known = {path: place for path, place in pushed.items() if _is_there(path, clues.paths)}
    yield from (_not_in_git(path, place) for path, place in pushed.items() if path not in known)
    if known:
        evidence = ", ".join(f"{place} pushes {path}" for path, place in known.items())
        yield _proposed(
            [_entry(path, [*known], pushes, repositories, clues.paths) for path in known], evidence
        )
    else:
        yield _by_kustomizations(clues.paths)


def _without_links(found: ProposedSetting, links: Sequence[str]) -> ProposedSetting:
    """Return the setting without symlinks in the place of an artifact's folder, which flux does not push."""
    given: Any = [f"{found.value}/*"] if found.setting == "sources" else found.value
    entries: list[ArtifactsEntry] = [{"path": one} if isinstance(one, str) else one for one in given]
    for entry in entries:
        top: str = entry["path"].removesuffix("*")
        inside = [f"/{link}" for link in links if link.startswith(top) and "/" not in link[len(top) :]]
        if top.endswith("/") and inside:
            entry["exclude"] = [*entry.get("exclude", ()), *inside]
    return _proposed(entries, found.evidence)


def _unread(places: Sequence[str]) -> Gap:
    return Gap(
        f"{listed(places)}: what is pushed there cannot be read",
        "set `artifacts`, `registry` and `repository` in invoke.yaml, and run it again with `--force`",
        "artifacts",
    )


def _not_in_git(path: str, place: str) -> Gap:
    return Gap(
        f"{place} pushes {path}, which is not in git: an earlier step makes the content",
        "set `artifacts`, with that step under `prepare`, and run it again with `--force`",
        "artifacts",
    )


def _by_kustomizations(paths: Sequence[str]) -> ProposedSetting | Gap:
    found = list(dict.fromkeys(_collections(paths, "")))
    if not found:
        return Gap(
            "no artifact was found: nothing pushes one, and no folder has a kustomization",
            "set `sources` or `artifacts` in invoke.yaml",
            "artifacts",
        )
    beside = _beside(paths)
    entries = [_without(path, found, beside if path == "*" else ()) for path in found]
    return _proposed(entries, f"kustomizations are in {', '.join(found)}")


def _proposed(entries: Sequence[ArtifactsEntry], evidence: str) -> ProposedSetting:
    """Return the setting in its simplest form: `sources` if it is enough, or entries that are only a path."""
    if len(entries) == 1 and [*entries[0]] == ["path"]:
        path = entries[0]["path"]
        if path.endswith("/*") and path.count("*") == 1:
            return ProposedSetting("sources", path.removesuffix("/*"), evidence)
    short = [entry["path"] if [*entry] == ["path"] else entry for entry in entries]
    return ProposedSetting("artifacts", short, evidence)


def _entry(
    path: str,
    globs: Sequence[str],
    pushes: Sequence[PushCommand],
    repositories: Mapping[str, str],
    paths: Sequence[str],
) -> ArtifactsEntry:
    """Return an entry of the setting `artifacts`, with a name if its repository has another name. It excludes
    what none of its commands pushes, and what belongs to other globs."""
    own = [push for push in pushes if _same(globbed(push), path)]
    if path.endswith("*"):
        entry = _without(path, globs, [*_ignored(path, own), *_unchosen(path, own, paths)])
    else:
        entry = _named(path, own)
    if path.endswith("*/*") and _have_namesakes(path, paths):
        entry["name"] = "{parent}-{name}"
    template = next((found for glob, found in repositories.items() if _same(glob, path)), NAME)
    return entry if template == NAME else entry | {"repository": template}


def _have_namesakes(glob: str, paths: Sequence[str]) -> bool:
    """Whether two of the folders that `X/*/*` matches have the same name."""
    top, depth = glob.partition("*")[0], glob.count("/") + 1
    folders = {tuple(path.split("/")[:depth]) for path in paths if path.startswith(top)}
    names = [folder[-1] for folder in folders if len(folder) == depth]
    return len(set(names)) < len(names)


def _unchosen(path: str, own: Sequence[PushCommand], paths: Sequence[str]) -> list[str]:
    """Return the folders that a glob matches but no command pushes."""
    top = path.removesuffix("*")
    chosen = {name for push in own for name in push.chosen}
    there = {
        one[len(top) :].partition("/")[0] for one in paths if one.startswith(top) and "/" in one[len(top) :]
    }
    if "*" in top or not all(push.chosen for push in own) or not chosen <= there:
        return []
    return [f"/{top}{name}" for name in sorted(there - chosen)]


def _ignored(path: str, own: Sequence[PushCommand]) -> list[str]:
    """Return the patterns that every command ignores."""
    first, *others = [[_from_root(path, pattern) for pattern in push.ignore] for push in own]
    return [pattern for pattern in first if all(pattern in other for other in others)]


def _named(path: str, own: Sequence[PushCommand]) -> ArtifactsEntry:
    """Return the entry of one folder, with a name if its repository has another name."""
    entry = _listed(path, _ignored(path, own))
    name = "" if VARIABLE.search(own[0].repository) else name_of(path, own[0].repository)
    if name not in ("", path.rpartition("/")[2]):
        return entry | {"name": name}
    return entry | ({"name": "platform"} if path == "." else {})


def _same(glob: str, path: str) -> bool:
    """Whether a command's glob is that of an entry. The entry may lack the variable at the beginning."""
    return glob in (path, f"*/{path}")


def _there(glob: str, paths: Sequence[str]) -> str:
    """Return a glob without the variable at its beginning if that is the clone's root: `$ROOT/apps`."""
    rest = glob.removeprefix("*/")
    return rest if rest != glob and "*" not in rest.partition("/")[0] and _is_there(rest, paths) else glob


def _from_root(path: str, pattern: str) -> str:
    """Convert a gitignore pattern: from relative to a folder, to relative to the root of the repository."""
    if "/" not in pattern.rstrip("/") or path == ".":
        return pattern
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    return f"{negated}/{path}/{bare.lstrip('/')}"


def _without(path: str, globs: Sequence[str], exclude: Sequence[str]) -> ArtifactsEntry:
    return _listed(path, [*exclude, *_inside(path, globs)])


def _listed(path: str, exclude: Sequence[str]) -> ArtifactsEntry:
    return {"path": path, "exclude": list(exclude)} if exclude else {"path": path}


def _beside(paths: Sequence[str]) -> list[str]:
    """Return the top folders without a kustomization, and the folder of the desired state."""
    folders = {path.partition("/")[0] for path in paths if "/" in path and not path.startswith(".")}
    having = {path.partition("/")[0] for path in paths if path.rpartition("/")[2] in _KUSTOMIZATIONS}
    return [f"/{name}" for name in sorted(folders - having | {_STATE})]


def _inside(path: str, globs: Sequence[str]) -> list[str]:
    """Return the folders under a glob that only contain the artifacts of other globs."""
    top = path.removesuffix("*")
    names = (glob[len(top) :].partition("/")[0] for glob in globs if glob.startswith(top))
    return [f"/{top}{name}" for name in dict.fromkeys(names) if "*" not in name]


def _is_there(path: str, paths: Sequence[str]) -> bool:
    """Whether there is a file below a path. Only the part before a wildcard counts."""
    top = path.partition("*")[0].rstrip("/")
    return top in ("", ".") or any(one.startswith(f"{top}/") for one in paths)


def _collections(paths: Sequence[str], top: str) -> Iterator[str]:
    """Yield globs of the folders that are artifacts, by the kustomizations below them."""
    prefix = f"{top}/" if top else ""
    for name, rests in _below(paths, prefix).items():
        if any("/" not in rest or rest.partition("/")[0] in _INSIDE for rest in rests):
            yield f"{prefix}*"
        else:
            yield from _collections(paths, prefix + name)


def _below(paths: Sequence[str], prefix: str) -> dict[str, list[str]]:
    """Return the kustomizations in each folder under a prefix."""
    found: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith(prefix) and path.rpartition("/")[2] in _KUSTOMIZATIONS:
            name, slash, rest = path[len(prefix) :].partition("/")
            if slash and not name.startswith("."):
                found.setdefault(name, []).append(rest)
    return found
