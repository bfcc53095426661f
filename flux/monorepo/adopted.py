"""Reads what environments have before there is a desired state: tags in the registry, and versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flux.adoption.releases import is_maintenance
from flux.errors import FluxError, RegistryError, UnpublishedError, without_frames
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.registry import unnamed_registry
from flux.monorepo.releases import releases
from flux.monorepo.repositories import naming_of
from flux.parallel import in_parallel
from flux.registry.contents import contents, modes
from flux.registry.target import Manifest, Target
from flux.registry.versions import versions_of
from flux.release.tag import TagForm

_MOST_COMPARED = 50


@dataclass(frozen=True)
class Unmanaged:
    """An environment's tag that does not have a released version, and the reason."""

    artifact: str
    environment: str
    digest: str
    why: FluxError


def environment_tags(monorepo: Monorepo, names: Sequence[str]) -> dict[str, list[str]]:
    """Return all tags of each artifact, as the registry writes them. Artifacts without a tag are left out.

    Raises RegistryError if the registry does not answer.
    """
    registry, naming = unnamed_registry(monorepo), naming_of(monorepo)

    def one(name: str) -> tuple[str, list[str]]:
        return name, registry.repository(naming.place(name)).tags()

    return {name: tags for name, tags in in_parallel(monorepo.settings.jobs, one, names) if tags}


def released_beside(monorepo: Monorepo, form: TagForm) -> dict[str, str]:
    """Return the maintenance branches that have a release which is not on main, with one of its tags.

    Branches are known by their names. Return none if their home does not answer.
    """
    try:
        tags = {commit: tag for tag, commit in monorepo.home_tags.items() if form.parse(tag)}
        heads = {name: head for name, head in sorted(monorepo.home_heads.items()) if is_maintenance(name)}
        return _on_branches(monorepo, tags, heads) if heads else {}
    except FluxError:
        return {}


def _on_branches(monorepo: Monorepo, tags: Mapping[str, str], heads: Mapping[str, str]) -> dict[str, str]:
    """Return a tag of each branch whose first-parent line has one that main's does not have."""
    git = monorepo.git
    here = git.obtain_all([*tags, *heads.values()])
    beside = sorted(git.off_line([commit for commit in tags if commit in here], monorepo.tip))
    found: dict[str, str] = {}
    for name, head in heads.items():
        on_line = (commit for commit in beside if head in here and git.is_on_line(commit, head))
        if commit := next(on_line, ""):
            found[name] = tags[commit]
    return found


def import_desired(
    monorepo: Monorepo, names: Sequence[str], tags: Mapping[str, Sequence[str]]
) -> tuple[dict[str, dict[str, str]], list[Unmanaged]]:
    """Return a desired state with the version that each environment has now, and the unmanaged tags.

    The contents of the images are compared.
    """
    state: dict[str, dict[str, str]] = {}
    unmanaged: list[Unmanaged] = []
    for name in sorted(names):
        present = [tag for tag in monorepo.settings.environments if tag in tags.get(name, ())]
        if not present:
            continue
        target = monorepo.registry.repository(name)
        known = _versions(monorepo, target, name)
        for environment in present:
            try:
                version, digest, why = _version(target, environment, known, monorepo.settings.jobs)
            except FluxError as error:
                version, digest, why = "", "", without_frames(error)
            if why is None:
                state.setdefault(name, {})[environment] = version
            else:
                unmanaged.append(Unmanaged(name, environment, digest, why))
    return state, unmanaged


def _versions(monorepo: Monorepo, target: Target, name: str) -> list[str]:
    """Return the versions that are released and published, the lowest first."""
    published = set(target.tags())
    return [str(one.version) for one in releases(monorepo, [name]) if str(one.version) in published]


def _version(
    target: Target, environment: str, known: Sequence[str], jobs: int
) -> tuple[str, str, FluxError | None]:
    """Return an environment's version, its tag's digest, and the error if it has no version."""
    manifest = target.fetch_manifest(environment)
    if manifest is None:
        return "", "", RegistryError("its tag is gone")
    found = versions_of(target, known, [manifest.digest], jobs).get(manifest.digest, "")
    found = found or _by_content(target, manifest, known)
    error = None if found else UnpublishedError("no released version has its content")
    return found, manifest.digest, error


def _by_content(target: Target, manifest: Manifest, known: Sequence[str]) -> str:
    """Return the newest version with the same files and modes. The compression may differ."""
    try:
        wanted = contents(target, manifest), modes(target, manifest)
    except RegistryError:
        return ""
    for version in list(reversed(known))[:_MOST_COMPARED]:
        other = target.fetch_manifest(version)
        try:
            if other and (contents(target, other), modes(target, other)) == wanted:
                return version
        except RegistryError:
            continue
    return ""
