"""Finds the repository of an artifact's images if its entry of `artifacts` names one."""

from collections.abc import Collection, Iterator
from functools import cached_property
from threading import Lock

from flux.artifact.folder import Folder
from flux.errors import SettingError
from flux.monorepo.artifacts import artifacts_at, find_artifacts
from flux.monorepo.monorepo import Monorepo
from flux.registry.naming import Naming
from flux.settings.places import repository

_OWN = "give it its own `repository` in the setting `artifacts`"


def naming_of(monorepo: Monorepo) -> Naming:
    """Return how the registry names artifacts and versions, by the settings."""
    settings = monorepo.settings
    if not any(entry.repository for entry in settings.artifacts):
        return Naming(settings.repository, settings.version_tag)
    return Naming(settings.repository, settings.version_tag, _Repositories(monorepo))


def lost_repositories(monorepo: Monorepo, names: Collection[str]) -> dict[str, SettingError]:
    """Return an error for each of the artifacts that was removed, and whose repository another one has now.

    Both would own the same tags, and move them to and fro. Other artifacts are those at the tip, and removed
    ones that are still in the desired state.
    """
    if not any(entry.repository for entry in monorepo.settings.artifacts):
        return {}
    there = artifacts_at(monorepo, monorepo.tip)
    removed = set(names) - set(there)
    if not removed:
        return {}
    from flux.monorepo.desired import desired_at

    places: dict[str, list[str]] = {}
    for name in dict.fromkeys([*there, *desired_at(monorepo, monorepo.tip), *removed]):
        places.setdefault(monorepo.registry.name(name), []).append(name)
    lost = {}
    for place, sharing in places.items():
        for name in removed.intersection(sharing if len(sharing) > 1 else ()):
            other = next(each for each in sharing if each != name)
            lost[name] = SettingError(
                f"{name} was removed, and {other} has its repository {place} now",
                f"remove {name} from {monorepo.settings.releaseconfig}, or give {other} another `repository`",
            )
    return lost


class _Repositories:
    """The repositories from the entries of `artifacts`, by artifact. Threads may share this."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._asking = Lock()

    def __call__(self, artifact: str) -> str:
        """Return the repository, or "" if no entry names it. Raises SettingError if artifacts share it."""
        with self._asking:
            if artifact not in self._there:
                self._there[artifact] = next(self._as_released(artifact), "")
            return self._there[artifact]

    @cached_property
    def _there(self) -> dict[str, str]:
        """The repositories of the artifacts at the tip."""
        folders = self._find(self._monorepo.tip)
        own = {name: folder.repository for name, folder in folders.items()}
        naming = Naming(self._monorepo.settings.repository, own=own.__getitem__)
        first: dict[str, str] = {}
        for name in folders:
            place = naming.place(name)
            if first.setdefault(place, name) != name:
                raise SettingError(f"{first[place]} and {name} have one repository, {place}", _OWN)
            try:
                repository(place)
            except ValueError as fault:
                raise SettingError(
                    f"{name} would go to {place!r}, which is not the path of an OCI repository", _OWN
                ) from fault
        return own

    def _as_released(self, artifact: str) -> Iterator[str]:
        """Yield the repositories of a removed artifact at its releases, the newest first."""
        from flux.monorepo.releases import read_releases

        monorepo = self._monorepo
        for released in reversed(read_releases(monorepo.settings.tag_form, monorepo.home_tags, [artifact])):
            if folder := self._find(released.commit, artifact).get(artifact):
                yield folder.repository

    def _find(self, commit: str, *names: str) -> dict[str, Folder]:
        return find_artifacts(
            self._monorepo.git, commit, self._monorepo.settings.layout, names or None
        ).folders
