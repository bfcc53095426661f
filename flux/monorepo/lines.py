"""The lines that releases come from: main's, and those of maintenance branches."""

import re
from collections.abc import Mapping
from functools import lru_cache

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo


def lines(monorepo: Monorepo) -> dict[str, str]:
    """The branches that releases come from, main first, and the newest commit of each. All are here then.

    Raises GitError where their home does not answer.
    """
    main = monorepo.settings.branch
    found = {main: monorepo.tip}
    others = maintenance(monorepo)
    if others:
        monorepo.git.obtain_all(others.values())
    return found | others


def maintenance(monorepo: Monorepo) -> dict[str, str]:
    """The maintenance branches at their home, by name."""
    main, patterns = monorepo.settings.branch, monorepo.settings.branches
    if set(patterns) <= {main}:
        return {}
    heads = monorepo.home_heads
    return {name: heads[name] for name in sorted(heads) if name != main and matches(patterns, name)}


def find_line(monorepo: Monorepo, commit: str) -> str | None:
    """The branch on whose first-parent line a commit is, main before others; None where it is on none.

    Raises HistoryMissingError where a shallow clone cannot tell.
    """
    git = monorepo.git
    if not git.obtain(commit):
        return None
    return next((name for name, tip in lines(monorepo).items() if git.is_on_line(commit, tip)), None)


def find_released_line(monorepo: Monorepo, commit: str) -> str | None:
    """The branch on whose first-parent line a commit is, or was before somebody pulled into the branch."""
    if found := find_line(monorepo, commit):
        return found
    git = monorepo.git
    if not git.obtain(commit):
        return None
    return next((name for name, tip in lines(monorepo).items() if commit in git.former_line(tip, name)), None)


def require_released_on_line(monorepo: Monorepo, commit: str, tag: str) -> None:
    """Raises RequestError for the commit of a tag that is on no line, and was on none."""
    if find_released_line(monorepo, commit) is None:
        require_on_line(monorepo, commit, tag)


def require_on_line(monorepo: Monorepo, commit: str, what: str) -> str:
    """The branch on whose first-parent line a commit is. Raises RequestError where it is on none."""
    if (found := find_line(monorepo, commit)) is not None:
        return found
    branch = monorepo.settings.branch
    for name, tip in lines(monorepo).items():
        if merge := monorepo.git.merge_of(commit, tip):
            raise RequestError(
                f"{what} is at {commit[:12]}, a commit of a branch that {merge[:12]} merged into {name}",
                f"release {merge[:12]}, which is on the first-parent line of {name}",
            )
    others = [pattern for pattern in monorepo.settings.branches if pattern != branch]
    raise RequestError(
        f"{what} is at {commit[:12]}, which is not on {' or '.join([branch, *others])}",
        f"merge it into {branch} first",
    )


def on_line(monorepo: Monorepo, line: str, commits: Mapping[str, str]) -> set[str]:
    """The keys of those commits that are on a branch's first-parent line."""
    members = set(monorepo.git.first_parents(lines(monorepo)[line], list(commits.values())))
    return {key for key, commit in commits.items() if commit in members}


def matches(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a branch is one of those named. `*` stands for any part of a name up to a slash."""
    return any(_expression(pattern).fullmatch(name) for pattern in patterns)


@lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*+)", pattern)
    wild = {"*": "[^/]*"}
    return re.compile("".join(wild.get(p) or (".*" if p.startswith("*") else re.escape(p)) for p in parts))
