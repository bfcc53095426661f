"""The interface that every place for releases, issues and pull requests has."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from flux.forge.reporting import Reporting


@dataclass(frozen=True)
class Release:
    """A published release. `commit` is the commit of its git tag."""

    tag: str
    commit: str
    title: str
    body: str
    prerelease: bool
    author: str
    url: str
    published: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Issue:
    """An issue as it is now; `body` has LF line ends."""

    number: int
    title: str
    body: str
    author: str
    open: bool
    labels: tuple[str, ...]
    url: str
    updated: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Comment:
    """A comment on an issue or a pull request; its `id` is unique in the forge."""

    id: int
    body: str
    author: str
    edited: bool = False
    """Whether somebody has changed it since it was written."""
    created: float | None = field(default=None, compare=False)
    """By the forge's clock, in seconds since the epoch; None where it has none."""


class PullState(StrEnum):
    """Of a pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True)
class PullRequest:
    """A pull request from `branch` of the same repository into `base`; `head` is the commit it is at."""

    number: int
    title: str
    body: str
    branch: str
    head: str
    base: str
    state: PullState
    author: str
    url: str
    merge_commit: str = ""
    """What it became on its base, where the forge merged it."""
    merged: float | None = None
    """When the forge merged it, in seconds since the epoch."""
    merger: str = ""
    """Who merged it. Only the look at one pull request tells."""
    auto_merge: str = field(default="", compare=False)
    """Who let the forge merge it by itself, empty where a person has to."""


@dataclass(frozen=True)
class Review:
    """A review of a pull request at a commit. A review that neither approves nor refuses does not count."""

    who: str
    approves: bool
    commit: str


@dataclass(frozen=True)
class Protection:
    """What prevents that everybody who may push can change a branch."""

    approvals: int | None
    """That a pull request needs before it is merged; None where the forge does not tell who asks."""
    owners: bool | None = field(default=False, compare=False)
    """Whether one of them has to be a code owner's; None as above."""
    dismisses: bool | None = field(default=False, compare=False)
    """Whether new commits dismiss them; None as above."""
    checks: Mapping[str, int | None] | None = field(default_factory=dict, compare=False)
    """The checks that have to be green, each with the App that has to say so, or None for anybody; None where
    the forge does not tell."""


@dataclass(frozen=True)
class TagRules:
    """Rules for the tags whose refs match: of `kinds` such as `creation`, only some may do that."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    kinds: frozenset[str]

    def covers(self, ref: str) -> bool:
        return _matches(self.include, ref) and not _matches(self.exclude, ref)


@dataclass(frozen=True)
class Environment:
    """The jobs that may read its secrets: those of `refs` such as `heads/main`; None for all jobs."""

    name: str
    refs: tuple[str, ...] | None


@dataclass(frozen=True)
class Keepers:
    """Where a secret is kept; `everywhere` is for the jobs of any workflow of the repository."""

    everywhere: bool
    environments: tuple[Environment, ...]


def _matches(patterns: tuple[str, ...], ref: str) -> bool:
    """As GitHub's rulesets match: `*` stops at a slash, `**/` is any folders or none."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    for pattern in patterns:
        parts = re.findall(r"\*\*/|\*\*|.", pattern, re.DOTALL)
        expression = "".join(known.get(part) or re.escape(part) for part in parts)
        if pattern == "~ALL" or re.fullmatch(expression, ref, re.DOTALL):
            return True
    return False


