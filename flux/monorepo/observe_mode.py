"""Compares the tags of an earlier system with those that this one would write, for the mode `observe`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.registry import written_registry
from flux.parallel import in_parallel
from flux.promotion.plan import Action, Step
from flux.regex import regex

_OF_A_COMMIT = regex(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Observed:
    """One tag. `theirs` is the digest that it has, or None if the tag is missing.

    `ours` is the digest that this system would give it, or None if only a push would tell it.
    """

    name: str
    theirs: str | None
    ours: str | None

    @property
    def agrees(self) -> bool:
        return self.theirs is not None and self.theirs == self.ours


def observe_images(monorepo: Monorepo, results: Iterable[ImageResult]) -> list[Observed]:
    """Return the tags that would be pushed, without commit tags: each system has its own form for these.

    Raises RegistryError if the registry does not answer.
    """
    done = [result for result in results if not result.error]
    found = in_parallel(monorepo.settings.jobs, lambda result: [*_tags(monorepo, result)], done)
    return sorted((one for each in found for one in each), key=lambda one: one.name)


def _tags(monorepo: Monorepo, result: ImageResult) -> Iterator[Observed]:
    """Yield the tags of an image. A tag that has the same content stays, even if its digest is another."""
    there = written_registry(monorepo).repository(result.artifact)
    planned = monorepo.registry.repository(result.artifact)
    for tag in result.tags:
        if _OF_A_COMMIT.fullmatch(tag):
            continue
        theirs = ours = there.resolve(tag)
        if result.action == ImageAction.PUSHED:
            ours = result.digest
        elif result.action == ImageAction.TAGGED:
            ours = planned.resolve(tag)
        yield Observed(f"{result.artifact}:{tag}", theirs, ours)


def observe_steps(steps: Iterable[Step]) -> list[Observed]:
    """Return the environments' tags, without those that have no desired version or that cannot be judged."""
    known = [step for step in steps if not step.fault and step.action != Action.LEFT]
    return [
        Observed(step.name, step.old, step.old if step.action == Action.UNCHANGED else step.new)
        for step in known
    ]
