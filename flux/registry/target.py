"""The interfaces that every registry implements, for one repository at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from flux.artifact.image import Image
from flux.artifact.layer import digest_of


@dataclass(frozen=True)
class Manifest:
    """A manifest exactly as it is stored: of an image, or of anything else that a tag may point at.

    `media_type` comes from the registry, whatever the content says.
    """

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)


class Target(Protocol):
    """One repository. Each method raises RegistryError if it fails."""

    def resolve(self, tag: str) -> str | None:
        """Return the digest that a tag points at, None if there is no such tag."""

    def fetch_manifest(self, reference: str) -> Manifest | None:
        """Return the manifest of a tag or digest, None if there is none."""

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        """Return a blob's content, checked against the digest. A blob larger than `size` is refused."""

    def push_blob(self, content: bytes) -> None:
        """Store a blob. If it exists, nothing is sent or written."""

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        """Store a manifest, whose blobs exist, and point the tag at it."""

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """Store a manifest, whose blobs exist, and point several tags at it at once.

        Return the tags that were pushed. Push the others one by one. A registry without support returns none.
        """

    def tags(self) -> list[str]:
        """Return every tag, in no particular order; none if there is no such repository."""

    def try_push(self) -> None:
        """Check that a push is possible, and leave nothing behind."""


class Publisher(Protocol):
    """Writes images and tags to one repository. Each method raises RegistryError if it fails."""

    @property
    def target(self) -> Target:
        """The repository, for reading."""

    def foresee(self, image: Image) -> str | None:
        """Return the digest that an image will get; None if it is known only after a push."""

    def push(self, image: Image, tags: Sequence[str]) -> str | None:
        """Store an image and point the tags at it, in their order. Return its digest, in a dry run that of
        `foresee`."""

    def tag(self, manifest: Manifest, tag: str) -> None:
        """Point a tag at an existing manifest."""

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """Point tags at an existing manifest, as `push_tags` of a target does."""

    def written(self, tag: str) -> str:
        """Return the form of a tag in the repository."""


class Registry(Protocol):
    """A store that has one repository per artifact."""

    def repository(self, artifact: str) -> Target: ...

    def publisher(self, artifact: str) -> Publisher:
        """Return the publisher of that repository. Only tests write to it in another way."""

    def name(self, artifact: str) -> str:
        """Return the repository as `docker pull` takes it, without a tag."""


def point(publisher: Publisher, manifest: Manifest, tags: Sequence[str]) -> None:
    """Point tags at an existing manifest: all at once if the registry can do that, else in their order.

    After a push of several tags, each is resolved. A tag that does not point at the manifest is pushed alone.
    """
    done = publisher.tag_at_once(manifest, tags) if len(tags) > 1 else ()
    for tag in tags:
        if tag not in done or publisher.target.resolve(tag) != manifest.digest:
            publisher.tag(manifest, tag)
