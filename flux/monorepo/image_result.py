"""The result of `inv build` or `inv publish` for the image of one artifact."""

from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import FluxError, without_frames


class ImageAction(StrEnum):
    """What was done with an image, or what a dry run would do."""

    PUSHED = "pushed"
    TAGGED = "tagged"
    """The image existed, and got a new tag."""
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """The image existed. `latest` does not move, because the tip has another revision."""
    FAILED = "failed"


@dataclass(frozen=True)
class ImageResult:
    """One artifact's image. `error` says why it failed. `digest` is None if only a push would tell it."""

    artifact: str
    repository: str
    revision: str
    digest: str | None = None
    diff_id: str | None = None
    tags: tuple[str, ...] = ()
    action: ImageAction = ImageAction.FAILED
    error: FluxError | None = None

    def failed(self, error: FluxError) -> "ImageResult":
        return replace(self, action=ImageAction.FAILED, error=without_frames(error))
