"""The result for one artifact's image in the registry, for `inv build` and `inv publish`."""

from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import FluxError, without_frames


class ImageAction(StrEnum):
    """What was done with an image, or in a dry run would be."""

    PUSHED = "pushed"
    TAGGED = "tagged"
    """The image was there, and got a tag that it did not have."""
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """The image is there. `latest` stays where it is, because the tip has another revision."""
    FAILED = "failed"


@dataclass(frozen=True)
class ImageResult:
    """One artifact's image. `error` says why it failed. `digest` is None where only pushing would tell it."""

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
