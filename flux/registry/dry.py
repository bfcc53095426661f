"""The sink of a dry run: reads from the real registry, writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flux.artifact.image import Image
from flux.registry.target import Manifest, Publisher, Registry, Target


@dataclass(frozen=True)
class DryTarget:
    target: Target

    def resolve(self, tag: str) -> str | None:
        return self.target.resolve(tag)

    def fetch_manifest(self, reference: str) -> Manifest | None:
        return self.target.fetch_manifest(reference)

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        return self.target.fetch_blob(digest, size)

    def push_blob(self, content: bytes) -> None:
        pass

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        pass

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        return tags

    def tags(self) -> list[str]:
        return self.target.tags()

    def try_push(self) -> None:
        self.target.try_push()


@dataclass(frozen=True)
class DryPublisher:
    publisher: Publisher

    @property
    def target(self) -> Target:
        return DryTarget(self.publisher.target)

    def foresee(self, image: Image) -> str | None:
        return self.publisher.foresee(image)

    def push(self, image: Image, tags: Sequence[str]) -> str | None:
        return self.foresee(image)

    def tag(self, manifest: Manifest, tag: str) -> None:
        pass

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        return tags


@dataclass(frozen=True)
class DryRegistry:
    registry: Registry

    def repository(self, artifact: str) -> Target:
        return DryTarget(self.registry.repository(artifact))

    def publisher(self, artifact: str) -> Publisher:
        return DryPublisher(self.registry.publisher(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)
