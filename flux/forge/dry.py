"""The forge of a dry run. It reads from the real forge, and notes what it would write."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from flux.forge.forge import (
    Comment,
    Forced,
    Forge,
    Issue,
    Keepers,
    Protection,
    PullRequest,
    PullState,
    Release,
    Review,
    TagRules,
)
from flux.forge.reporting import CommitStatus, Deployment, DeploymentState
from flux.promotion.clusters.status import StatusState

_NONE = "0" * 40
Edited = TypeVar("Edited", Issue, PullRequest)


class DryForge:
    """`would` lists the writes that were asked for and not done, in order."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        self.tells_edits = forge.tells_edits
        self.would: list[str] = []
        self._gone: set[str] = set()
        self._edits: dict[tuple[type, int], dict[str, Any]] = {}
        """The changed issues, comments and pull requests, for later steps of the same run."""
        self._new = ""
        """The title of the last issue or pull request that would have been created, or the environment of the
        last deployment. It has no number yet."""

    # Who

    def login(self) -> str | None:
        return self._forge.login()

    def account(self) -> str | None:
        return self._forge.login()

    def permission(self, login: str) -> str:
        return self._forge.permission(login)

    def lacks(self) -> Sequence[str] | None:
        return self._forge.lacks()

    def has_account(self, login: str) -> bool:
        return self._forge.has_account(login)

    def now(self) -> float:
        return self._forge.now()

    # Releases

    def release(self, tag: str) -> Release | None:
        return self._forge.release(tag)

    def releases(self) -> Sequence[Release]:
        return self._forge.releases()

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        self.would.append(f"release {tag}")
        return Release(tag, commit, title, body, prerelease, self._author(), "", time.time())

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        self.would.append(f"start {workflow} at {ref}")
        return True

    # Images

    def is_attested(self, digest: str) -> bool:
        return self._forge.is_attested(digest)

    # Issues

    def issue(self, number: int) -> Issue | None:
        there = self._forge.issue(number)
        return self._edited(there) if there else None

    def issues(self, label: str) -> Sequence[Issue]:
        return [self._edited(issue) for issue in self._forge.issues(label)]

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        self.would.append(f"open issue {title!r}")
        self._new = repr(title)
        return Issue(0, title, body, self._author(), True, (label,), "", time.time())

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None:
        if body is not None:
            self.would.append(f"edit issue {self._named(number)}")
            self._edit(Issue, number, body=body)
        if open is not None:
            self.would.append(f"{'reopen' if open else 'close'} issue {self._named(number)}")
            self._edit(Issue, number, open=open)

    def first_title(self, number: int) -> str:
        return self._forge.first_title(number)

    def comments(self, number: int, exact: bool = False) -> Sequence[Comment]:
        there = self._forge.comments(number, exact) if number else []
        return [replace(each, **self._edits.get((Comment, each.id), {})) for each in there]

    def create_comment(self, number: int, body: str) -> Comment:
        self.would.append(f"comment on {self._named(number)}")
        return Comment(0, body, self._author())

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        self.would.append(f"update a comment on {self._named(number)}")
        self._edit(Comment, comment, body=body)

    # Pull requests

    def pull_request(self, number: int) -> PullRequest | None:
        there = self._forge.pull_request(number)
        return self._edited(there) if there else None

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        found = [self._edited(pull) for pull in self._forge.pull_requests(state, branch)]
        return [pull for pull in found if state in (None, pull.state)]

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        self.would.append(f"open pull request {title!r} from {branch}")
        self._new = repr(title)
        return PullRequest(0, title, body, branch, _NONE, base, PullState.OPEN, self._author(), "")

    def reviews(self, number: int) -> Sequence[Review]:
        return self._forge.reviews(number)

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None:
        self.would.append(f"edit pull request {self._named(number)}")
        state = None if open is None else PullState.OPEN if open else PullState.CLOSED
        self._edit(PullRequest, number, title=title, body=body, state=state)

    # Branches

    def branch(self, name: str) -> str | None:
        return None if name in self._gone else self._forge.branch(name)

    def tip_at(self, branch: str, time: float) -> str | None:
        return self._forge.tip_at(branch, time)

    def forced_from(self, branch: str) -> Forced:
        return self._forge.forced_from(branch)

    def branches(self, prefix: str) -> Mapping[str, str]:
        there = self._forge.branches(prefix)
        return {name: commit for name, commit in there.items() if name not in self._gone}

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        self.would.append(f"commit {message.splitlines()[0]!r}")
        return _NONE

    def vouch(self, commit: str) -> None:
        pass

    def makers(self, base: str, head: str) -> Mapping[str, Collection[str]]:
        return self._forge.makers(base, head)

    def create_branch(self, name: str, commit: str) -> bool:
        self.would.append(f"create branch {name}")
        return True

    def advance_branch(self, name: str, commit: str) -> bool:
        self.would.append(f"move branch {name} forward")
        return True

    def delete_branch(self, name: str, at: str) -> bool:
        self.would.append(f"delete branch {name}")
        self._gone.add(name)
        return True

    # Statuses and deployments

    def statuses(self, commit: str) -> Sequence[CommitStatus]:
        return self._forge.statuses(commit)

    def set_status(self, commit: str, context: str, state: StatusState, description: str) -> None:
        if commit != _NONE:
            self.would.append(f"set the status {context} of {commit[:12]} to {state}")

    def keep_status(self, commit: str, status: CommitStatus) -> bool:
        self.would.append(f"keep the status {status.context} of {commit[:12]}")
        return True

    def all_deployments(self) -> Sequence[Deployment] | None:
        return self._forge.all_deployments()

    def deployments(self, task: str) -> Sequence[Deployment]:
        return self._forge.deployments(task)

    def create_deployment(
        self, ref: str, environment: str, task: str, payload: Mapping[str, str], description: str
    ) -> Deployment:
        self.would.append(f"record a deployment of {ref} to {environment}")
        self._new = f"to {environment}"
        return Deployment(0, ref, environment, task, self._author(), self._forge.now(), payload)

    def deployment_state(self, deployment: int) -> str:
        return self._forge.deployment_state(deployment) if deployment else ""

    def merge_once_green(self, number: int, head: str) -> bool:
        self.would.append(f"switch on auto-merge of {self._named(number)}")
        return True

    def merge_by_person(self, number: int) -> None:
        self.would.append(f"switch off auto-merge of {self._named(number)}")

    def set_deployment_state(self, deployment: int, state: DeploymentState, description: str) -> None:
        self.would.append(f"set deployment {self._named(deployment)} to {state}")

    def protection(self, branch: str) -> Protection | None:
        return self._forge.protection(branch)

    def workflows_may_propose(self) -> bool | None:
        return self._forge.workflows_may_propose()

    def tag_rules(self) -> Sequence[TagRules] | None:
        return self._forge.tag_rules()

    def owner_faults(self, branch: str) -> Sequence[str]:
        return self._forge.owner_faults(branch)

    def keepers(self, secret: str) -> Keepers | None:
        return self._forge.keepers(secret)

    def _edit(self, kind: type, number: int, **values: Any) -> None:
        given = {name: value for name, value in values.items() if value is not None}
        self._edits.setdefault((kind, number), {}).update(given)

    def _edited(self, there: Edited) -> Edited:
        """Return an issue or a pull request with the edits of this run."""
        return replace(there, **self._edits.get((type(there), there.number), {}))

    def _named(self, number: int) -> str:
        return str(number) if number else self._new

    def _author(self) -> str:
        return self._forge.login() or ""
