"""The context of a command."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING

from flux.errors import OutdatedSettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flux.event import Event
    from flux.forge.forge import Forge
    from flux.git.clone import Clone
    from flux.monorepo.build_steps import Steps
    from flux.monorepo.layouts import Layouts
    from flux.monorepo.promised import Promised
    from flux.monorepo.releases import KnownReleases
    from flux.registry.target import Registry
    from flux.settings import Settings


class Monorepo:
    """The context of one command: git, the settings, the event, the registry, the forge and the tip.

    The registry and the forge are opened once, at their first use. The tip and the tags at their home are
    read once; `refresh` forgets them. Call it before and after a write.
    """

    def __init__(
        self,
        git: Clone,
        settings: Settings,
        event: Event,
        open_registry: Callable[[Monorepo], Registry],
        open_forge: Callable[[Monorepo], Forge],
        dry_run: bool = False,
    ) -> None:
        self.git = git
        self.settings = settings
        self.event = event
        self.dry_run = dry_run
        self._open_registry = open_registry
        self._open_forge = open_forge
        self._registry: Registry | None = None
        self._forge: Forge | None = None
        self._layouts: Layouts | None = None
        self._steps: Steps | None = None
        self._promised: Promised | None = None
        self._tip: str | None = None
        self._home_tags: Mapping[str, str] | None = None
        self._home_heads: Mapping[str, str] | None = None
        self._branches: tuple[str, ...] | None = None
        self.known_releases: KnownReleases | None = None
        self._opening = RLock()

    @property
    def registry(self) -> Registry:
        """Raises RequestError if the settings name no registry that this run can push to."""
        with self._opening:
            if self._registry is None:
                self._registry = self._open_registry(self)
            return self._registry

    @property
    def forge(self) -> Forge:
        """Raises RequestError if the forge is not known, and ForgeError if there is no token."""
        with self._opening:
            if self._forge is None:
                self._forge = self._open_forge(self)
            return self._forge

    def require_forge(self) -> None:
        """Open the forge now. A missing token then stops a command at its start. Raises as `forge` does."""
        _ = self.forge

    @property
    def layouts(self) -> Layouts:
        """The layout of each commit: where its artifacts are, and what is left out."""
        if self._layouts is None:
            from flux.monorepo.layouts import Layouts

            self._layouts = Layouts(self.git, self.settings)
        return self._layouts

    @property
    def steps(self) -> Steps:
        """Runs the build steps."""
        with self._opening:
            if self._steps is None:
                from flux.monorepo.build_steps import Steps

                self._steps = Steps(self)
            return self._steps

    @property
    def promised(self) -> Promised:
        """The contents that a partial clone fetches together."""
        with self._opening:
            if self._promised is None:
                from flux.monorepo.promised import Promised

                self._promised = Promised(self)
            return self._promised

    @property
    def would_have(self) -> Sequence[str]:
        """The writes to the forge that a dry run left out, in order."""
        return getattr(self._forge, "would", ()) if self.dry_run else ()

    @property
    def tip(self) -> str:
        """The newest commit of `branch` at its home. Raises TipUnknownError if its home does not answer."""
        if self._tip is None:
            self._tip = self.git.tip(self.settings.branch)
        return self._tip

    def newest_tip(self) -> str:
        """Read the tip again and return it. Raises TipUnknownError if its home does not answer."""
        self._tip = None
        return self.tip

    @property
    def home_tags(self) -> Mapping[str, str]:
        """Every tag at its home, and its commit. Raises GitError if origin does not answer."""
        if self._home_tags is None:
            self._home_tags = self.git.home_tags()
        return self._home_tags

    @property
    def home_heads(self) -> Mapping[str, str]:
        """Every branch at its home, and its commit. Raises GitError if origin does not answer."""
        if self._home_heads is None:
            self._home_heads = self.git.home_refs().heads
        return self._home_heads

    def share_home(self, other: Monorepo) -> None:
        """Take over the tags and branches that another context of this clone has read.

        They are the same whatever the settings are.
        """
        self._home_tags, self._home_heads = other._home_tags, other._home_heads

    @property
    def branches(self) -> tuple[str, ...]:
        """The patterns of the branches that releases come from, by the tip's settings. An old checkout, such
        as a maintenance branch, may have other patterns.

        Raises GitError if the tip cannot be read.
        """
        if self._branches is None:
            from flux.monorepo.tip_settings import current_settings

            try:
                self._branches = current_settings(self).branches
            except OutdatedSettingsError:  # the tip's settings cannot be read
                self._branches = self.settings.branches
        return self._branches

    def judge_at(self, commit: str) -> None:
        """Treat a commit as the tip, to see what would happen. After that, only read."""
        assert self.dry_run
        self._tip = commit
