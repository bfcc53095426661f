"""Commit statuses and deployments.

https://docs.github.com/rest/commits/statuses, https://docs.github.com/rest/deployments
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from github.GithubException import GithubException

from flux.forge.github.api import Part
from flux.forge.github.pages import is_cut, read_all, read_pages
from flux.forge.github.token import DEPLOYMENTS_WRITE, PULL_REQUESTS_WRITE, STATUSES_WRITE
from flux.forge.reporting import CommitStatus, Deployment, DeploymentState
from flux.promotion.clusters.status import StatusState

_MOST_PAGES = 3
_MOST_OF_A_COMMIT = 30  # pages: a commit may have many artifacts, each with clusters in many environments
_MOST_OF_ALL = 10  # pages of a list that one request covers for many
_LONGEST = 140  # characters of a description


class Reporting(Part):
    def statuses(self, commit: str) -> Sequence[CommitStatus]:
        with self._github.asking(f"list the statuses of {commit[:12]}", "statuses: read") as repository:
            try:
                path, what = f"commits/{commit}/statuses", f"statuses of commit {commit[:12]}"
                told = read_all(repository, path, _MOST_OF_A_COMMIT, what)
            except GithubException as error:
                if error.status in (404, 422):  # a commit that was never pushed
                    return []
                raise
        return [_status(each) for each in reversed(told)]

    def set_status(self, commit: str, context: str, state: StatusState, description: str) -> None:
        with self._github.asking(f"set the status {context} of {commit[:12]}", STATUSES_WRITE) as repository:
            body = {"state": state, "context": context, "description": description[:_LONGEST]}
            url = f"{repository.url}/statuses/{commit}"
            repository.requester.requestJsonAndCheck("POST", url, input=body)

    def keep_status(self, commit: str, status: CommitStatus) -> bool:
        """Return False: GitHub has it, because the event comes from there."""
        return False

    def deployments(self, task: str) -> Sequence[Deployment]:
        with self._github.asking("list deployments", "deployments: read") as repository:
            told = list(read_pages(repository, "deployments", _MOST_PAGES, {"task": task}))
            return [_deployment(each) for each in reversed(told)]

    def all_deployments(self) -> Sequence[Deployment] | None:
        with self._github.asking("list deployments", "deployments: read") as repository:
            told = list(read_pages(repository, "deployments", _MOST_OF_ALL))
            if is_cut(told, _MOST_OF_ALL):
                return None
            return [_deployment(each) for each in reversed(told)]

    def create_deployment(
        self, ref: str, environment: str, task: str, payload: Mapping[str, str], description: str
    ) -> Deployment:
        with self._github.asking(f"record a deployment to {environment}", DEPLOYMENTS_WRITE) as repository:
            body = {
                "ref": ref,
                "environment": environment,
                "task": task,
                "payload": dict(payload),
                "description": description[:_LONGEST],
                "auto_merge": False,  # do not merge anything first
                "required_contexts": [],  # all checks were done before the merge
            }
            url = f"{repository.url}/deployments"
            _, told = repository.requester.requestJsonAndCheck("POST", url, input=body)
            return _deployment(told)

    def deployment_state(self, deployment: int) -> str:
        with self._github.asking(f"find deployment {deployment}", "deployments: read") as repository:
            url = f"{repository.url}/deployments/{deployment}/statuses"
            _, told = repository.requester.requestJsonAndCheck("GET", url, parameters={"per_page": 1})
            return str(told[0]["state"]) if told else ""

    def merge_once_green(self, number: int, head: str) -> bool:
        with self._github.asking(f"switch on auto-merge of {number}", PULL_REQUESTS_WRITE) as repository:
            try:
                repository.get_pull(number).enable_automerge(expected_head_oid=head)
            except GithubException as error:
                # Auto-merge is not allowed, the pull request needs nothing, or it has moved.
                if error.status == 400:
                    return False
                raise
            return True

    def merge_by_person(self, number: int) -> None:
        with self._github.asking(f"switch off auto-merge of {number}", PULL_REQUESTS_WRITE) as repository:
            pull = repository.get_pull(number).complete()
            if not pull.auto_merge:
                return
            try:
                pull.disable_automerge()
            except GithubException:
                # Somebody else switched it off, or the pull request is merged.
                if repository.get_pull(number).complete().auto_merge:
                    raise

    def set_deployment_state(self, deployment: int, state: DeploymentState, description: str) -> None:
        with self._github.asking(f"say how deployment {deployment} went", DEPLOYMENTS_WRITE) as repository:
            # Other artifacts stay deployed in the same environment.
            body = {"state": state, "description": description[:_LONGEST], "auto_inactive": False}
            url = f"{repository.url}/deployments/{deployment}/statuses"
            repository.requester.requestJsonAndCheck("POST", url, input=body)


def _status(told: Mapping[str, Any]) -> CommitStatus:
    return CommitStatus(
        id=int(told["id"]),
        context=str(told["context"]),
        state=str(told["state"]),
        description=str(told["description"] or ""),
        creator=_login(told),
        created=_seconds(told),
    )


def _deployment(told: Mapping[str, Any]) -> Deployment:
    payload = told.get("payload")
    return Deployment(
        id=int(told["id"]),
        ref=str(told["ref"]),
        environment=str(told["environment"]),
        task=str(told["task"]),
        creator=_login(told),
        created=_seconds(told),
        payload=_texts(payload) if isinstance(payload, dict) else {},
    )


def _texts(payload: Mapping[str, object]) -> dict[str, str]:
    return {key: value for key, value in payload.items() if isinstance(value, str)}


def _login(told: Mapping[str, Any]) -> str:
    """Return the login; empty for a deleted account."""
    creator = told.get("creator")
    return str(creator["login"]) if creator else ""


def _seconds(told: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(told["created_at"]).timestamp()
