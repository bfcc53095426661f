"""The first-parent lines that releases come from: main and the maintenance branches."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice

from flux.errors import ContentError, RequestError
from flux.monorepo.artifacts import find_artifacts
from flux.monorepo.first_parents import changed_between, walk_first_parents
from flux.monorepo.monorepo import Monorepo

_MOST_COMPARED = 100  # contents of an artifact on a line
_MOST_JUDGED = 100  # releases that are not on a line


def lines(monorepo: Monorepo) -> dict[str, str]:
    """Return the branches that releases come from, main first, with the newest commit of each.

    The commits are fetched. Raises GitError if their home does not answer.
    """
    main = monorepo.settings.branch
    found = {main: monorepo.tip}
    others = maintenance(monorepo)
    if others:
        monorepo.git.obtain_all(others.values())
    return found | others


def maintenance(monorepo: Monorepo) -> dict[str, str]:
    """Return the maintenance branches at their home, by name."""
    main, patterns = monorepo.settings.branch, monorepo.branches
    if set(patterns) <= {main}:
        return {}
    heads = monorepo.home_heads
    return {name: heads[name] for name in sorted(heads) if name != main and matches(patterns, name)}


def find_line(monorepo: Monorepo, commit: str) -> str | None:
    """Return the branch whose first-parent line has a commit, or None. Main comes before other branches.

    Raises HistoryMissingError if a shallow clone does not have enough history.
    """
    git = monorepo.git
    if not git.obtain(commit):
        return None
    return next((name for name, tip in lines(monorepo).items() if git.is_on_line(commit, tip)), None)


def find_released_line(monorepo: Monorepo, commit: str, artifact: str = "") -> str | None:
    """Return the branch that an artifact's release at a commit is from, or None.

    The commit is on the branch's first-parent line, or was on it before somebody pulled into the branch. If
    the merge does not tell whether it was, the line must have the artifact with the same content. Without an
    artifact, the result is None then.
    """
    if found := find_line(monorepo, commit):
        return found
    if not monorepo.git.obtain(commit):
        return None
    return next(
        (name for name, tip in lines(monorepo).items() if _was_on(monorepo, name, tip, commit, artifact)),
        None,
    )


def _was_on(monorepo: Monorepo, name: str, tip: str, commit: str, artifact: str) -> bool:
    git = monorepo.git
    if commit in git.former_line(tip, name):
        return True
    merge = git.merge_of(commit, tip) if artifact else None
    return (
        merge is not None
        and not git.names_a_branch(merge, name)
        and _is_published_on(monorepo, tip, commit, artifact)
    )


def _is_published_on(monorepo: Monorepo, tip: str, commit: str, artifact: str) -> bool:
    """Whether some commit of a line has the same content of an artifact as `commit`."""
    with suppress(ContentError):
        changes = islice(walk_first_parents(monorepo, tip, [artifact]), _MOST_COMPARED)
        return any(_is_same(monorepo, passed.revision.commit, commit, artifact) for passed in changes)
    return False


def _is_same(monorepo: Monorepo, one: str, other: str, artifact: str) -> bool:
    with suppress(ContentError):
        there = find_artifacts(monorepo.git, other, monorepo.layouts.at(other), [artifact]).folders
        return artifact in there and not changed_between(monorepo, one, other, artifact)
    return False


def off_lines(monorepo: Monorepo, made: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the releases for which `find_released_line` finds no branch.

    `made` has artifacts and the commits of their releases, the newest first. If very many have to be
    compared, the last ones are not: they count as off the lines. Raises HistoryMissingError if a shallow
    clone does not have enough history.
    """
    git, off = monorepo.git, {commit for _, commit in made}
    beside: list[tuple[str, str]] = []
    for name, tip in _each_line(monorepo):
        if not (off := git.off_line(off, tip)):
            return set()
        beside.append((name, tip))
    left = [one for one in dict.fromkeys(made) if one[1] in off]
    for name, tip in beside:
        merged = git.merged_into({commit for _, commit in left}, tip)
        judged = [one for one in left if one[1] in merged][:_MOST_JUDGED]
        was_on = {
            (artifact, commit)
            for artifact, commit in judged
            if _was_on(monorepo, name, tip, commit, artifact)
        }
        left = [one for one in left if one not in was_on]
    return set(left)


def _each_line(monorepo: Monorepo) -> Iterator[tuple[str, str]]:
    """Yield what `lines` returns. The other branches are read only if the caller needs more than main."""
    yield monorepo.settings.branch, monorepo.tip
    yield from (one for one in lines(monorepo).items() if one[0] != monorepo.settings.branch)


def require_released_on_line(monorepo: Monorepo, commit: str, tag: str, artifact: str) -> None:
    """Raise RequestError if the commit of a tag is on no line, and was on none."""
    if find_released_line(monorepo, commit, artifact) is None:
        require_on_line(monorepo, commit, tag)


def require_on_line(monorepo: Monorepo, commit: str, what: str) -> str:
    """Return the branch whose first-parent line has a commit. Raises RequestError if there is none."""
    if (found := find_line(monorepo, commit)) is not None:
        return found
    branch = monorepo.settings.branch
    for name, tip in lines(monorepo).items():
        if merge := monorepo.git.merge_of(commit, tip):
            raise RequestError(
                f"{what} is at {commit[:12]}, a commit of a branch that {merge[:12]} merged into {name}",
                f"release {merge[:12]}, which is on the first-parent line of {name}",
            )
    raise RequestError(
        f"{what} is at {commit[:12]}, which is not on {named_lines(monorepo)}",
        or_its_branch(monorepo, f"merge it into {branch} first"),
    )


def named_lines(monorepo: Monorepo) -> str:
    """Return the names of the branches that releases come from, for people."""
    return " or ".join(dict.fromkeys([monorepo.settings.branch, *monorepo.branches]))


def or_its_branch(monorepo: Monorepo, fix: str) -> str:
    """Return a hint for a commit that is on no line. Its maintenance branch may have been deleted."""
    has_others = set(monorepo.branches) - {monorepo.settings.branch}
    return f"{fix}, or push its maintenance branch again if that was deleted" if has_others else fix


def on_line(monorepo: Monorepo, line: str, commits: Mapping[str, str]) -> set[str]:
    """Return the keys of the commits that are on a branch's first-parent line."""
    members = set(monorepo.git.first_parents(lines(monorepo)[line], list(commits.values())))
    return {key for key, commit in commits.items() if commit in members}


def matches(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a branch matches one of the patterns. `*` stands for any part of a name up to a slash."""
    return any(_expression(pattern).fullmatch(name) for pattern in patterns)


@lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*+)", pattern)
    wild = {"*": "[^/]*"}
    return re.compile("".join(wild.get(p) or (".*" if p.startswith("*") else re.escape(p)) for p in parts))
