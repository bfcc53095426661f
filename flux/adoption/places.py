"""Where artifacts and images are today, by what is pushed, else by where the kustomizations are."""

from collections.abc import Iterator, Sequence

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.pushes import VARIABLE, PushCommand, find_commands
from flux.artifact.name import name_fault

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_INSIDE = ("base", "bases", "overlays")
_STATE = "flux"
"""The folder of the desired state, which is not an artifact."""


def find_places(clues: Clues) -> Iterator[ProposedSetting | Gap]:
    """The settings `artifacts` or `sources`, `registry` and `repository`."""
    pushes = [one for one in find_commands(clues.texts, clues.repository) if one.verb == "push"]
    yield from _artifacts(clues, pushes)
    yield from _repositories(pushes)


def _artifacts(clues: Clues, pushes: Sequence[PushCommand]) -> Iterator[ProposedSetting | Gap]:
    pushed: dict[str, str] = {}
    for push in pushes:
        path = VARIABLE.sub("*", push.path.removeprefix("./").rstrip("/")) or "."
        if push.path and path != "*":  # which may be any folder
            pushed.setdefault(path, push.place)
    for path, place in pushed.items():
        if not _is_there(path, clues.paths):
            yield Gap(
                f"{place} pushes {path}, which is not in git: a step before it makes the content",
                "set `artifacts`, with that step under `prepare`, and run this again",
                "artifacts",
            )
    known = {path: place for path, place in pushed.items() if _is_there(path, clues.paths)}
    if known:
        evidence = ", ".join(f"{place} pushes {path}" for path, place in known.items())
        yield from _proposed([*known], evidence, pushes)
        return
    found = list(dict.fromkeys(_collections(clues.paths, "")))
    if not found:
        yield Gap(
            "no artifact was found: nothing pushes one, and no folder has a kustomization",
            "say what an artifact is in invoke.yaml: the setting `sources` or `artifacts`",
            "artifacts",
        )
        return
    yield from _proposed(found, f"kustomizations are in {', '.join(found)}", pushes, clues.paths)


def _proposed(
    globs: Sequence[str], evidence: str, pushes: Sequence[PushCommand], paths: Sequence[str] = ()
) -> Iterator[ProposedSetting]:
    if len(globs) == 1 and globs[0].endswith("/*") and globs[0].count("*") == 1:
        yield ProposedSetting("sources", globs[0].removesuffix("/*"), evidence)
        return
    yield ProposedSetting("artifacts", [_entry(path, globs, pushes, paths) for path in globs], evidence)


def _entry(path: str, globs: Sequence[str], pushes: Sequence[PushCommand], paths: Sequence[str]) -> object:
    """An entry of the setting `artifacts`, named as its repository is where that has a name of its own. It
    leaves out what the other globs are about."""
    if path.endswith("*"):
        exclude = [*(_beside(paths) if path == "*" else ()), *_inside(path, globs)]
        return {"path": path, "exclude": exclude} if exclude else path
    pushed = (p.repository.rpartition("/")[2] for p in pushes if _globbed(p) == path)
    named = next((name for name in pushed if not VARIABLE.search(name) and not name_fault(name)), "")
    if path == ".":
        return {"path": ".", "name": named or "platform"}
    if "*" not in path and named not in ("", path.rpartition("/")[2]):
        return {"path": path, "name": named}
    return path


def _beside(paths: Sequence[str]) -> list[str]:
    """The folders at the root that have no kustomization, and that of the desired state."""
    folders = {path.partition("/")[0] for path in paths if "/" in path and not path.startswith(".")}
    having = {path.partition("/")[0] for path in paths if path.rpartition("/")[2] in _KUSTOMIZATIONS}
    return [f"/{name}" for name in sorted(folders - having | {_STATE})]


def _inside(path: str, globs: Sequence[str]) -> list[str]:
    """The folders under a glob that hold the artifacts of other globs, and are none themselves."""
    top = path.removesuffix("*")
    names = (glob[len(top) :].partition("/")[0] for glob in globs if glob.startswith(top))
    return [f"/{top}{name}" for name in dict.fromkeys(names) if "*" not in name]


def _globbed(push: PushCommand) -> str:
    return VARIABLE.sub("*", push.path.removeprefix("./").rstrip("/")) or "."


def _is_there(path: str, paths: Sequence[str]) -> bool:
    """Whether anything is at or below a path; a wildcard stands for anything."""
    top = path.partition("*")[0].rstrip("/")
    return top in ("", ".") or any(one.startswith(f"{top}/") for one in paths)


def _collections(paths: Sequence[str], top: str) -> Iterator[str]:
    """Globs of the folders that are artifacts, by the kustomizations below them."""
    prefix = f"{top}/" if top else ""
    for name, rests in _below(paths, prefix).items():
        if any("/" not in rest or rest.partition("/")[0] in _INSIDE for rest in rests):
            yield f"{prefix}*"
        else:
            yield from _collections(paths, prefix + name)


def _below(paths: Sequence[str], prefix: str) -> dict[str, list[str]]:
    """The kustomizations in each folder under a prefix."""
    found: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith(prefix) and path.rpartition("/")[2] in _KUSTOMIZATIONS:
            name, slash, rest = path[len(prefix) :].partition("/")
            if slash and not name.startswith("."):
                found.setdefault(name, []).append(rest)
    return found


def _repositories(pushes: Sequence[PushCommand]) -> Iterator[ProposedSetting | Gap]:
    """One registry and one template for all of them."""
    templates: dict[str, str] = {}
    for push in pushes:
        if push.url.startswith("oci://"):
            templates.setdefault(VARIABLE.sub("{name}", push.repository), push.place)
    if not templates:
        return
    parted = {_parted(template): place for template, place in templates.items()}
    if len(parted) > 1:
        listed = "; ".join(f"{place} to {template}" for template, place in templates.items())
        yield Gap(
            f"images go to repositories of more than one form: {listed}",
            "push all to repositories of one form, as the settings `registry` and `repository` say",
            "repository",
        )
        return
    ((registry, template), place) = next(iter(parted.items()))
    if template.count("{name}") > 1 or "{name}" in registry:
        yield Gap(
            f"{place} pushes to {registry}/{template}, which has more than one part that varies",
            "set `registry` and `repository` in invoke.yaml",
            "repository",
        )
        return
    yield ProposedSetting("registry", f"oci://{registry}", f"{place} pushes to {registry}/{template}")
    if template != "{name}":
        yield ProposedSetting("repository", template, f"{place} pushes to {registry}/{template}")


def _parted(template: str) -> tuple[str, str]:
    """The registry, and the template of repositories below it: from the part that varies on."""
    parts = template.split("/")
    at = next((at for at, part in enumerate(parts) if "{name}" in part), len(parts) - 1)
    return "/".join(parts[:at]), "/".join(parts[at:])
