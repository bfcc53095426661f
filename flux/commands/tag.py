"""Converge the registry's environment tags to the desired state at the tip."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flux.errors import FluxError, GitError, RegistryError
from flux.monorepo.desired import choose, desired_at
from flux.monorepo.drift import Looked, Reach, look
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.outdated import require_current_settings
from flux.parallel import in_parallel, meanwhile
from flux.promotion.desired import Desired
from flux.promotion.plan import Action, Step

Working = Callable[[str, int], AbstractContextManager[Callable[[str], object]]]
"""Shows what is being done to how many artifacts, and is told of each that is done."""

_MOST_ROUNDS = 5
_LOOKS = 4  # round trips that the second look may take
_ASTRAY = "the tag was moved, and looked at again it was elsewhere"


@dataclass(frozen=True)
class Convergence:
    """Where every environment's tag is, in the order of the desired state, at one tip."""

    tip: str
    steps: list[Step]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.action in (Action.MISSING, Action.FAILED)]

    def document(self) -> dict[str, Any]:
        return {
            "tags": [
                {
                    "artifact": step.artifact,
                    "environment": step.environment or None,
                    "version": step.version,
                    "from": step.old,
                    "to": step.new,
                    "action": step.action,
                }
                | ({"error": step.error} if step.error else {})
                for step in self.steps
            ]
        }


@contextmanager
def silently(what: str, total: int) -> Iterator[Callable[[str], object]]:
    """Shows nothing."""
    yield lambda done: None


def converge(
    monorepo: Monorepo,
    names: Collection[str],
    working: Working = silently,
    on_plan: Callable[[str, list[Step]], object] = lambda tip, steps: None,
) -> Convergence:
    """Move what differs, of the artifacts named or of all: plan, show the tip and the plan by `on_plan`, act,
    and look again.

    Where the tip came to desire something else meanwhile, all of that is done once more, so that the last to
    finish is never the one that knew least; so are artifacts whose tags did not stay where they were put.
    Raises, with nothing moved, TipUnknownError where the tip cannot be fetched, and OutdatedSettingsError
    where it has others.
    """
    reach = Reach()
    moves: dict[tuple[str, str], Step] = {}
    earlier: dict[tuple[str, str], Step] = {}
    steps: dict[tuple[str, str], Step] = {}
    tip = monorepo.tip
    desired = _desired_of(monorepo, tip, names)
    due = list(desired)
    for _ in range(_MOST_ROUNDS):
        with working("looking", len(due)) as on_done:
            looked = look(monorepo, due, desired, on_done, reach)
        planned = [step for each in looked for step in each.steps]
        on_plan(tip, planned)
        if monorepo.dry_run:
            return Convergence(tip, planned, _left(planned))
        with working("tagging", len(due)) as on_done:
            done = _act(monorepo, reach, looked, on_done)
        for step in done:
            if step.action == Action.MOVED:
                first = moves.get(_key(step), step)
                moves[_key(step)] = replace(step, old=first.old)
        with meanwhile(lambda: monorepo.tip) as newest:
            done = _look_again(monorepo, reach, done)
            moved_on, tip = newest() != tip, newest()
        steps |= {_key(step): step for step in done}
        due = list(dict.fromkeys(step.artifact for step in done if step.error == _ASTRAY))
        if moved_on and (newer := _desired_of(monorepo, tip, names)) != desired:
            desired, due = newer, list(newer)
            earlier, steps = dict(moves), {}
        elif not due:
            break
    if not steps and due:
        raise GitError(
            f"the tip moved on {_MOST_ROUNDS} times while its tags were converged", "run `inv tag` again"
        )
    outdated = {key: move for key, move in earlier.items() if not _follows(steps.get(key))}
    last = [step if key in outdated else _since_the_first(step, moves) for key, step in steps.items()]
    notices = [*_moved_before(outdated.values(), monorepo.settings.branch, tip), *_left(last)]
    return Convergence(tip, [*outdated.values(), *last], notices)


def _desired_of(monorepo: Monorepo, tip: str, names: Collection[str]) -> Desired:
    """What is desired at a commit of each artifact named, or of all, be it nothing."""
    require_current_settings(monorepo)
    desired = desired_at(monorepo, tip)
    return {name: desired.get(name, {}) for name in choose(monorepo, desired, names)}


def _act(
    monorepo: Monorepo,
    reach: Reach,
    looked: Sequence[Looked],
    on_done: Callable[[str], object],
) -> list[Step]:
    """The steps, performed; what fails among them leaves the others, unless the registry is gone."""

    def one(planned: Looked) -> tuple[str, list[Step]]:
        publisher = monorepo.registry.publisher(planned.artifact)

        def move(step: Step) -> Step:
            manifest = planned.manifests[step.version or ""]
            try:
                reach.ask(lambda: publisher.tag(manifest, step.environment))
            except FluxError as error:
                return _failed(step, error)
            return replace(step, action=Action.MOVED)

        done = [move(step) if step.action == Action.MOVE else step for step in planned.steps]
        on_done(planned.artifact)
        return planned.artifact, done

    done = dict(in_parallel(monorepo.settings.jobs, one, looked))
    return [step for each in looked for step in done[each.artifact]]


def _look_again(monorepo: Monorepo, reach: Reach, steps: Sequence[Step]) -> list[Step]:
    """The steps, those failed that moved a tag which is elsewhere now."""
    moved = [step for step in steps if step.action == Action.MOVED]
    if len(moved) > _LOOKS * monorepo.settings.jobs:
        # Of very many one for each image: the last that was written, which stands for those before it.
        moved = list({(step.artifact, step.new): step for step in moved}.values())

    def one(step: Step) -> Step:
        target = monorepo.registry.repository(step.artifact)
        try:
            there = reach.ask(lambda: target.resolve(step.environment))
        except FluxError as error:
            return _failed(step, error)
        hint = "`inv status` shows where; find who else moves it, then run `inv tag` again"
        return step if there == step.new else _failed(step, RegistryError(_ASTRAY, hint))

    seen = {_key(step): step for step in in_parallel(monorepo.settings.jobs, one, moved)}
    return [seen.get(_key(step), step) for step in steps]


def _failed(step: Step, error: FluxError) -> Step:
    return replace(step, action=Action.FAILED, error=error.message, hint=error.hint)


def _key(step: Step) -> tuple[str, str]:
    return step.artifact, step.environment


def _follows(step: Step | None) -> bool:
    """Whether a tag's step at the last tip goes on from its moves at earlier ones, or says that it did not
    stay; else they are what became of it."""
    return step is not None and (step.action in (Action.MOVED, Action.UNCHANGED) or step.error == _ASTRAY)


def _since_the_first(step: Step, moves: Mapping[tuple[str, str], Step]) -> Step:
    """The step from where its tag was before this run, however often it was moved."""
    if _key(step) not in moves:
        return step
    action = Action.MOVED if step.action == Action.UNCHANGED else step.action
    return replace(step, old=moves[_key(step)].old, action=action)


def _moved_before(outdated: Iterable[Step], branch: str, tip: str) -> list[str]:
    moved = [f"{step.artifact}:{step.environment} to {step.version}" for step in outdated]
    return [f"moved before {branch} went on to {tip[:12]}: {', '.join(moved)}"] if moved else []


def _left(steps: Iterable[Step]) -> list[str]:
    left = [f"{s.artifact}:{s.environment}" for s in steps if s.action == Action.LEFT]
    if not left:
        return []
    return [f"no version is desired for {', '.join(left)}: the tags are left where they are"]
