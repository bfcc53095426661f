"""The context of a command on a repository of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flux.event import TERMINAL, Event
from flux.forge.forge import Forge
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import open_forge
from flux.monorepo.registry import open_target_registry
from flux.registry.target import Registry
from flux.settings import Settings
from tests.repo import Repo


@contextmanager
def opened(
    repo: Repo | Path,
    settings: Settings | None = None,
    event: Event = TERMINAL,
    *,
    dry_run: bool = False,
    forge: Forge | None = None,
    registry: Registry | None = None,
) -> Iterator[Monorepo]:
    """The monorepo of a folder; its registry and forge are those given, else those of the settings."""
    with Clone(repo.path if isinstance(repo, Repo) else repo) as git:
        yield monorepo_of(git, settings, event, dry_run=dry_run, forge=forge, registry=registry)


def monorepo_of(
    git: Clone,
    settings: Settings | None = None,
    event: Event = TERMINAL,
    *,
    dry_run: bool = False,
    forge: Forge | None = None,
    registry: Registry | None = None,
) -> Monorepo:
    """The same, of a clone that is open."""
    return Monorepo(
        git,
        settings or Settings(),
        event,
        lambda monorepo: registry or open_target_registry(monorepo, dry_run),
        lambda monorepo: forge or open_forge(monorepo),
        dry_run,
    )
