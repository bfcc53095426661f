"""Which artifacts changed, and which of their files."""

from dataclasses import dataclass

from flux.monorepo.comparison import Comparison, find_comparison
from flux.monorepo.line import changed_between, made_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources


@dataclass(frozen=True)
class Changed:
    """`reasons` has the changed artifacts and their changed paths. `removed` has those that are gone.
    Those that clash are in neither.

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


def find_changed(monorepo: Monorepo, since: str | None, *, with_tree: bool = True) -> Changed:
    """What changed in the event's commits, in a terminal against the tip, or since the revision `since`.

    In a terminal the working tree is looked at too, where that is wanted `with_tree`.

    A change of the settings counts for the artifacts whose published content it changes. Raises
    HistoryMissingError where a shallow clone cannot tell.
    """
    compared = find_comparison(monorepo, since)
    sources = Sources(monorepo, compared.head)
    if compared.base == compared.head:
        reasons, present = {}, set()
    else:
        reasons = changed_between(monorepo, compared.base, compared.head)
        present = set(sources.present(list(reasons)))
    clashes = sources.clashes()
    return Changed(
        base=compared.base,
        head=compared.head,
        reasons={name: paths for name, paths in sorted(reasons.items()) if name in present},
        removed=sorted(reasons.keys() - present - clashes.keys()),
        uncommitted=find_uncommitted(monorepo) if with_tree and not monorepo.event.actions else {},
        notices=[
            *compared.notices,
            *sources.clashes_named,
            *(_nothing(monorepo, compared) if not reasons else []),
        ],
    )


def _nothing(monorepo: Monorepo, compared: Comparison) -> list[str]:
    """What was compared, where a job found no change."""
    if not monorepo.event.actions or compared.base is None or compared.notices:
        return []
    if compared.base == compared.head:
        return [
            f"{compared.head[:12]} was compared with itself: it is on {monorepo.settings.branch}, "
            "and no event says what came before it"
        ]
    return [f"nothing changed from {compared.base[:12]} to {compared.head[:12]}"]


def find_uncommitted(monorepo: Monorepo) -> dict[str, list[str]]:
    """Paths that differ between the working tree and HEAD and would be published, by artifact."""
    layout, git = monorepo.settings.layout, monorepo.git
    tops = layout.tops if len(layout.tops) == 1 and not layout.has_steps else [""]
    paths = [path for top in tops for path in git.uncommitted(f"{top}/" if top else "")]
    found = layout.sort(paths)
    for folder in made_at(git, layout, [git.head()]) if paths and layout.has_steps else ():
        if read := [path for path in paths if layout.reads(folder)(path)]:
            found[folder.artifact] = read
    return found
