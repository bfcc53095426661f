"""The first-parent line, and which artifacts each of its commits changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from flux.artifact.changes import Commit, Passed, changed_files, passed
from flux.artifact.image import published
from flux.artifact.tree import File
from flux.git.clone import Clone
from flux.monorepo.layouts import Layouts
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES
from flux.settings.layout import Layout


def walk(monorepo: Monorepo, commit: str, names: Sequence[str], until: str | None = None) -> Iterator[Passed]:
    """The first-parent line back from `commit`, without what `until` has, as far as it concerns the
    artifacts.

    Each commit is judged by its own settings. A commit whose settings cannot be read counts as if it had
    those before it. Raises ContentError where those of `commit` cannot be read.
    """
    start: str | None = commit
    layout = monorepo.layouts.at(commit)
    while start:
        stretch = monorepo.git.line(start, layout.prefix, names, until=until, also=FILES)
        start = None
        for at in stretch:
            before = _layout_before(monorepo.layouts, at, layout)
            if before == layout or at.parent is None:
                yield passed(at, layout.prefix, layout.excludes)
                continue
            old = (at.parent, before) if before else None
            yield Passed(at.revision, compare(monorepo.git, old, (at.revision.commit, layout), names))
            if before:
                start, layout = at.parent, before
            break


def changed_between(
    monorepo: Monorepo, old: str | None, new: str, name: str | None = None
) -> dict[str, list[str]]:
    """The artifacts, or the one named, that are published otherwise at `new` than at `old`, each with the
    files that say so. All of them are where `old` is None. Raises ContentError as `walk`."""
    layout = monorepo.layouts.at(new)
    before = monorepo.layouts.before(old) if old else layout
    if before != layout:
        names = None if name is None else [name]
        return compare(monorepo.git, (old, before) if old and before else None, (new, layout), names)
    git, folder = monorepo.git, f"{layout.prefix}{name}" if name else layout.prefix
    return changed_files(
        git.changes(old, new, folder),
        layout.prefix,
        layout.excludes,
        git.folders_of(old),
        git.folders_of(new),
    )


def compare(
    git: Clone,
    old: tuple[str, Layout] | None,
    new: tuple[str, Layout],
    names: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """The artifacts that are published otherwise, read from the trees of two commits and their layouts."""
    before, after = _published(git, *old, names) if old else {}, _published(git, *new, names)
    was = (old or new)[1].prefix
    found: dict[str, list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one != other:
            there = set(other or {}) | ({""} if other is not None else set())
            told = _differing(one or {}, other or {})
            found[name] = [f"{new[1].prefix if path in there else was}{name}/{path}" for path in told]
    return found


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The paths that say so: files, else folders, else the artifact itself."""
    differing = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    return [path for path in differing if not path.endswith("/")] or differing or [""]


def _layout_before(layouts: Layouts, commit: Commit, layout: Layout) -> Layout | None:
    """The layout before a commit on the line, which has this one."""
    changed = any(change.path in FILES for change in commit.changes or ())
    return layouts.before(commit.parent) if changed and commit.parent else layout


def _published(
    git: Clone, commit: str, layout: Layout, names: Collection[str] | None
) -> dict[str, dict[str, File | bool]]:
    """What is published of each artifact: its files, and its folders, whose paths end in `/`."""
    present = git.artifacts(commit, layout.prefix, None if names is None else list(names))
    found: dict[str, dict[str, File | bool]] = {}
    for name, files in git.files(commit, layout.prefix, present).items():
        folders, kept = published(files, layout.excludes)
        entries: dict[str, File | bool] = {f"{folder}/": True for folder in folders}
        found[name] = entries | {file.path: file for file in kept}
    return found
