"""The interface that every place for images has, one repository at a time."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from flux.artifact.image import digest_of


@dataclass(frozen=True)
class Manifest:
    """A manifest exactly as it is stored."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def document(self) -> dict[str, Any] | None:
        """What it says, None where that is no JSON object."""
        try:
            document = json.loads(self.content)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None


class Target(Protocol):
    """One repository. Whatever does not work raises RegistryError."""

    def resolve(self, tag: str) -> str | None:
        """The digest that a tag points at, None where there is no such tag."""

    def fetch_manifest(self, reference: str) -> Manifest | None:
        """The manifest behind a tag or digest, None where there is none."""

    def fetch_blob(self, digest: str) -> bytes:
        """A blob's content, which has that digest."""

    def push_blob(self, content: bytes) -> None:
        """Store a blob; nothing is sent or written where it is there."""

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        """Store a manifest, whose blobs are there, and point the tag at it."""

    def tags(self) -> list[str]:
        """Every tag, in no particular order; none where there is no such repository."""


class Registry(Protocol):
    """A place that has one repository per artifact."""

    def repository(self, artifact: str) -> Target: ...

    def name(self, artifact: str) -> str:
        """The repository as one would give it to `docker pull`, without a tag."""
