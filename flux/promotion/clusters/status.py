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

from dataclasses import dataclass
from enum import StrEnum

from flux.regex import regex

STATUS_PREFIX = "flux/"
"""The beginning of the names of these statuses. Other statuses are ignored."""

EXPRESSION = (
    "'flux/' + event.involvedObject.name + '/' + event.metadata.revision + '/' + event.metadata.cluster"
)
"""The name as a Provider's `commitStatusExpr`, in the Common Expression Language."""

CLUSTER_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
"""A cluster's name, as a regular expression."""

_NAME = regex(
    r"flux/(?P<kustomization>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"/(?P<environment>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})@(?P<digest>sha256:[0-9a-f]{64})"
    rf"/(?P<cluster>{CLUSTER_NAME})"
)


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


def parse_name(name: object) -> StatusName | None:
    """Return what the name of a status says; None for any other text."""
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    return StatusName(**match.groupdict()) if match else None
