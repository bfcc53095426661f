"""The interfaces that every place for images has, one repository at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from flux.artifact.image import Image
from flux.artifact.layer import digest_of


@dataclass(frozen=True)
class Manifest:
    """A manifest exactly as it is stored: of an image, or of anything else that a tag may hold.

    `media_type` is what the place says that it is, whatever the content says.
    """

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)


class Target(Protocol):
    """One repository. Whatever does not work raises RegistryError."""

    def resolve(self, tag: str) -> str | None:
        """The digest that a tag points at, None where there is no such tag."""

    def fetch_manifest(self, reference: str) -> Manifest | None:
        """The manifest behind a tag or digest, None where there is none."""

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        """A blob's content, which has that digest. One larger than its declared size is refused."""

    def push_blob(self, content: bytes) -> None:
        """Store a blob; nothing is sent or written where it is there."""

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        """Store a manifest, whose blobs are there, and point the tag at it."""

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """Store a manifest, whose blobs are there, and point several tags at it at once.

        Those that it pointed there. The others are to be pushed one by one: all, where a place cannot do it.
        """

    def tags(self) -> list[str]:
        """Every tag, in no particular order; none where there is no such repository."""

    def try_push(self) -> None:
        """Ask whether something could be pushed, and leave nothing behind."""


class Publisher(Protocol):
    """Who writes images and tags to one repository. Whatever does not work raises RegistryError."""

    @property
    def target(self) -> Target:
        """The repository, to look at."""

    def foresee(self, image: Image) -> str | None:
        """The digest that an image gets here; None where only pushing tells."""

    def push(self, image: Image, tags: Sequence[str]) -> str | None:
        """Store an image and point the tags at it, in their order. Its digest, as `foresee` has it if it only
        would be pushed."""

    def tag(self, manifest: Manifest, tag: str) -> None:
        """Point a tag at a manifest that is there."""

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """Point tags at a manifest that is there, as `push_tags` of a target does."""

    def written(self, tag: str) -> str:
        """How a tag is written there."""


class Registry(Protocol):
    """A place that has one repository per artifact."""

    def repository(self, artifact: str) -> Target: ...

    def publisher(self, artifact: str) -> Publisher:
        """Who writes to that repository; only tests write to it past them."""

    def name(self, artifact: str) -> str:
        """The repository as one would give it to `docker pull`, without a tag."""


def point(publisher: Publisher, manifest: Manifest, tags: Sequence[str]) -> None:
    """Point tags at a manifest that is there: at once where that can be, else in their order.

    What a place says of several tags at once is looked at. A tag that it left elsewhere is pointed by itself.
    """
    done = publisher.tag_at_once(manifest, tags) if len(tags) > 1 else ()
    for tag in tags:
        if tag not in done or publisher.target.resolve(tag) != manifest.digest:
            publisher.tag(manifest, tag)
