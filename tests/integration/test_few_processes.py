"""Commands with nothing to do ask little, however many promotions are open."""

from pathlib import Path

import pytest

from tests.commands.promoting import World
from tests.git.counted import CountedGit
from tests.github.fixtures import RunGitHub
from tests.worlds import run_hub


def settle(world: World, promotions: range) -> None:
    """Open so many promotions, each with its issue, its ticked box and its pull request."""
    for number in promotions:
        tag = world.release("eso", f"1.{number + 2}.0")
        world.open(tag)
        world.apply(world.tick("prod_ring1", number=world.issues()[-1]), world.issues()[-1])
    world.build()
    for _ in range(2):
        world.reconcile()
    assert len(world.pulls()) == promotions.stop


def test_what_is_asked_does_not_grow_with_the_promotions(
    tmp_path: Path, run_github: RunGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = CountedGit.make(tmp_path / "counted")
    with run_hub(tmp_path / "world", run_github) as world:
        for promotions in (range(1), range(1, 4)):
            settle(world, promotions)
            with monkeypatch.context() as patch:
                patch.setenv("PATH", counted.environment()["PATH"])
                for command in (world.reconcile, world.sync):
                    counted.forget()
                    done = command()
                    assert done is not None
                    assert len(counted.of("ls-remote")) <= 3, counted.calls
                    assert 0 < len(counted.calls) <= 40, counted.calls
