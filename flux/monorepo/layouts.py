"""Which layout each commit has: the settings `sources` and `ignore` of its own invoke.yaml."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flux.errors import ContentError, SettingError
from flux.settings import FILES
from flux.settings.layout import LAYOUT_SETTINGS, Layout, read_layout

if TYPE_CHECKING:
    from flux.git.clone import Clone
    from flux.settings import Settings


class Layouts:
    """The layouts of a clone's commits.

    What a variable says, or another file of this machine, is in no commit. It counts at each of them.
    """

    def __init__(self, git: Clone, settings: Settings) -> None:
        self._git = git
        self._settings = settings

    def at(self, commit: str) -> Layout:
        """The layout of a commit. Raises ContentError where its settings cannot be read."""
        for name in FILES:
            content = self._git.file(commit, name)
            if content is None:
                continue
            if content == self._checkout:
                return Layout(self._settings.sources, self._settings.ignore)
            try:
                said = read_layout(content)
            except SettingError as error:
                raise ContentError(
                    f"the settings of {commit[:12]} in {name} cannot be read: {error.message}",
                    "mend the file, then build or release a later commit",
                ) from error
            return self._overridden(said or self._unsaid(commit))
        return self._overridden(self._unsaid(commit))

    def before(self, commit: str) -> Layout | None:
        """The layout of a commit, or where its settings cannot be read that of the nearest one before it.

        None where no commit has one that can be read.
        """
        with suppress(ContentError):
            return self.at(commit)
        for earlier in self._git.first_parents(commit)[1:]:
            with suppress(ContentError):
                return self.at(earlier)
        return None

    def _unsaid(self, commit: str) -> Layout:
        """The layout of a commit from before there were settings: today's folder, and nothing left out."""
        today = Layout(self._settings.sources)
        found = self._git.folders_of(commit)
        has_today = not today.prefix or found(today.prefix)
        return today if has_today or not found(Layout().prefix) else Layout()

    def _overridden(self, said: Layout) -> Layout:
        return Layout(**({name: getattr(said, name) for name in LAYOUT_SETTINGS} | self._elsewhere))

    @cached_property
    def _elsewhere(self) -> dict[str, Any]:
        """The settings in force that the checkout's own file does not have."""
        said = None
        with suppress(SettingError):
            said = read_layout(self._checkout)
        return {
            name: getattr(self._settings, name)
            for name in LAYOUT_SETTINGS
            if getattr(self._settings, name) != getattr(said or Layout(), name)
        }

    @cached_property
    def _checkout(self) -> bytes:
        """The checkout's own file, empty where it has none."""
        for name in FILES:
            with suppress(OSError):
                return (self._git.root / name).read_bytes()
        return b""
