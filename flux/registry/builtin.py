"""The publisher that needs no external program: it sends requests or writes files itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flux.artifact.image import MANIFEST_TYPE, Image
from flux.registry.target import Manifest, Target, point


@dataclass(frozen=True)
class BuiltinPublisher:
    target: Target

    def foresee(self, image: Image) -> str:
        return self._manifest(image).digest

    def push(self, image: Image, tags: Sequence[str]) -> str:
        self.target.push_blob(image.config)
        self.target.push_blob(image.layer.content)
        manifest = self._manifest(image)
        point(self, manifest, tags)
        return manifest.digest

    def tag(self, manifest: Manifest, tag: str) -> None:
        self.target.push_manifest(manifest, tag)

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        return self.target.push_tags(manifest, tags)

    def written(self, tag: str) -> str:
        return tag

    @staticmethod
    def _manifest(image: Image) -> Manifest:
        return Manifest(image.manifest, MANIFEST_TYPE)
