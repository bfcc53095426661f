"""Walks the first-parent line, and finds which artifacts each of its commits changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from flux.artifact.changes import Commit, Passed, changed_files, moved, passed
from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.git.clone import Clone
from flux.monorepo.contents import compare_contents
from flux.monorepo.layouts import Layouts
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES


def walk_first_parents(
    monorepo: Monorepo, commit: str, names: Sequence[str], until: str | None = None
) -> Iterator[Passed]:
    """Yield the commits on the first-parent line back from `commit` that concern the named artifacts.

    Commits that `until` has are left out. Each commit is judged by its own settings. If these cannot be read,
    the settings before it count. Raises ContentError if the settings of `commit` cannot be read.
    """
    start: str | None = commit
    monorepo.git.obtain_history(commit, files=FILES)
    layout = monorepo.layouts.at(commit)
    while start:
        stretch = monorepo.git.line(start, *layout.reach(names), until=until, also=FILES)
        are_said = monorepo.layouts.are_said(start)
        start = None
        for at in stretch:
            before, are_said = _before(monorepo.layouts, at, layout, are_said)
            if before == layout or at.parent is None:
                made = partial(made_at, monorepo.git, layout, (at.revision.commit, at.parent), names)
                yield _unmoved(monorepo.git, passed(at, layout, made), at.parent, layout)
                continue
            old = (at.parent, before) if before else None
            yield Passed(
                at.revision, compare_contents(monorepo.git, old, (at.revision.commit, layout), names)
            )
            if before:
                start, layout = at.parent, before
            break


def changed_between(
    monorepo: Monorepo, old: str | None, new: str, name: str | None = None
) -> dict[str, list[str]]:
    """Return the artifacts whose published content differs between `old` and `new`, each with its files that
    differ. With `name`, only that artifact is compared. If `old` is None, all artifacts differ.

    Raises ContentError if the settings of `new` cannot be read.
    """
    monorepo.git.obtain_files([*([old] if old else []), new], FILES)
    layout = monorepo.layouts.at(new)
    before = monorepo.layouts.before(old) if old else layout
    if before != layout:
        names = None if name is None else [name]
        return compare_contents(monorepo.git, (old, before) if old and before else None, (new, layout), names)
    git = monorepo.git
    base, below = layout.reach([name] if name else [])
    paths = [base + path for path in below] or [base]
    changes = [change for path in paths for change in git.changes(old, new, path)]
    names = None if name is None else [name]
    made = partial(made_at, git, layout, (new, old), names)
    changed = changed_files(changes, layout, git.folders_of(old), git.folders_of(new), made)
    if name is not None:
        changed = {name: changed[name]} if name in changed else {}
    return _without_moved(git, changed, old, new, layout)


def made_at(
    git: Clone, layout: Layout, commits: Iterable[str | None], names: Sequence[str] | None = None
) -> list[Folder]:
    """Return the folders of artifacts with a build step at any of the commits: the named ones, or all."""
    found = (layout.find(git.below(commit), names).folders.values() for commit in commits if commit)
    return [*{folder: None for each in found for folder in each if folder.entry.prepare}]


def _unmoved(git: Clone, passed: Passed, parent: str | None, layout: Layout) -> Passed:
    if passed.changed is None:
        return passed
    changed = _without_moved(git, passed.changed, parent, passed.revision.commit, layout)
    return Passed(passed.revision, changed)


def _without_moved(
    git: Clone, changed: Mapping[str, Sequence[str]], old: str | None, new: str, layout: Layout
) -> dict[str, list[str]]:
    """Return what changed, without artifacts that only moved to another folder."""
    found = {name: list(paths) for name, paths in changed.items()}
    if old and (doubtful := moved(changed, layout)):
        truly = compare_contents(git, (old, layout), (new, layout), doubtful)
        found = {name: paths for name, paths in found.items() if name not in doubtful} | truly
    return found


def _before(layouts: Layouts, commit: Commit, layout: Layout, are_said: bool) -> tuple[Layout | None, bool]:
    """Return the layout before a commit that has `layout`, and whether settings say it there, too."""
    if commit.parent is None:
        return layout, are_said
    if any(change.path in FILES for change in commit.changes or ()):
        return layouts.before(commit.parent), layouts.are_said(commit.parent)
    # Without settings, the layout depends on which folders exist.
    return (layout if are_said else layouts.before(commit.parent)), are_said
