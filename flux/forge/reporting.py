"""Statuses of commits and deployments, which follow a promotion to the clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class CommitStatus:
    """What an account, `creator`, says of a commit under a name, `context`; `created` is in seconds since the
    epoch. A higher `id` is later."""

    id: int
    context: str
    state: str
    description: str
    creator: str
    created: float


@dataclass(frozen=True)
class Deployment:
    """That something of `ref` goes to an environment; `created` is in seconds since the epoch. `task` tells
    apart what goes there, `payload` is any text by name."""

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
        """The statuses of a commit, the oldest first; none of a commit that the forge does not know."""

    def set_status(self, commit: str, context: str, state: str, description: str) -> None:
        """Say something of a commit, in the name of whoever asks. The states are `error`, `failure`,
        `pending` and `success`."""

    def keep_status(self, commit: str, status: CommitStatus) -> bool:
        """Write down a status that an event tells of; False where the forge has it already, and where it
        takes none that others said."""

    def deployments(self, task: str) -> Sequence[Deployment]:
        """The deployments of a task, the oldest first; of very many the newest."""

    def all_deployments(self) -> Sequence[Deployment] | None:
        """The deployments of every task, the oldest first; None where they are too many to read at once."""

    def create_deployment(
        self, ref: str, environment: str, task: str, payload: Mapping[str, str], description: str
    ) -> Deployment: ...

    def deployment_state(self, deployment: int) -> str:
        """The last state of a deployment, empty for one that has none."""

    def merge_once_green(self, number: int, head: str) -> bool:
        """Let the forge merge a pull request once all that is required of it is there; False where it does
        not do that, and where the pull request is not at this commit any more."""

    def merge_by_person(self, number: int) -> None:
        """Let nobody but a person merge a pull request from now on."""

    def set_deployment_state(self, deployment: int, state: str, description: str) -> None:
        """`in_progress`, `success`, `failure` or `inactive`. No other deployment is changed by that."""
