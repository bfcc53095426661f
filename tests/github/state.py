"""What a GitHub remembers besides git: who there is, who may what, issues, pull requests, releases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from tests.github.gitdata import Git


class Role(IntEnum):
    """In a repository, each with all that the ones before it may."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    def __str__(self) -> str:
        return self.name.lower()

    @property
    def permission(self) -> str:
        """The role as the API had it before there were five."""
        return {Role.TRIAGE: "read", Role.MAINTAIN: "write"}.get(self, str(self))


class Kind(StrEnum):
    """Of an account."""

    USER = "User"
    BOT = "Bot"
    ORGANIZATION = "Organization"


@dataclass(frozen=True)
class Account:
    id: int
    login: str
    kind: Kind = Kind.USER

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


class Secret(StrEnum):
    """The kinds of token."""

    CLASSIC = "classic"
    FINE_GRAINED = "fine-grained"
    APP = "app"
    ACTIONS = "GITHUB_TOKEN"


@dataclass(frozen=True)
class Token:
    account: Account
    kind: Secret
    permissions: Mapping[str, str] = field(default_factory=dict)
    """As in a workflow, but with `_`: `{"pull_requests": "write"}`. A classic token has none."""
    scopes: frozenset[str] = frozenset()
    """Of a classic token."""

    @property
    def automatic(self) -> bool:
        """Whether it is an App's, of which GitHub Actions is one, and nobody's own."""
        return self.kind in (Secret.APP, Secret.ACTIONS)


@dataclass
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Comment:
    id: int
    author: Account
    body: str
    created: datetime
    updated: datetime
    edited: datetime | None = None


@dataclass
class Review:
    """Of a pull request."""

    id: int
    author: Account
    state: str
    body: str
    commit: str
    submitted: datetime


@dataclass
class Renaming:
    """Of an issue."""

    id: int
    actor: Account
    old: str
    new: str
    time: datetime


@dataclass
class Issue:
    id: int
    number: int
    author: Account
    title: str
    body: str | None
    created: datetime
    updated: datetime
    labels: list[Label] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    renamings: list[Renaming] = field(default_factory=list)
    closed: datetime | None = None
    closed_by: Account | None = None
    reason: str | None = None
    locked: bool = False
    moved: str | None = None
    """Where it is since it was transferred to another repository: the URL of its API."""
    deleted: bool = False

    @property
    def is_gone(self) -> bool:
        return self.deleted or self.moved is not None

    @property
    def state(self) -> str:
        return "closed" if self.closed else "open"


@dataclass
class Pull(Issue):
    """A pull request, which is an issue too; its branches are in the repository itself."""

    head: str = ""
    base: str = ""
    head_sha: str = ""
    """Where the head was when it was last told of."""
    base_sha: str = ""
    draft: bool = False
    merged: datetime | None = None
    merged_by: Account | None = None
    merge_commit: str | None = None
    reviewed: list[Review] = field(default_factory=list)
    auto_merge: Account | None = None
    """Who switched it on."""


@dataclass
class CheckRun:
    """What an App says of a commit."""

    id: int
    app: Account
    sha: str
    name: str
    status: str
    conclusion: str | None
    started: datetime
    completed: datetime | None


@dataclass
class Activity:
    """Something that was done with a branch, when it was received."""

    id: int
    actor: Account
    ref: str
    before: str | None
    after: str | None
    kind: str
    time: datetime


@dataclass
class Status:
    """Of a commit."""

    id: int
    creator: Account
    state: str
    context: str
    description: str | None
    target: str | None
    created: datetime


@dataclass
class DeploymentStatus:
    """How a deployment goes."""

    id: int
    creator: Account
    state: str
    description: str
    created: datetime


@dataclass
class Deployment:
    """Of a commit to an environment."""

    id: int
    creator: Account
    sha: str
    ref: str
    task: str
    environment: str
    payload: Any
    description: str | None
    created: datetime
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass
class Release:
    id: int
    author: Account
    tag: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    created: datetime
    """The date of the commit, which is what GitHub sorts by; of a draft its own."""
    published: datetime | None = None


@dataclass
class Environment:
    """Of deployments: whose jobs get in, and the names of the secrets that they find there."""

    id: int
    created: datetime
    limits: dict[str, bool] | None = None
    """As GitHub has them: `protected_branches` or `custom_branch_policies`."""
    policies: list[dict[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)


@dataclass
class Repository:
    id: int
    owner: Account
    name: str
    git: Git
    created: datetime
    archived: bool = False
    private: bool = False
    """In a public one everybody may read, and open issues."""
    default_branch: str = "main"
    collaborators: dict[str, Role] = field(default_factory=dict)
    """By login."""
    protected: set[str] = field(default_factory=set)
    """Branches that are said to be; nothing else follows from it."""
    approvals: dict[str, int] = field(default_factory=dict)
    """What the protection of those branches asks for."""
    reviews: dict[str, set[str]] = field(default_factory=dict)
    """What it asks of reviews besides, such as `require_code_owner_reviews`."""
    checks: dict[str, dict[str, int | None]] = field(default_factory=dict)
    """The checks that it asks for, each with the App that has to give it."""
    rulesets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The rules that apply to a branch besides its own protection; it is protected by any."""
    tag_rulesets: list[dict[str, Any]] = field(default_factory=list)
    """Rulesets for tags, as they were made."""
    environments: dict[str, "Environment"] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    """The names of those that every workflow may read."""
    unknown_owners: list[int] = field(default_factory=list)
    """The lines of CODEOWNERS that name nobody who may write."""
    actions_may_create_pulls: bool = True
    allow_auto_merge: bool = True
    issues: dict[int, Issue] = field(default_factory=dict)
    """By number, pull requests among them."""
    labels: dict[str, Label] = field(default_factory=dict)
    """By name in lower case."""
    releases: dict[int, Release] = field(default_factory=dict)
    latest: int | None = None
    """The release that was made the latest by name."""
    attestations: list[dict[str, Any]] = field(default_factory=list)
    """Sigstore's bundles."""
    signed: set[str] = field(default_factory=set)
    """Commits that GitHub made and signed itself."""
    statuses: dict[str, list[Status]] = field(default_factory=dict)
    """By commit."""
    deployments: dict[int, Deployment] = field(default_factory=dict)
    check_runs: list[CheckRun] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    """The refs as they were when last something was told of them."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def pulls(self) -> list[Pull]:
        return [issue for issue in self.issues.values() if isinstance(issue, Pull)]

    def head(self, pull: Pull) -> str:
        """Where the branch of a pull request is now; of a closed one where it was then."""
        return pull.head_sha if pull.closed else self.git.branch(pull.head) or pull.head_sha

    def is_protected(self, branch: str) -> bool:
        return branch in self.protected or bool(self.rulesets.get(branch))

    def role(self, account: Account | None) -> Role:
        """What a person may; an App may what its token says."""
        if account is not None and account.kind is Kind.BOT:
            return Role.NONE
        given = self.collaborators.get(account.login, Role.NONE) if account else Role.NONE
        return max(given, Role.NONE if self.private else Role.READ)
