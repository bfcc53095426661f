"""Names artifacts and versions in a registry: their repository, and tags with or without a `v`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flux.artifact.folder import NAME
from flux.artifact.image import Image
from flux.regex import regex
from flux.registry.target import Manifest, Publisher, Registry, Target

VERSION = "{version}"
_NEARLY = regex(r"v?[0-9]+\.[0-9]+\.[0-9]")


@dataclass(frozen=True)
class Naming:
    """Templates of an artifact's repository and of a version's tag.

    A version is recognised with and without the `v`. If it exists in the other form, it is not written a
    second time.
    """

    repository: str = NAME
    version_tag: str = VERSION
    own: Callable[[str], str] = lambda artifact: ""
    """Returns the repository that is set for an artifact, or empty."""

    def place(self, artifact: str) -> str:
        """Return the repository of an artifact, relative to the registry's path."""
        return self.own(artifact) or self.repository.replace(NAME, artifact)

    def written(self, tag: str) -> str:
        """Return the written form of a tag. Only the form of versions differs."""
        return self.version_tag.replace(VERSION, tag) if is_version(tag) else tag

    def forms(self, tag: str) -> tuple[str, ...]:
        """Return every form in which a tag may exist, the right one first."""
        return tuple(dict.fromkeys((self.written(tag), tag, f"v{tag}"))) if is_version(tag) else (tag,)


@lru_cache(4096)
def is_version(tag: str) -> bool:
    """Whether a tag is a semantic version, without a `v`."""
    if not _NEARLY.match(tag):
        return False
    from semver import Version

    return Version.is_valid(tag)


def version_of(tag: str) -> str:
    """Return a version's tag without the `v`, and any other tag unchanged."""
    bare = tag.removeprefix("v")
    return bare if is_version(bare) else tag


@dataclass(frozen=True)
class NamedTarget:
    """A repository in which versions are found in either form."""

    target: Target
    naming: Naming

    def resolve(self, tag: str) -> str | None:
        return next(filter(None, map(self.target.resolve, self.naming.forms(tag))), None)

    def fetch_manifest(self, reference: str) -> Manifest | None:
        return next(filter(None, map(self.target.fetch_manifest, self.naming.forms(reference))), None)

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        return self.target.fetch_blob(digest, size)

    def push_blob(self, content: bytes) -> None:
        self.target.push_blob(content)

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        self.target.push_manifest(manifest, self.naming.written(tag))

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        written = {self.naming.written(tag): tag for tag in tags}
        return [written[tag] for tag in self.target.push_tags(manifest, list(written))]

    def tags(self) -> list[str]:
        return list(dict.fromkeys(map(version_of, self.target.tags())))

    def try_push(self) -> None:
        self.target.try_push()


@dataclass(frozen=True)
class NamedPublisher:
    publisher: Publisher
    naming: Naming

    @property
    def target(self) -> Target:
        return NamedTarget(self.publisher.target, self.naming)

    def foresee(self, image: Image) -> str | None:
        return self.publisher.foresee(image)

    def push(self, image: Image, tags: Sequence[str]) -> str | None:
        return self.publisher.push(image, [self.naming.written(tag) for tag in tags])

    def tag(self, manifest: Manifest, tag: str) -> None:
        self.publisher.tag(manifest, self.naming.written(tag))

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        written = {self.naming.written(tag): tag for tag in tags}
        return [written[tag] for tag in self.publisher.tag_at_once(manifest, list(written))]

    def written(self, tag: str) -> str:
        """Return the form that exists, or else the right one."""
        right, *others = self.naming.forms(tag)
        resolve = self.publisher.target.resolve
        return next((form for form in (right, *others) if resolve(form)), right) if others else right


@dataclass(frozen=True)
class NamedRegistry:
    registry: Registry
    naming: Naming

    def repository(self, artifact: str) -> Target:
        return NamedTarget(self.registry.repository(self.naming.place(artifact)), self.naming)

    def publisher(self, artifact: str) -> Publisher:
        return NamedPublisher(self.registry.publisher(self.naming.place(artifact)), self.naming)

    def name(self, artifact: str) -> str:
        return self.registry.name(self.naming.place(artifact))
