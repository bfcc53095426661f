"""A folder of OCI image layouts, one per artifact."""

from pathlib import Path

from flux.registry.builtin import BuiltinPublisher
from flux.registry.folder.layout import LayoutTarget


class LayoutRegistry:
    """Image layouts in a folder. `location` is the folder as people write it, `folder` its path."""

    def __init__(self, location: str, folder: Path) -> None:
        self._location = location.rstrip("/")
        self._folder = folder

    def repository(self, artifact: str) -> LayoutTarget:
        return LayoutTarget(self._folder / artifact, self._folder)

    def publisher(self, artifact: str) -> BuiltinPublisher:
        return BuiltinPublisher(self.repository(artifact))

    def name(self, artifact: str) -> str:
        return f"{self._location}/{artifact}"
