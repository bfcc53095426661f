"""The commit status that Flux posts for one Kustomization of one cluster: its name and its content.

notification-controller makes it from a Kustomization's event. These fields of the event count:

* `involvedObject.kind` is `Kustomization`, and `involvedObject.name` is the first part of the name.
* `metadata["kustomize.toolkit.fluxcd.io/revision"]`, such as `prod_ring1@sha256:…`, is the second part: the
  tag that the cluster follows, and the digest that it has.
* `metadata["kustomize.toolkit.fluxcd.io/originRevision"]`, such as `main@sha1:…`, names the commit that the
  status is posted on.
* `severity` decides the state: `info` is a success and `error` a failure.
* `reason` becomes the description, in words.

The controller removes the group's prefix from the keys of the metadata, and adds the Alert's
`eventMetadata`. The cluster's name comes from there: `cluster: eu`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flux.regex import regex

STATUS_PREFIX = "flux/"
"""The beginning of the names of these statuses. Other statuses are ignored."""

EXPRESSION = (
    "'flux/' + event.involvedObject.name + '/' + event.metadata.revision + '/' + event.metadata.cluster"
)
"""The name as a Provider's `commitStatusExpr`, in the Common Expression Language."""

CLUSTER_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
"""A cluster's name, as a regular expression."""

_GROUP = "kustomize.toolkit.fluxcd.io/"
_NAME = regex(
    r"flux/(?P<kustomization>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"/(?P<environment>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})@(?P<digest>sha256:[0-9a-f]{64})"
    rf"/(?P<cluster>{CLUSTER_NAME})"
)
_COMMIT = regex(r"[^\s@]{1,255}@sha1:(?P<commit>[0-9a-f]{40})")


class StatusState(StrEnum):
    """The state of a commit status, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    PENDING = "pending"


@dataclass(frozen=True)
class StatusName:
    """Which Kustomization of which cluster has which digest of an environment's tag."""

    kustomization: str
    environment: str
    digest: str
    cluster: str

    def __str__(self) -> str:
        return f"{STATUS_PREFIX}{self.kustomization}/{self.environment}@{self.digest}/{self.cluster}"


@dataclass(frozen=True)
class Posted:
    """A status as notification-controller posts it: on `commit`, under `name`."""

    commit: str
    name: StatusName
    state: StatusState
    description: str


def parse_name(name: object) -> StatusName | None:
    """Return what the name of a status says; None for any other text."""
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    return StatusName(**match.groupdict()) if match else None


def status_of(event: Mapping[str, Any], cluster: str) -> Posted | None:
    """Return the status that notification-controller posts for an event of kustomize-controller. `cluster` is
    from the Alert's `eventMetadata`. None if the event makes no status of ours."""
    involved, metadata = _mapping(event.get("involvedObject")), _mapping(event.get("metadata"))
    metadata = {key.removeprefix(_GROUP): value for key, value in metadata.items()}
    commit = _COMMIT.fullmatch(str(metadata.get("originRevision")))
    name = parse_name(f"{STATUS_PREFIX}{involved.get('name')}/{metadata.get('revision')}/{cluster}")
    state = {"info": StatusState.SUCCESS, "error": StatusState.FAILURE}.get(str(event.get("severity")))
    if involved.get("kind") != "Kustomization" or not commit or not name or not state:
        return None
    return Posted(commit["commit"], name, state, _words(str(event.get("reason", ""))))


def _words(reason: str) -> str:
    """Return a reason as the controller writes it: `ReconciliationSucceeded` as `reconciliation
    succeeded`."""
    return " ".join(re.findall(r"[A-Z][a-z]*|[a-z]+", reason)).lower()[:140]


def _mapping(value: object) -> dict[str, Any]:
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}
