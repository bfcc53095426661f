"""The commit status that notification-controller makes of an event of kustomize-controller.

That controller does not build as a Go module: the status is made by the rules of its sources.
"""

import re
from typing import Any

from flux.promotion.clusters.status import STATUS_PREFIX, StatusState

_STATES = {"info": StatusState.SUCCESS, "error": StatusState.FAILURE}
_GROUP = "kustomize.toolkit.fluxcd.io/"


def status_of(event: dict[str, Any], cluster: str) -> dict[str, str]:
    """Return the status in the form of a webhook. `cluster` is from the Alert's `eventMetadata`."""
    metadata = {key.removeprefix(_GROUP): value for key, value in event["metadata"].items()}
    words = re.findall(r"[A-Z][a-z]*|[a-z]+", event["reason"])
    return {
        "sha": metadata["originRevision"].rpartition("sha1:")[2],
        "context": f"{STATUS_PREFIX}{event['involvedObject']['name']}/{metadata['revision']}/{cluster}",
        "state": _STATES[event["severity"]],
        "description": " ".join(words).lower(),
    }
