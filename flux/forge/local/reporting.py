"""Commit statuses and deployments. Each is a file."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from flux.errors import ForgeError
from flux.forge.local.document import Document
from flux.forge.local.folder import DEPLOYMENTS, STATUSES
from flux.forge.local.part import Part, made
from flux.forge.reporting import CommitStatus, Deployment, DeploymentState
from flux.promotion.clusters.status import StatusState


class Reporting(Part):
    def statuses(self, commit: str) -> Sequence[CommitStatus]:
        paths = [(number, self._folder.path(STATUSES, number)) for number in self._folder.numbers(STATUSES)]
        every = [self._status(number, path, commit) for number, path in paths]
        return [status for status in every if status]

    def set_status(self, commit: str, context: str, state: StatusState, description: str) -> None:
        status = CommitStatus(0, context, str(state), description, self._git.identity(), time.time())
        self._add_status(commit, status)

    def keep_status(self, commit: str, status: CommitStatus) -> bool:
        if any(_same(status, other) for other in self.statuses(commit)):
            return False
        self._add_status(commit, status)
        return True

    def deployments(self, task: str) -> Sequence[Deployment]:
        return [deployment for deployment in self.all_deployments() if deployment.task == task]

    def all_deployments(self) -> Sequence[Deployment]:
        every = [self._deployment(number) for number in self._folder.numbers(DEPLOYMENTS)]
        return [deployment for deployment in every if deployment]

    def create_deployment(
        self, ref: str, environment: str, task: str, payload: Mapping[str, str], description: str
    ) -> Deployment:
        fields = {
            "ref": ref,
            "environment": environment,
            "task": task,
            "payload": dict(payload),
            "creator": self._git.identity(),
            "created": time.time(),
            "state": "",
        }
        return made(self._deployment(self._folder.add(DEPLOYMENTS, Document(fields, description))))

    def deployment_state(self, deployment: int) -> str:
        path = self._folder.path(DEPLOYMENTS, deployment)
        document = self._folder.read(path)
        if document is None:
            raise ForgeError(f"there is no deployment {deployment}", "`ls .forge/deployments` shows all")
        with self._folder.legible(path):
            return document.text("state")

    def merge_once_green(self, number: int, head: str) -> bool:
        """Return False: people merge with git."""
        return False

    def merge_by_person(self, number: int) -> None:
        """Do nothing: only people merge here."""

    def set_deployment_state(self, deployment: int, state: DeploymentState, description: str) -> None:
        path = self._folder.path(DEPLOYMENTS, deployment)
        self._folder.edit(path, lambda document: document.changed(body=description, state=str(state)))

    def _add_status(self, commit: str, status: CommitStatus) -> None:
        fields = {
            "commit": commit,
            "context": status.context,
            "state": status.state,
            "creator": status.creator,
            "created": status.created,
        }
        self._folder.add(STATUSES, Document(fields, status.description))

    def _status(self, number: int, path: Path, commit: str) -> CommitStatus | None:
        document = self._folder.read(path)
        if document is None:
            return None
        with self._folder.legible(path):
            if document.text("commit") != commit:
                return None
            return CommitStatus(
                id=number,
                context=document.text("context"),
                state=document.text("state"),
                description=document.body,
                creator=document.text("creator"),
                created=document.number("created"),
            )

    def _deployment(self, number: int) -> Deployment | None:
        path = self._folder.path(DEPLOYMENTS, number)
        document = self._folder.read(path)
        if document is None:
            return None
        with self._folder.legible(path):
            payload = document.fields.get("payload")
            texts = payload if isinstance(payload, Mapping) else {}
            return Deployment(
                id=number,
                ref=document.text("ref"),
                environment=document.text("environment"),
                task=document.text("task"),
                creator=document.text("creator"),
                created=document.number("created"),
                payload={str(key): value for key, value in texts.items() if isinstance(value, str)},
            )


def _same(one: CommitStatus, other: CommitStatus) -> bool:
    """Whether two statuses say the same at the same time: an event may come twice."""
    return (one.context, one.state, one.creator, one.created) == (
        other.context,
        other.state,
        other.creator,
        other.created,
    )
