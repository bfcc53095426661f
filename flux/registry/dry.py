"""The registry of a dry run. It reads from the real one and writes nothing.

It keeps what it would have written, and later steps of the same run are planned on top of that.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from flux.artifact.image import MANIFEST_TYPE, Image
from flux.registry.target import Manifest, Publisher, Registry, Target


@dataclass(frozen=True)
class Pending:
    """The writes to one repository that a dry run did not make."""

    tags: dict[str, Manifest] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    """The images by the digests of their blobs."""

    def point(self, manifest: Manifest, tags: Sequence[str]) -> None:
        self.manifests[manifest.digest] = manifest
        self.tags.update(dict.fromkeys(tags, manifest))

    def push(self, image: Image, tags: Sequence[str]) -> None:
        # A copy packs its layer only if it is read. This saves memory.
        self.images.update(dict.fromkeys((image.config_digest, image.layer.digest), replace(image)))
        self.point(Manifest(image.manifest, MANIFEST_TYPE), tags)

    def blob(self, digest: str) -> bytes | None:
        image = self.images.get(digest)
        if image is None:
            return None
        return image.config if digest == image.config_digest else image.layer.content


@dataclass(frozen=True)
class DryTarget:
    target: Target
    pending: Pending = field(default_factory=Pending)

    def resolve(self, tag: str) -> str | None:
        there = self.pending.tags.get(tag)
        return there.digest if there else self.target.resolve(tag)

    def fetch_manifest(self, reference: str) -> Manifest | None:
        there = self.pending.tags.get(reference) or self.pending.manifests.get(reference)
        return there or self.target.fetch_manifest(reference)

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        there = self.pending.blob(digest)
        return self.target.fetch_blob(digest, size) if there is None else there

    def push_blob(self, content: bytes) -> None:
        pass

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        self.pending.point(manifest, [tag])

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        self.pending.point(manifest, tags)
        return tags

    def tags(self) -> list[str]:
        return list(dict.fromkeys([*self.target.tags(), *self.pending.tags]))

    def try_push(self) -> None:
        self.target.try_push()


@dataclass(frozen=True)
class DryPublisher:
    publisher: Publisher
    pending: Pending = field(default_factory=Pending)

    @property
    def target(self) -> Target:
        return DryTarget(self.publisher.target, self.pending)

    def foresee(self, image: Image) -> str | None:
        return self.publisher.foresee(image)

    def push(self, image: Image, tags: Sequence[str]) -> str | None:
        self.pending.push(image, tags)
        return self.foresee(image)

    def tag(self, manifest: Manifest, tag: str) -> None:
        self.pending.point(manifest, [tag])

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        self.pending.point(manifest, tags)
        return tags

    def written(self, tag: str) -> str:
        return self.publisher.written(tag)


@dataclass(frozen=True)
class DryRegistry:
    registry: Registry
    pending: dict[str, Pending] = field(default_factory=dict)
    """The pending writes by artifact."""

    def repository(self, artifact: str) -> Target:
        return DryTarget(self.registry.repository(artifact), self._of(artifact))

    def publisher(self, artifact: str) -> Publisher:
        return DryPublisher(self.registry.publisher(artifact), self._of(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)

    def _of(self, artifact: str) -> Pending:
        return self.pending.setdefault(artifact, Pending())
