"""Finds the layout of each commit, from the settings in the commit's own invoke.yaml."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flux.artifact.layout import Layout
from flux.errors import ContentError, GitError, RequestError, SettingError
from flux.settings import FILES
from flux.settings.sources import read_adopted, read_layout, read_mode

if TYPE_CHECKING:
    from flux.git.clone import Clone
    from flux.settings import Settings


class Layouts:
    """The layouts of a clone's commits.

    Settings from variables or from other files of this machine are in no commit. They count at each commit.
    """

    def __init__(self, git: Clone, settings: Settings) -> None:
        self._git = git
        self._settings = settings

    def at(self, commit: str) -> Layout:
        """Return the layout of a commit. Raises ContentError if its settings cannot be read."""
        for name in FILES:
            content = self._git.file(commit, name)
            if content is None:
                continue
            if content == self._checkout:
                return self._settings.layout
            try:
                said = read_layout(content)
            except SettingError as error:
                raise ContentError(
                    f"the settings of {commit[:12]} in {name} cannot be read: {error.message}",
                    "fix the file, then build or release a later commit",
                ) from error
            return self._overridden(said or self._unsaid(commit))
        return self._overridden(self._unsaid(commit))

    def are_said(self, commit: str) -> bool:
        """Whether a commit has settings, or a file that may be meant as settings."""
        content = next(filter(None, (self._git.file(commit, name) for name in FILES)), b"")
        try:
            return read_layout(content) is not None
        except SettingError:
            return True

    def observes(self, commit: str) -> bool:
        """Whether a commit's own settings have the mode `observe`."""
        content = next(filter(None, (self._git.file(commit, name) for name in FILES)), b"")
        return read_mode(content) == "observe"

    def before(self, commit: str) -> Layout | None:
        """Return the layout of a commit. If its settings cannot be read, use the nearest commit before it.

        Return None if no commit has readable settings.
        """
        with suppress(ContentError):
            return self.at(commit)
        for earlier in self._git.first_parents(commit)[1:]:
            with suppress(ContentError):
                return self.at(earlier)
        return None

    @cached_property
    def adopted(self) -> str:
        """The last commit of an earlier system. It is empty if there was none, or if it cannot be fetched."""
        adopted = self._settings.adopted
        return adopted if adopted and self._git.obtain(adopted) else ""

    def _unsaid(self, commit: str) -> Layout:
        """Return the layout of a commit without settings. The first settings apply, and nothing is ignored.

        Later changes of the settings do not apply. If the commit has none of the folders, today's layout
        applies, or else the default one.
        """
        settled, has = self._settings.layout, self._git.folders_of(commit)
        today = Layout(settled.artifacts, state=settled.state)
        known = (self._first or today, today, Layout())
        return next((one for one in known if any(map(has, one.tops))), today)

    @cached_property
    def _first(self) -> Layout | None:
        """The layout of the first settings on the checked out line. It ignores nothing.

        If some settings name the present commit in `adopted`, only these count. None if none can be read.
        """
        with suppress(GitError, RequestError):
            blobs = [blob for name in FILES for _, blob in self._git.file_history(self._git.head(), name)]
            contents = [self._git.read(blob) for blob in reversed(blobs) if blob]
            adopting = [one for one in contents if read_adopted(one) == self._settings.adopted]
            read = map(read_layout, adopting or contents)
            if said := next(filter(None, read), None):
                return Layout(said.artifacts, state=said.state)
        return None

    def _overridden(self, said: Layout) -> Layout:
        return replace(said, **self._elsewhere) if self._elsewhere else said

    @cached_property
    def _elsewhere(self) -> dict[str, Any]:
        """The settings in force that differ from the checkout's own file."""
        said = None
        with suppress(SettingError):
            said = read_layout(self._checkout)
        said, forced = said or Layout(), self._settings.layout
        names = ("artifacts", "ignore", "state")
        return {n: getattr(forced, n) for n in names if getattr(forced, n) != getattr(said, n)}

    @cached_property
    def _checkout(self) -> bytes:
        """The content of the checkout's own file. It is empty if there is none."""
        for name in FILES:
            with suppress(OSError):
                return (self._git.root / name).read_bytes()
        return b""
