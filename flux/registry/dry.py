"""The sink of a dry run: reads from the real registry, writes nothing."""

from dataclasses import dataclass

from flux.registry.target import Manifest, Registry, Target


@dataclass(frozen=True)
class DryTarget:
    target: Target

    def resolve(self, tag: str) -> str | None:
        return self.target.resolve(tag)

    def fetch_manifest(self, reference: str) -> Manifest | None:
        return self.target.fetch_manifest(reference)

    def fetch_blob(self, digest: str) -> bytes:
        return self.target.fetch_blob(digest)

    def push_blob(self, content: bytes) -> None:
        pass

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        pass

    def tags(self) -> list[str]:
        return self.target.tags()

    def try_push(self) -> None:
        self.target.try_push()


@dataclass(frozen=True)
class DryRegistry:
    registry: Registry

    def repository(self, artifact: str) -> Target:
        return DryTarget(self.registry.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)
