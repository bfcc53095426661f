"""What happened to each environment tag, over the rounds of one run."""

from collections.abc import Iterable
from dataclasses import replace

from flux.errors import TagElsewhereError
from flux.promotion.plan import Action, Step

ArtifactTag = tuple[str, str]


class Moves:
    """Remembers where each tag was before this run, and what the last round did with it."""

    def __init__(self) -> None:
        self._moved: dict[ArtifactTag, Step] = {}
        self._before: dict[ArtifactTag, Step] = {}
        self._last: dict[ArtifactTag, Step] = {}

    def acted(self, steps: Iterable[Step]) -> None:
        """Note what was moved. The digest from before this run is kept, even if a tag moves several times."""
        for step in steps:
            if step.action == Action.MOVED:
                first = self._moved.get(step.key, step)
                self._moved[step.key] = replace(step, old=first.old)

    def seen(self, steps: Iterable[Step]) -> None:
        """Note where the tags are after a round."""
        self._last |= {step.key: step for step in steps}

    def begin_again(self) -> None:
        """Forget what was seen: the desired state has changed."""
        self._before, self._last = dict(self._moved), {}

    def superseded(self) -> list[Step]:
        """Return moves for an earlier desired state that the last round did not replace."""
        return [move for key, move in self._before.items() if not _replaces(self._last.get(key))]

    def final(self) -> list[Step]:
        """Return what happened to the other tags since before this run."""
        superseded = {step.key for step in self.superseded()}
        return [
            step if key in superseded else self._since_the_first(step) for key, step in self._last.items()
        ]

    def _since_the_first(self, step: Step) -> Step:
        move = self._moved.get(step.key)
        if move is None:
            return step
        action = Action.MOVED if step.action == Action.UNCHANGED else step.action
        return replace(step, old=move.old, action=action)


def is_elsewhere(step: Step) -> bool:
    """Whether the tag was moved but did not stay there."""
    return isinstance(step.error, TagElsewhereError)


def _replaces(step: Step | None) -> bool:
    """Whether a step of the last round shows what happened to a tag that was moved before."""
    return step is not None and (step.action in (Action.MOVED, Action.UNCHANGED) or is_elsewhere(step))
