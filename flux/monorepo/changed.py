"""Which artifacts changed, and which of their files."""

from dataclasses import dataclass

from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.comparison import Comparison, find_comparison
from flux.monorepo.first_parents import changed_between, made_at
from flux.monorepo.monorepo import Monorepo
from flux.notice import AnyNotice


@dataclass(frozen=True)
class Changed:
    """`reasons` has the changed artifacts and their changed paths. `removed` has the removed artifacts.
    Artifacts that clash are in neither.

    `uncommitted` has paths of the working tree, by artifact. No commit has them, so no image has them.
    `base` is the commit that was compared with. It is None if everything is new.
    """

    base: str | None
    head: str
    reasons: dict[str, list[str]]
    removed: list[str]
    uncommitted: dict[str, list[str]]
    notices: list[AnyNotice]

    @property
    def artifacts(self) -> list[str]:
        return list(self.reasons)


def find_changed(
    monorepo: Monorepo, since: str | None, *, with_tree: bool = True, explains: bool = True
) -> Changed:
    """Return what changed since the revision `since`. By default, return what changed in the event's commits,
    or in a terminal, what changed since the tip. With `with_tree`, a terminal also includes the working tree.
    With `explains`, a notice says what was compared if nothing changed.

    A change of the settings counts for the artifacts whose published content it changes. Raises
    HistoryMissingError if a shallow clone does not have enough history.
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
            *(_nothing(monorepo, compared) if explains and not reasons else []),
        ],
    )


def _nothing(monorepo: Monorepo, compared: Comparison) -> list[str]:
    """Return a notice of what was compared, if no change was found."""
    if compared.base is None or compared.notices:
        return []
    if not monorepo.event.actions:
        here = f"{compared.head[:12]} is on {monorepo.settings.branch}"
        said = f"{here} already: to compare it with an earlier commit, say `--since REF`"
        return [said] if compared.base == compared.head else []
    if compared.base == compared.head:
        return [
            f"{compared.head[:12]} was compared with itself: it is on {monorepo.settings.branch}, "
            "and no event says what came before it"
        ]
    return [f"nothing changed from {compared.base[:12]} to {compared.head[:12]}"]


def find_uncommitted(monorepo: Monorepo) -> dict[str, list[str]]:
    """Return the published paths that differ between the working tree and HEAD, by artifact."""
    layout, git = monorepo.settings.layout, monorepo.git
    tops = layout.tops if len(layout.tops) == 1 and not layout.has_steps else [""]
    paths = [path for top in tops for path in git.uncommitted(f"{top}/" if top else "")]
    found = layout.sort(paths)
    for folder in made_at(git, layout, [git.head()]) if paths and layout.has_steps else ():
        if read := [path for path in paths if layout.reads(folder)(path)]:
            found[folder.artifact] = read
    return found
