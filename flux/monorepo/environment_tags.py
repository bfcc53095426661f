"""Moves environment tags in the registry, and checks that they stay."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from flux.errors import FluxError, TagElsewhereError
from flux.monorepo.drift import Looked, Reach
from flux.monorepo.monorepo import Monorepo
from flux.parallel import in_parallel
from flux.promotion.plan import Action, Step
from flux.registry.target import Manifest, Publisher

Begin = Callable[[Step, Manifest], Callable[[], object]]

_LOOKS = 4  # the most round trips for the second check


def move_tags(
    monorepo: Monorepo,
    reach: Reach,
    looked: Sequence[Looked],
    on_done: Callable[[str], object],
    begin: Begin = lambda step, manifest: lambda: None,
) -> list[Step]:
    """Perform the steps. If one fails, the others are still done, unless the registry does not answer.

    `begin` is called before each move. The function that it returns is called after the move.
    """

    def one(planned: Looked) -> tuple[str, list[Step]]:
        publisher = monorepo.registry.publisher(planned.artifact)
        ends = _begin_all(planned, begin)
        at_once = _move_at_once(publisher, reach, planned)

        def move(step: Step) -> Step:
            manifest = planned.manifests[step.version or ""]
            try:
                if step.environment not in at_once:
                    reach.ask(lambda: publisher.tag(manifest, step.environment))
            except FluxError as error:
                return step.failed(error)
            ends[step.key]()
            return replace(step, action=Action.MOVED)

        done = [move(step) if step.action == Action.MOVE else step for step in planned.steps]
        on_done(planned.artifact)
        return planned.artifact, done

    done = dict(in_parallel(monorepo.settings.jobs, one, looked))
    return [step for each in looked for step in done[each.artifact]]


def _begin_all(planned: Looked, begin: Begin) -> dict[tuple[str, str], Callable[[], object]]:
    """Return the function to call after each move."""
    moves = [step for step in planned.steps if step.action == Action.MOVE]
    return {step.key: begin(step, planned.manifests[step.version or ""]) for step in moves}


def _move_at_once(publisher: Publisher, reach: Reach, planned: Looked) -> set[str]:
    """Move several tags in one request if the registry supports it. Return the environments that moved."""
    environments: dict[str, list[str]] = {}
    for step in planned.steps:
        if step.action == Action.MOVE:
            environments.setdefault(step.version or "", []).append(step.environment)
    moved: set[str] = set()
    for version, tags in environments.items():
        with suppress(FluxError):  # the tags are then moved one by one, and each reports its error
            moved.update(reach.ask(partial(publisher.tag_at_once, planned.manifests[version], tags)))
    return moved


def look_again(monorepo: Monorepo, reach: Reach, steps: Sequence[Step]) -> list[Step]:
    """Check the moved tags again. Return the steps; those whose tag has moved away since then have failed."""
    moved = [step for step in steps if step.action == Action.MOVED]
    if len(moved) > _LOOKS * monorepo.settings.jobs:
        # If there are very many, check one tag of each image: the last one that was written.
        moved = list({(step.artifact, step.new): step for step in moved}.values())

    def one(step: Step) -> Step:
        target = monorepo.registry.repository(step.artifact)
        try:
            there = reach.ask(lambda: target.resolve(step.environment))
        except FluxError as error:
            return step.failed(error)
        return step if there == step.new else step.failed(_elsewhere())

    seen = {step.key: step for step in in_parallel(monorepo.settings.jobs, one, moved)}
    return [seen.get(step.key, step) for step in steps]


def _elsewhere() -> TagElsewhereError:
    return TagElsewhereError(
        "the tag was moved, but soon after it was at another place",
        "`inv status` shows where; find who else moves it, then run `inv tag` again",
    )
