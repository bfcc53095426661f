"""Which artifacts changed, and which of their files."""

from dataclasses import dataclass

from flux.artifact.changes import changed_files, owner
from flux.artifact.ignore import excludes
from flux.monorepo.comparison import find_comparison
from flux.monorepo.monorepo import Monorepo


@dataclass(frozen=True)
class Changed:
    """`reasons` has the changed artifacts and their changed paths. `removed` has those that are gone.

    `uncommitted` has paths of the working tree, by artifact. They are in no commit, so in no image. `base` is
    the commit compared with, None where all is new.
    """

    base: str | None
    head: str
    reasons: dict[str, list[str]]
    removed: list[str]
    uncommitted: dict[str, list[str]]
    notices: list[str]

    @property
    def artifacts(self) -> list[str]:
        return list(self.reasons)


def find_changed(monorepo: Monorepo, since: str | None) -> Changed:
    """What changed in the event's commits, in a terminal against the tip, or since the revision `since`.

    Raises HistoryMissingError where a shallow clone cannot tell.
    """
    compared = find_comparison(monorepo, since)
    changes = monorepo.git.changes(compared.base, compared.head, monorepo.settings.prefix)
    reasons = changed_files(
        changes,
        monorepo.settings.prefix,
        excludes(monorepo.settings.ignore),
        monorepo.git.folders_of(compared.base),
        monorepo.git.folders_of(compared.head),
    )
    present = set(monorepo.git.artifacts(compared.head, monorepo.settings.prefix, list(reasons)))
    return Changed(
        base=compared.base,
        head=compared.head,
        reasons={name: paths for name, paths in sorted(reasons.items()) if name in present},
        removed=sorted(reasons.keys() - present),
        uncommitted={} if monorepo.event.actions else find_uncommitted(monorepo),
        notices=compared.notices,
    )


def find_uncommitted(monorepo: Monorepo) -> dict[str, list[str]]:
    """Paths that differ between the working tree and HEAD and would be published, by artifact."""
    ignored = excludes(monorepo.settings.ignore)
    found: dict[str, list[str]] = {}
    for path in monorepo.git.uncommitted(monorepo.settings.prefix):
        owned = owner(path, monorepo.settings.prefix)
        if owned and not ignored(owned[1]):
            found.setdefault(owned[0], []).append(path)
    return found
