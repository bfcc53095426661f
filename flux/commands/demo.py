"""Prepares the demo: finds the artifact to change, makes the clone, and plans what is typed in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from flux.demo.play import Demo
from flux.demo.progress import beginnings_with_rules, plan_progress, require_phases
from flux.demo.stage import Chosen, beginnings, choose_file, left_out
from flux.demo.story import plan_demo
from flux.monorepo.monorepo import Monorepo


@dataclass(frozen=True)
class Stage:
    """What the demo begins with. `files` differ from HEAD in the clone. The clone does not have the
    uncommitted paths `left_out`."""

    chosen: Chosen
    files: Mapping[str, bytes]
    left_out: list[str]
    progress: bool


def set_stage(monorepo: Monorepo, names: Collection[str], progress: bool) -> Stage:
    """Choose an artifact, of these or of all. With `progress`, the demo is about rules.

    Raises RequestError if no artifact can be changed, or if rules have no phase to promote to.
    """
    chosen = choose_file(monorepo, names)
    if progress:
        require_phases(monorepo.settings)
    files = beginnings_with_rules(monorepo) if progress else beginnings(monorepo)
    return Stage(chosen, files, left_out(monorepo), progress)


def begin_demo(monorepo: Monorepo, stage: Stage, place: Path) -> Demo:
    """Make the clone at a place, and return what to type there."""
    plan = plan_progress if stage.progress else plan_demo
    branch = monorepo.settings.branch
    with monorepo.git.clone(place, branch, stage.files, "Begin with nothing deployed") as clone:
        return plan(monorepo.settings, stage.chosen, clone.tags())
