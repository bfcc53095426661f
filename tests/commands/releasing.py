"""Releasing, publishing and tagging as functions on real repositories, and monorepos to do it in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flux.commands.publish import publish_tag
from flux.commands.release import MadeRelease, PlannedRelease, create_release, plan_release
from flux.commands.tag import tag_environments
from flux.environments.converge import Convergence
from flux.environments.status import Status, find_status
from flux.event import Event
from flux.forge.forge import Forge, Release
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.publishing import Published
from flux.promotion.plan import Step
from flux.registry import open_registry
from flux.registry.target import Registry
from flux.settings import Phase, Settings
from tests.commands.invoking import TERMINAL, build
from tests.monorepos import monorepo_of, opened
from tests.repo import Repo

PHASES = (Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod_ring1",)))
PHASES_SETTING = {phase.name: list(phase.environments) for phase in PHASES}
CONFIG = "flux/releaseconfig.json"


@contextmanager
def local(repo: Repo, forge: Forge | None, settings: Settings, event: Event = TERMINAL) -> Iterator[Monorepo]:
    """With a forge of the clone's own, unless one is given."""
    with Clone(repo.path) as git:
        yield monorepo_of(git, settings, event, forge=forge or LocalForge(git.root, git))


def plan(
    repo: Repo,
    artifact: str,
    wanted: str,
    *,
    allow_unchanged: bool = False,
    forge: Forge | None = None,
    **settings: Any,
) -> PlannedRelease:
    with local(repo, forge, Settings(**settings)) as monorepo:
        return plan_release(monorepo, artifact, wanted, allow_unchanged)


def make_release(
    repo: Repo,
    artifact: str,
    wanted: str,
    *,
    event: Event = TERMINAL,
    allow_unchanged: bool = False,
    forge: Forge | None = None,
    **settings: Any,
) -> MadeRelease:
    """As `inv release`, with a forge of this repository's own unless one is given."""
    planned = plan(repo, artifact, wanted, allow_unchanged=allow_unchanged, forge=forge, **settings)
    with local(repo, forge, Settings(**settings), event) as monorepo:
        return create_release(monorepo, planned)


def release(repo: Repo, artifact: str, wanted: str, **more: Any) -> tuple[PlannedRelease, Release, bool]:
    """The same: its plan, the release, and whether it was made now."""
    made = make_release(repo, artifact, wanted, **more)
    return made.planned, made.release, made.planned.release is None


def publish(
    repo: Repo, tag: str, *, event: Event = TERMINAL, dry_run: bool = False, **settings: Any
) -> Published:
    with opened(repo, Settings(**settings), event, dry_run=dry_run) as monorepo:
        return publish_tag(monorepo, tag)


def tag(
    repo: Repo,
    *names: str,
    dry_run: bool = False,
    registry: str = ".registry",
    wrapped: Registry | None = None,
    on_plan: Callable[[str, list[Step]], object] = lambda tip, steps: None,
    **settings: Any,
) -> Convergence:
    """As `inv tag`; `wrapped` is acted on instead of the registry of that name."""
    chosen = Settings(registry=registry, phases=PHASES, **settings)
    with opened(repo, chosen, dry_run=dry_run, registry=wrapped) as monorepo:
        return tag_environments(monorepo, names, on_plan=on_plan)


def status(
    repo: Repo,
    *names: str,
    registry: str = ".registry",
    forge: Forge | None = None,
    wrapped: Registry | None = None,
    **settings: Any,
) -> Status:
    chosen = Settings(registry=registry, phases=PHASES, **settings)
    with opened(repo, chosen, dry_run=True, registry=wrapped, forge=forge) as monorepo:
        return find_status(monorepo, names)


def actions_of(steps: Iterable[Step]) -> dict[str, str]:
    return {f"{step.artifact}:{step.environment}": str(step.action) for step in steps}


def digests(
    location: str, *artifacts: str, root: Path = Path("/nowhere")
) -> dict[str, dict[str, str | None]]:
    """The tags of each artifact's repository, and their digests."""
    registry = open_registry(location, root, jobs=1, insecure=None)
    found = {}
    for artifact in artifacts:
        target = registry.repository(artifact)
        found[artifact] = {tag: target.resolve(tag) for tag in sorted(target.tags())}
    return found


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, with its time and bytes: equal trees mean that nothing was written."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def publish_versions(
    repo: Repo, versions: Mapping[str, Collection[str]], location: str, **settings: Any
) -> None:
    """For each version of each artifact a commit that changes it, a tag, and the published image."""
    for artifact, wanted in versions.items():
        for version in wanted:
            path = repo.path / f"artifacts/{artifact}/x.yaml"
            repo.commit(files={f"artifacts/{artifact}/x.yaml": path.read_text() + f"# {version}\n"})
            build(repo, artifact, registry=location, **settings)
            repo.tag(f"flux-oci-{artifact}-v{version}")
            publish(repo, f"flux-oci-{artifact}-v{version}", registry=location, **settings)
