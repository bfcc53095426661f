"""Moving a branch or a tag, and what follows from it: events, and issues and pull requests that close."""

import re
from functools import cache
from typing import Any

from tests.github.gitdata import NULL
from tests.github.state import Activity, Issue, Pull, Repository, Token
from tests.github.world import World

_CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b", re.IGNORECASE)

# A push event lists no more commits, and of more tags at once none is told.
_COMMITS = 2048
_TAGS = 3


def move(
    world: World,
    repo: Repository,
    token: Token,
    ref: str,
    old: str | None,
    new: str | None,
    merges: bool = False,
) -> None:
    """Move a ref from where it is, make it, or delete it, and tell everybody. A pull request may do that."""
    repo.git.set_ref(ref, new, old)
    _follow(world, repo, token, ref, old, new, merges)


def notice(world: World, repo: Repository, token: Token) -> None:
    """Follow what git itself has moved since the last time."""
    known, now = dict(repo.known), repo.git.refs()
    moved = [ref for ref in sorted(known.keys() | now.keys()) if known.get(ref) != now.get(ref)]
    if len([ref for ref in moved if ref.startswith("refs/tags/")]) > _TAGS:
        repo.known |= {ref: sha for ref, sha in now.items() if ref.startswith("refs/tags/")}
        moved = [ref for ref in moved if not ref.startswith("refs/tags/")]
    for ref in moved:
        _follow(world, repo, token, ref, known.get(ref), now.get(ref))


def _follow(
    world: World,
    repo: Repository,
    token: Token,
    ref: str,
    old: str | None,
    new: str | None,
    merges: bool = False,
) -> None:
    """What there is to tell and to do about a ref that was moved."""
    if new is None:
        repo.known.pop(ref, None)
    else:
        repo.known[ref] = new
    if not ref.startswith(("refs/heads/", "refs/tags/")) or old == new:
        return
    _tell(world, repo, token, ref, old, new)
    if ref.startswith("refs/heads/"):
        kind = "pr_merge" if merges else _kind(repo, old, new)
        repo.activities.append(Activity(world.next_id(), token.account, ref, old, new, kind, world.now()))
        _follow_branch(world, repo, token, ref.removeprefix("refs/heads/"), old, new)


def _kind(repo: Repository, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "branch_creation" if new else "branch_deletion"
    return "push" if repo.git.is_ancestor(old, new) else "force_push"


def _follow_branch(
    world: World, repo: Repository, token: Token, branch: str, old: str | None, new: str | None
) -> None:
    """What becomes of the pull requests from and to a branch, and of the issues that its commits close."""
    for pull in [pull for pull in repo.pulls if not pull.closed and branch in (pull.head, pull.base)]:
        if new is None:
            close(world, repo, token, pull)
        elif pull.head == branch:
            pull.head_sha, pull.updated = new, world.now()
            pull.base_sha = repo.git.branch(pull.base) or pull.base_sha
            world.tell_issue(repo, token, "synchronize", pull, before=old, after=new)
        elif repo.git.is_ancestor(repo.head(pull), new):
            merged(world, repo, token, pull, new)
    if branch == repo.default_branch and old and new:
        messages = [repo.git.commit(sha).message for sha in repo.git.history(new, f"^{old}")]
        close_named(world, repo, token, *messages)


def close(world: World, repo: Repository, token: Token, issue: Issue, reason: str | None = None) -> None:
    if isinstance(issue, Pull):
        issue.head_sha = repo.head(issue)
        issue.auto_merge = None
    issue.closed = issue.updated = world.now()
    issue.closed_by = token.account
    issue.reason = None if isinstance(issue, Pull) else reason or "completed"
    world.tell_issue(repo, token, "closed", issue)


def merged(world: World, repo: Repository, token: Token, pull: Pull, commit: str) -> None:
    pull.merged, pull.merged_by, pull.merge_commit = world.now(), token.account, commit
    close(world, repo, token, pull)
    if pull.base == repo.default_branch:
        close_named(world, repo, token, pull.body or "")


def close_named(world: World, repo: Repository, token: Token, *texts: str) -> None:
    """Close the issues that texts on the default branch say they close."""
    for number in _CLOSING.findall(" ".join(texts)):
        issue = repo.issues.get(int(number))
        if issue and not issue.closed and not isinstance(issue, Pull):
            close(world, repo, token, issue)


def _tell(world: World, repo: Repository, token: Token, ref: str, old: str | None, new: str | None) -> None:
    _, kind, name = ref.split("/", 2)
    named: dict[str, Any] = {"ref": name, "ref_type": "branch" if kind == "heads" else "tag"}
    named["pusher_type"] = "user"
    if old is None:
        world.tell(repo, token, "create", **named, master_branch=repo.default_branch, description=None)
    world.tell(repo, token, "push", **_push(world, repo, token, ref, old, new))
    if new is None:
        world.tell(repo, token, "delete", **named)


def _push(
    world: World, repo: Repository, token: Token, ref: str, old: str | None, new: str | None
) -> dict[str, Any]:
    git = repo.git
    before, after = (git.peel(old) if old else None), (git.peel(new) if new else None)
    view = world.git_view(repo)

    @cache
    def shown(sha: str) -> dict[str, Any]:
        commit = git.commit(sha)
        return view.pushed_commit(commit, git.changes(next(iter(commit.parents), None), sha))

    if after is None:
        shas = []
    elif before is not None:
        shas = git.history(after, f"^{before}")
    else:
        # Of a new ref what no branch had before it.
        others = [sha for name, sha in git.refs("refs/heads/").items() if name != ref]
        shas = git.history(after, *(f"^{sha}" for sha in others))
    start = before[:12] if before else f"{after}^"[:12]
    return {
        "ref": ref,
        "before": old or NULL,
        "after": new or NULL,
        "created": old is None,
        "deleted": new is None,
        "forced": bool(before and after and not git.is_ancestor(before, after)),
        "base_ref": None,
        "compare": f"{view.html}/compare/{start}...{(after or '')[:12]}",
        "commits": [shown(sha) for sha in reversed(shas[:_COMMITS])],
        "head_commit": shown(after) if after else None,
        "pusher": {"name": token.account.login, "email": token.account.email},
    }
