"""Commit statuses and deployments. They show a promotion's way to the clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from flux.promotion.clusters.status import StatusState


class DeploymentState(StrEnum):
    """The states of a deployment that we set, in GitHub's words."""

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class CommitStatus:
    """A status of a commit by an account, `creator`, under a name, `context`. `created` is in seconds since
    the epoch. A higher `id` is later."""

    id: int
    context: str
    state: str
    description: str
    creator: str
    created: float


@dataclass(frozen=True)
class Deployment:
    """A deployment of `ref` to an environment. `created` is in seconds since the epoch. `task` is the kind of
    deployment. `payload` has any texts by name."""

    id: int
    ref: str
    environment: str
    task: str
    creator: str
    created: float
    payload: Mapping[str, str] = field(default_factory=dict)


class Reporting(Protocol):
    """Statuses of commits and deployments."""

    def statuses(self, commit: str) -> Sequence[CommitStatus]:
        """Return the statuses of a commit, oldest first; none if the forge does not know the commit."""

    def set_status(self, commit: str, context: str, state: StatusState, description: str) -> None:
        """Set a status of a commit, in the name of the caller's account."""

    def keep_status(self, commit: str, status: CommitStatus) -> bool:
        """Store a status from an event. Return False if the forge has it already, or if it does not store
        statuses by others."""

    def deployments(self, task: str) -> Sequence[Deployment]:
        """Return the deployments of a task, oldest first; if there are too many, the newest of them."""

    def all_deployments(self) -> Sequence[Deployment] | None:
        """Return the deployments of every task, oldest first; None if there are too many to read at once."""

    def create_deployment(
        self, ref: str, environment: str, task: str, payload: Mapping[str, str], description: str
    ) -> Deployment: ...

    def deployment_state(self, deployment: int) -> str:
        """Return the last state of a deployment; empty if it has none."""

    def merge_once_green(self, number: int, head: str) -> bool:
        """Let the forge merge a pull request once it has all that is required. Return False if the forge
        cannot do that, or if the pull request is no longer at this commit."""

    def merge_by_person(self, number: int) -> None:
        """Switch auto-merge of a pull request off: only a person may merge it from now on."""

    def set_deployment_state(self, deployment: int, state: DeploymentState, description: str) -> None:
        """Set the state of a deployment. This changes no other deployment."""
