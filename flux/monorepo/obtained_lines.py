"""Tells a partial clone at the start of a command what the command reads, so that it is fetched together."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from semver import Version

from flux.errors import FluxError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.promised import ContentAt
from flux.monorepo.release_branches import matches
from flux.promotion.desired import Desired
from flux.promotion.gates.freeze import freezes_path
from flux.promotion.proposal import PROMOTION_BRANCHES
from flux.settings import FILES


def obtain_lines(monorepo: Monorepo, *, merged: bool = False) -> None:
    """Fetch the trees of the lines that releases come from, and each version of the settings and of the
    desired state. With `merged`, also those of merged branches and of open promotions.

    Call it before the first read of the history: then a command needs no more fetches for it.
    """
    git, settings = monorepo.git, monorepo.settings
    if not git.filter:
        return
    with suppress(FluxError):  # the command reports it
        heads = [monorepo.tip, git.head()]
        if set(settings.branches) - {settings.branch}:
            there = monorepo.home_heads.items()
            found = [head for name, head in there if matches(settings.branches, name)]
            heads += sorted(git.obtain_all(found))
        if merged:
            heads += git.refs(f"refs/remotes/origin/{PROMOTION_BRANCHES}").values()
        state = settings.releaseconfig
        git.obtain_history(*heads, files=(*FILES, state, freezes_path(state)), line=not merged)


def expect_desired(monorepo: Monorepo, desired: Desired, names: Iterable[str]) -> None:
    """Expect the releases of artifacts that environments should have. They are fetched when one of them is
    read."""
    every = ((name, version) for name in names for version in desired.get(name, {}).values())
    expect_releases(monorepo, dict.fromkeys(every))


def expect_releases(monorepo: Monorepo, releases: Iterable[tuple[str, str]]) -> None:
    """Expect the releases of artifacts with these versions."""
    form = monorepo.settings.tag_form

    def released() -> Iterator[ContentAt]:
        for artifact, version in releases:
            with suppress(ValueError):
                if commit := monorepo.home_tags.get(form.render(artifact, Version.parse(version))):
                    yield artifact, commit

    monorepo.promised.expect(released)
