"""The interface of every forge: a place for releases, issues and pull requests."""

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
    """By the forge's clock, in seconds since the epoch; None if it has none."""


class PullState(StrEnum):
    """The state of a pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True)
class PullRequest:
    """A pull request from `branch` of the same repository into `base`. `head` is its commit."""

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
    """Its commit on the base, if the forge merged it."""
    merged: float | None = None
    """When the forge merged it, in seconds since the epoch."""
    merger: str = ""
    """Who merged it. Only `pull_request` fills this in."""
    auto_merge: str = field(default="", compare=False)
    """Who switched on auto-merge; empty if a person has to merge it."""


@dataclass(frozen=True)
class Forced:
    """The commits that force pushes removed from a branch, newest first: `now` since the branch was created,
    `before` from earlier branches of its name. `is_all` is False if there may be more."""

    now: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    is_all: bool = True


@dataclass(frozen=True)
class Review:
    """A review of a pull request at a commit. Reviews that neither approve nor refuse are left out."""

    who: str
    approves: bool
    commit: str


@dataclass(frozen=True)
class Protection:
    """The conditions under which people with write permission can change a branch."""

    approvals: int | None
    """The approvals that a pull request needs; None if the forge does not tell this account."""
    owners: bool | None = field(default=False, compare=False)
    """Whether a code owner must approve; None as above."""
    dismisses: bool | None = field(default=False, compare=False)
    """Whether new commits dismiss approvals; None as above."""
    checks: Mapping[str, int | None] | None = field(default_factory=dict, compare=False)
    """The required checks, each with the App that must report it, or None for any account; None if the forge
    does not tell."""


@dataclass(frozen=True)
class TagRules:
    """Rules for the tags whose refs match. Only some accounts may do `kinds`, such as `creation`."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    kinds: frozenset[str]

    def covers(self, ref: str) -> bool:
        return _matches(self.include, ref) and not _matches(self.exclude, ref)


@dataclass(frozen=True)
class Environment:
    """The jobs that may read its secrets: those of `refs`, such as `heads/main`; None for all jobs."""

    name: str
    refs: tuple[str, ...] | None


@dataclass(frozen=True)
class Keepers:
    """The places of a secret. If `everywhere`, jobs of any workflow of the repository can read it."""

    everywhere: bool
    environments: tuple[Environment, ...]


def _matches(patterns: tuple[str, ...], ref: str) -> bool:
    """Whether a ref matches as in GitHub's rulesets."""
    return any(one == "~ALL" or re.fullmatch(pattern_expression(one), ref, re.DOTALL) for one in patterns)


def pattern_expression(pattern: str) -> str:
    """Return a pattern of GitHub as a regular expression: `*` stops at a slash, `**/` is any folders or
    none."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"\*\*/|\*\*|.", pattern, re.DOTALL)
    return "".join(known.get(part) or re.escape(part) for part in parts)


class Forge(Reporting, Protocol):
    """The forge of one repository. Each failure raises ForgeError, which names a missing permission."""

    tells_edits: bool
    """Whether an edit of an issue starts a workflow with an event that names its sender."""

    # Who

    def login(self) -> str | None:
        """Return the account of this token or identity; None if the forge does not say (an App's token)."""

    def account(self) -> str | None:
        """Return the same, but also for an App if possible."""

    def permission(self, login: str) -> str:
        """Return `admin`, `write`, `read` or `none`. Raises ForgeError if the lookup fails."""

    def lacks(self) -> Sequence[str] | None:
        """Return the permissions that commands need and this account lacks, in the forge's words; None if the
        forge does not tell (a fine-grained token, an App's)."""

    def has_account(self, login: str) -> bool:
        """Whether there is a person or an App with that name."""

    def now(self) -> float:
        """Return the time by the forge's clock, in seconds since the epoch."""

    # Releases

    def release(self, tag: str) -> Release | None:
        """Return the published release of a tag."""

    def releases(self) -> Sequence[Release]:
        """Return every published release, newest first."""

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        """Tag a commit and publish a release of it, but do not make it the repository's latest."""

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        """Start a workflow by its file name, at a branch. Return False if no workflow has that name. A forge
        without workflows returns True."""

    # Images

    def is_attested(self, digest: str) -> bool:
        """Whether an attestation here says how the image of a digest was built. It is always true if a forge
        has no attestations."""

    # Issues

    def issue(self, number: int) -> Issue | None: ...

    def issues(self, label: str) -> Sequence[Issue]:
        """Return every issue with a label, open or closed, oldest first, without pull requests."""

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        """Open an issue, with the assignee if possible. Create the label if it does not exist."""

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None: ...

    def first_title(self, number: int) -> str:
        """Return the title that an issue was opened with, even if it was changed since."""

    def comments(self, number: int, exact: bool = False) -> Sequence[Comment]:
        """Return every comment on an issue or pull request, oldest first. Only with `exact`, `edited` is also
        true if somebody edited the comment in the second in which it was made."""

    def create_comment(self, number: int, body: str) -> Comment: ...

    def edit_comment(self, number: int, comment: int, body: str) -> None: ...

    # Pull requests

    def pull_request(self, number: int) -> PullRequest | None: ...

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        """Return those in a state, or from a branch, or all; oldest first."""

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        """Open a pull request. Raises ForgeError if the branch has nothing that its base lacks."""

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None: ...

    def reviews(self, number: int) -> Sequence[Review]:
        """Return the reviews of a pull request, oldest first. A dismissed one no longer approves."""

    # Branches

    def branch(self, name: str) -> str | None:
        """Return the commit that a branch is at."""

    def tip_at(self, branch: str, time: float) -> str | None:
        """Return the commit that a branch was at at a time; None if the forge does not tell. The time is when
        the forge received a push or merge. The commit's author cannot change it."""

    def forced_from(self, branch: str) -> Forced:
        """Return the commits that force pushes removed from a branch; none if the forge does not tell."""

    def branches(self, prefix: str) -> Mapping[str, str]:
        """Return the branches whose names begin with `prefix`, and their commits."""

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """Return a new commit with the first parent's tree and these files. It is on no branch yet."""

    def vouch(self, commit: str) -> None:
        """Record who made a commit that was just made here, so that `makers` knows it."""

    def makers(self, base: str, head: str) -> Mapping[str, Collection[str]]:
        """Return the commits up to `head` that are not up to `base`, each with the logins that verifiably
        made it or answer for it. The author that a commit only claims does not count."""

    def create_branch(self, name: str, commit: str) -> bool:
        """Return whether the branch could be created; False if it exists."""

    def advance_branch(self, name: str, commit: str) -> bool:
        """Return whether the branch could move forward to the commit; False if that is no fast-forward."""

    def delete_branch(self, name: str, at: str) -> bool:
        """Return whether the branch is gone; False if it is no longer at this commit."""

    def protection(self, branch: str) -> Protection | None:
        """Return the protection of a branch; None if everybody who may push can change it."""

    def workflows_may_propose(self) -> bool | None:
        """Whether workflows may open pull requests with the token of their run. None if there are no
        workflows, or if the forge does not tell this account."""

    def tag_rules(self) -> Sequence[TagRules] | None:
        """Return who may create, move and delete tags; None if the forge does not tell."""

    def keepers(self, secret: str) -> Keepers | None:
        """Return where a workflow secret is stored; None if the forge does not tell this account."""

    def owner_faults(self, branch: str) -> Sequence[str]:
        """Return the errors in the CODEOWNERS file, such as an owner that the forge does not know."""