class Forge(Reporting, Protocol):
    """The forge of one repository. A failure raises ForgeError, which names the missing permission."""

    tells_edits: bool
    """Whether an edit of an issue reaches a workflow as an event that names its sender."""

    # Who

    def login(self) -> str | None:
        """Whose token or identity this is; None where the forge does not say (an App's token)."""

    def account(self) -> str | None:
        """The same, also for an App, if that can be found out."""

    def permission(self, login: str) -> str:
        """`admin`, `write`, `read` or `none`. Raises ForgeError where it cannot be looked up."""

    def lacks(self) -> Sequence[str] | None:
        """What who asks is not allowed of what commands need, in the forge's words; None where it does not
        tell (a fine-grained token, an App's)."""

    def has_account(self, login: str) -> bool:
        """Whether there is a person or an App of that name."""

    def now(self) -> float:
        """The time by the forge's clock, in seconds since the epoch."""

    # Releases

    def release(self, tag: str) -> Release | None:
        """The published release of a tag."""

    def releases(self) -> Sequence[Release]:
        """Every published release, the newest first."""

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        """Tag a commit and publish a release of it, without making it the repository's latest."""

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        """Start a workflow by its file name, at a branch; False where none has that name. Nothing to be done
        is done where a forge has no workflows."""

    # Images

    def is_attested(self, digest: str) -> bool:
        """Whether it was attested here how the image of a digest was built. Nothing needs to be where a forge
        has no attestations."""

    # Issues

    def issue(self, number: int) -> Issue | None: ...

    def issues(self, label: str) -> Sequence[Issue]:
        """Every issue with a label, open or closed, the oldest first; pull requests are not among them."""

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        """Open an issue, with the assignee where that is possible, making the label where there is none."""

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None: ...

    def first_title(self, number: int) -> str:
        """The title that an issue was opened with, whoever has changed it since."""

    def comments(self, number: int) -> Sequence[Comment]:
        """Every comment on an issue or pull request, the oldest first."""

    def create_comment(self, number: int, body: str) -> Comment: ...

    def edit_comment(self, number: int, comment: int, body: str) -> None: ...

    # Pull requests

    def pull_request(self, number: int) -> PullRequest | None: ...

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        """Those in a state, or from a branch, or all; the oldest first."""

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        """Raises ForgeError where the branch has nothing that its base lacks."""

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None: ...

    def reviews(self, number: int) -> Sequence[Review]:
        """The reviews of a pull request, the oldest first; one that was dismissed approves no more."""

    # Branches

    def branch(self, name: str) -> str | None:
        """The commit that a branch is at."""

    def tip_at(self, branch: str, time: float) -> str | None:
        """The commit that a branch was at at a time, by when the forge received what was pushed and merged;
        None where it does not tell. Who made a commit has no say in that."""

    def forced_from(self, branch: str) -> Sequence[str]:
        """The commits that somebody removed from a branch by force, the newest first; none if
        the forge does not tell."""

    def branches(self, prefix: str) -> Mapping[str, str]:
        """The branches whose names begin so, and the commits that they are at."""

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """A commit with the first parent's tree and these files instead; on no branch yet."""

    def vouch(self, commit: str) -> None:
        """Record who made a commit that was just made here, so that `makers` knows it."""

    def makers(self, base: str, head: str) -> Mapping[str, Collection[str]]:
        """The commits up to `head` that are not up to `base`, each with the logins that are known to have
        made it or to answer for it; none for a commit that only says whose it is."""

    def create_branch(self, name: str, commit: str) -> bool:
        """Whether the branch could be made; False where there is one."""

    def advance_branch(self, name: str, commit: str) -> bool:
        """Whether the branch could be moved forward to the commit; False where that is not a fast-forward."""

    def delete_branch(self, name: str, at: str) -> bool:
        """Whether the branch is gone; False where it is not at this commit any more."""

    def protection(self, branch: str) -> Protection | None:
        """None if everybody who may push can change the branch."""

    def workflows_may_propose(self) -> bool | None:
        """Whether workflows may open pull requests with the token that each run is given; None where there
        are none, and where the forge does not tell who asks."""

    def tag_rules(self) -> Sequence[TagRules] | None:
        """The rules that say who may make, move and delete tags; None where the forge does not tell."""

    def keepers(self, secret: str) -> Keepers | None:
        """Where a secret for workflows is kept; None where the forge does not tell who asks."""

    def owner_faults(self, branch: str) -> Sequence[str]:
        """The errors in the CODEOWNERS file, such as an owner that the forge does not know."""
