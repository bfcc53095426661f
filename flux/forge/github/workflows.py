"""Workflows, their permissions, and their attestations."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from flux.forge.github.api import Part, found
from flux.forge.github.protection import find_told
from flux.forge.github.token import ACTIONS_WRITE, ADMINISTRATION_READ, ATTESTATIONS_READ


class Workflows(Part):
    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        with self._github.asking(f"start workflow {workflow} at {ref}", ACTIONS_WRITE) as repository:
            # PyGithub's own method requests the workflow first, and hides the reason of a failure.
            url = f"{repository.url}/actions/workflows/{quote(workflow, safe='')}/dispatches"
            body = {"ref": ref, "inputs": dict(inputs)}
            start = partial(repository.requester.requestJsonAndCheck, "POST", url, input=body)
            return found(start) is not None

    def is_attested(self, digest: str) -> bool:
        with self._github.asking(f"say whether {digest} is attested", ATTESTATIONS_READ) as repository:
            url = f"{repository.url}/attestations/{digest}"
            parameters = {"predicate_type": "provenance", "per_page": 1}
            ask = partial(repository.requester.requestJsonAndCheck, "GET", url, parameters=parameters)
            told = found(ask)
            return told is not None and bool(told[1]["attestations"])

    def workflows_may_propose(self) -> bool | None:
        with self._github.asking("say what workflows may do", ADMINISTRATION_READ) as repository:
            told = find_told(repository, "actions/permissions/workflow")
            return told and bool(told["can_approve_pull_request_reviews"])
