"""What a kind of registry says of itself, so that nobody else has to know it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from flux.registry.target import Registry


@dataclass(frozen=True)
class RegistrySetting:
    """A setting `registry` to open. A folder is relative to `root`; the rest is for a server."""

    location: str
    root: Path
    jobs: int
    insecure: bool | None


class RegistryKind(ABC):
    """One kind of registry."""

    beginning: ClassVar[str]
    """The beginning of its locations in the setting `registry`."""
    allowed: ClassVar[str]
    """Its locations, for people."""
    pattern: ClassVar[str]
    """A regular expression for its locations, for editors. It may allow more than `read`."""

    @abstractmethod
    def read(self, location: str) -> str:
        """Return a location in its usual form. Raises ValueError, with a reason, if it is not allowed."""

    @abstractmethod
    def open(self, setting: RegistrySetting) -> Registry: ...

    def host(self, location: str) -> str:
        """Return the server of a location, as `docker login` takes it; empty for files of this machine."""
        return ""
