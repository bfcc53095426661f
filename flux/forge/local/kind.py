"""Files and branches of the clone as a kind of forge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flux.forge.kind import ForgeKind, Variables
from flux.forge.place import ForgeClues, Place

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git


class LocalKind(ForgeKind):
    """No clue leads here. It is what there is where no other forge is."""

    name = "local"

    def find(self, clues: ForgeClues) -> Place:
        return Place(self.name)

    def open(self, place: Place, git: Git, environment: Variables) -> Forge:
        from flux.forge.local.forge import LocalForge

        return LocalForge(git.root, git)

    def account(self, place: Place, login: str | None) -> str:
        return f"files in .forge, as {login}"

    def has_reports(self, root: Path) -> bool:
        from flux.forge.local.folder import FORGE_FOLDER, STATUSES, ForgeFolder

        return ForgeFolder(root / FORGE_FOLDER).has(STATUSES)
