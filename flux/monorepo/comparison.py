"""Chooses the two commits to compare. The choice depends on what started this run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flux.errors import RequestError, TipUnknownError
from flux.event import PullRequestCommits, Push
from flux.monorepo.monorepo import Monorepo
from flux.notice import AnyNotice, Notice


@dataclass(frozen=True)
class Comparison:
    """Two commits. `base` is None if everything at `head` is new."""

    base: str | None
    head: str
    notices: list[AnyNotice] = field(default_factory=list)


def find_comparison(monorepo: Monorepo, since: str | None) -> Comparison:
    """Return the commits to compare. With `since`, these are that revision and HEAD. In Actions, they are
    what the event pushed or proposes. In a terminal, they are the point where HEAD left the tip, and HEAD.

    Raises TipUnknownError if the tip was never fetched, and RequestError for a commit that does not exist.
    """
    if since is not None:
        return Comparison(monorepo.git.commit(since), monorepo.git.head())
    match monorepo.event.change:
        case Push() as push:
            return _push(monorepo, push)
        case PullRequestCommits() as request:
            return _pull_request(monorepo, request)
        case _:
            return _terminal(monorepo)


def _push(monorepo: Monorepo, push: Push) -> Comparison:
    if push.after is None:
        head = monorepo.git.head()
        return Comparison(head, head, [f"{push.ref} was deleted: nothing to build"])
    after = require_commit(monorepo, push.after)
    if push.before is not None and monorepo.git.obtain(push.before):
        return Comparison(monorepo.git.commit(push.before), after)
    if push.before is not None:
        gone = f"{push.before[:12]}, where {push.ref} was before the force push, is gone from origin"
        return Comparison(None, after, [f"{gone}: no artifact can be ruled out, so all count as changed"])
    if push.ref == f"refs/heads/{monorepo.settings.branch}":
        return Comparison(None, after)
    try:
        tip, notices = _tip(monorepo)
    except TipUnknownError as unknown:
        return Comparison(None, after, [Notice(unknown, then=f"everything on {push.ref} counts as new")])
    return _since_branching(monorepo, tip, after, notices)


def _pull_request(monorepo: Monorepo, request: PullRequestCommits) -> Comparison:
    base, head = require_commit(monorepo, request.base), require_commit(monorepo, request.head)
    return _since_branching(monorepo, base, head)


def _terminal(monorepo: Monorepo) -> Comparison:
    head = monorepo.git.head()
    tip, notices = _tip(monorepo)
    return _since_branching(monorepo, tip, head, notices)


def _tip(monorepo: Monorepo) -> tuple[str, list[AnyNotice]]:
    """Return the tip and notices. If origin does not answer, the last fetched tip is good enough."""
    try:
        return monorepo.tip, []
    except TipUnknownError as unknown:
        known = monorepo.git.last_known_tip(monorepo.settings.branch)
        if known is None:
            raise
        last = f"compared with {monorepo.settings.branch} as last fetched, {known[:12]}"
        return known, [Notice(unknown, then=last)]


def _since_branching(
    monorepo: Monorepo, branch: str, head: str, notices: Sequence[AnyNotice] = ()
) -> Comparison:
    base = monorepo.git.merge_base(branch, head)
    unrelated = f"{head[:12]} has no history in common with {branch[:12]}: all of it counts as new"
    return Comparison(base, head, [*notices, *([] if base else [unrelated])])


def commit_to_check(monorepo: Monorepo) -> str:
    """Return the checked out commit. A job of `pull_request_target` checks out the base: return its head.

    Raises RequestError for a commit that does not exist.
    """
    event = monorepo.event
    if event.name == "pull_request_target" and isinstance(event.change, PullRequestCommits):
        return require_commit(monorepo, event.change.head)
    return monorepo.git.head()


def require_commit(monorepo: Monorepo, named: str) -> str:
    """Return the commit that an event names. If it names an annotated tag, return the tag's commit.

    Raises RequestError if the object does not exist, or if it has no commit.
    """
    if not monorepo.git.obtain(named):
        raise RequestError(
            f"the event's commit {named[:12]} is not in this clone and could not be fetched from origin",
            "check out the GitHub repository of the event, with `fetch-depth: 0`",
        )
    return monorepo.git.commit(named)
