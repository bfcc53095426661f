"""Moving environment tags: what fails or does not stay, and what is said of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.errors import (
    DesiredStateError,
    RegistryError,
    RegistryUnreachableError,
)
from flux.registry.builtin import BuiltinPublisher
from flux.registry.dry import DryRegistry, Pending
from flux.registry.folder.layout import LayoutTarget
from flux.registry.target import Publisher, Registry, Target
from tests import parts
from tests.commands.faulty import Faulty, FaultyTarget, folder, on_server, refuse
from tests.commands.releasing import actions_of, tag
from tests.commands.tagging import FIRST, SECOND, VERSIONS, World, at_rest, converge, copied, run
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


@dataclass
class Contested:
    """A registry in which someone else moves a tag back as soon as it was moved, so many times."""

    registry: Registry
    times: int

    def repository(self, artifact: str) -> Target:
        outer, target = self, self.registry.repository(artifact)
        contested = artifact == "app"  # where that is not the version that is desired
        lower = target.fetch_manifest("1.0.0")
        assert lower
        before = lower

        class Watched(FaultyTarget):
            def _call(self, name: str, *arguments: Any) -> Any:
                answer = getattr(self.target, name)(*arguments)
                if name == "push_manifest" and arguments[1] == "at_ring1" and outer.times and contested:
                    outer.times -= 1
                    target.push_manifest(before, "at_ring1")
                return answer

        return Watched(Faulty(self.registry, 0, int), target, artifact)

    def publisher(self, artifact: str) -> Publisher:
        return BuiltinPublisher(self.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)


def test_a_tag_that_does_not_stay_is_moved_again(either: World) -> None:
    either.want(FIRST)
    plans: list[dict[str, str]] = []
    done = converge(
        either,
        wrapped=Contested(either.open(), times=1),
        on_plan=lambda tip, steps: plans.append(actions_of(s for s in steps if s.action != "unchanged")),
    )
    assert done.failed == []
    assert [len(plan) for plan in plans] == [4, 1]  # only that one again
    assert {step.old for step in done.steps} == {None}
    at_rest(either, FIRST)


def test_a_tag_that_never_stays_is_a_failure(world: World) -> None:
    world.want(FIRST)
    done = converge(world, wrapped=Contested(world.open(), times=1000))
    (failed,) = done.failed
    assert (failed.artifact, failed.environment, failed.action) == ("app", "at_ring1", "failed")
    assert str(failed.error) == "the tag was moved, but soon after it was at another place"
    assert failed.error.hint.startswith("`inv status` shows where")
    assert failed.new == world.published["app"]["1.1.0"]
    assert world.environments() == {**FIRST, "app": {**FIRST["app"], "at_ring1": "1.0.0"}}


class Forgetful(dict[str, Pending]):
    """Of no artifact it keeps what would have been written."""

    def setdefault(self, key: str, default: Pending) -> Pending:
        return default


def test_a_registry_that_takes_everything_and_does_nothing(world: World) -> None:
    world.want(FIRST)
    done = converge(world, wrapped=DryRegistry(world.open(), Forgetful()))
    assert actions_of(done.steps) == {f"{a}:{e}": "failed" for a, es in FIRST.items() for e in es}
    assert {str(step.error) for step in done.failed} == {
        "the tag was moved, but soon after it was at another place"
    }


@pytest.mark.parametrize(("jobs", "looks"), [(1, 3), (8, 6)])
def test_of_very_many_one_of_each_image_is_looked_at_again(world: World, jobs: int, looks: int) -> None:
    both = {"at_ring1": "1.0.0", "at_ring2": "1.0.0"}
    world.want({"app": {**both, "prod_ring1": "1.1.0"}, "db": {**both, "prod_ring1": "1.0.0"}})
    watched = Faulty(world.open(), 0, int)
    converge(world, wrapped=watched, jobs=jobs)
    assert watched.calls.count("app push_manifest") + watched.calls.count("db push_manifest") == 6
    last = max(at for at, call in enumerate(watched.calls) if call.endswith(" push_manifest"))
    assert [call.split()[1] for call in watched.calls[last + 1 :]] == ["resolve"] * looks


# Faults


@pytest.fixture
def rewound(seed: Path, tmp_path: Path) -> Callable[[], World]:
    """Worlds with FIRST in place and SECOND desired, one monorepo for all of them."""
    world = copied(seed, tmp_path, folder(tmp_path / "images"))
    world.want(FIRST)
    converge(world)
    world.want(SECOND)
    numbers = count()

    def again() -> World:
        at = tmp_path / f"images-{next(numbers)}"
        subprocess.run(["cp", "-a", world.place.location, at], check=True)
        return World(world.repo, world.origin, folder(at), world.published)

    return again


@pytest.mark.stories
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_failure_at_every_call_in_turn(rewound: Callable[[], World], late: bool) -> None:
    for number in count(1):
        world = rewound()
        faulty = Faulty(world.open(), number, refuse(RegistryError), late)
        done = converge(world, wrapped=faulty, jobs=1)
        if not faulty.hit:
            break
        victim = faulty.calls[number - 1].split()[0]
        assert {step.artifact for step in done.failed} == {victim}
        assert {str(step.error) for step in done.failed} == {"the registry is tired"}
        # The other is in place, and so is what had been moved before.
        other = next(name for name in VERSIONS if name != victim)
        assert world.environments()[other] == SECOND[other]
        assert converge(world).failed == []
        at_rest(world, SECOND)
    assert number > 12


@pytest.mark.stories
def test_a_registry_that_is_not_to_be_reached_at_every_call_in_turn(rewound: Callable[[], World]) -> None:
    for number in count(1):
        world = rewound()
        faulty = Faulty(world.open(), number, refuse(RegistryUnreachableError))
        done = converge(world, wrapped=faulty, jobs=1)
        if not faulty.hit:
            break
        assert len(faulty.calls) == number  # nothing more is asked of it
        assert done.failed
        converge(world)
        at_rest(world, SECOND)
    assert number > 12


def test_what_moved_before_a_failure_is_reported(rewound: Callable[[], World]) -> None:
    """Each tag with what became of it: old and new digest, whatever happened to the next."""
    world = rewound()
    probe = Faulty(rewound().open(), 0, int)
    converge(world, "app", wrapped=probe, jobs=1)
    pushes = [n for n, call in enumerate(probe.calls, 1) if call == "app push_manifest"]
    world = rewound()
    before = converge(world, "app", dry_run=True).steps
    assert len(pushes) in (0, 2)
    number = (pushes or [0])[-1]
    faulty = Faulty(world.open(), number, refuse(RegistryError))
    done = converge(world, "app", wrapped=faulty, jobs=1)
    assert actions_of(done.steps) == {
        "app:at_ring1": "moved",
        "app:at_ring2": "unchanged",
        "app:prod_ring1": "failed",
    }
    assert [(s.old, s.new) for s in done.steps] == [(s.old, s.new) for s in before]


def test_one_repository_that_is_broken(world: World) -> None:
    world.want(FIRST)
    (Path(world.place.location) / "app/index.json").write_text("not json")
    done = run(world)
    assert done.code == 1
    assert "app:at_ring1, app:at_ring2, app:prod_ring1: " in done.err
    assert (
        LayoutTarget(Path(world.place.location) / "db").resolve("at_ring1") == world.published["db"]["1.0.0"]
    )


@pytest.mark.stories
def test_two_runs_at_once(either: World) -> None:
    either.want(FIRST)
    converge(either)
    either.want(SECOND)
    command = [sys.executable, "-m", "invoke", "tag"]
    env = {**os.environ, "INVOKE_FLUX_REGISTRY": either.place.location}
    processes = [
        subprocess.Popen(command, cwd=either.repo.path, env=env, stdout=-1, stderr=-1) for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    at_rest(either, SECOND)


def test_a_desired_artifact_outside_of_the_registrys_path(
    world: World, registry_server: parts.Registry, tmp_path: Path
) -> None:
    """A name is never interpolated into another place: `..` in it would be another team's repository."""
    prefix = uuid4().hex
    theirs = copied(
        world.repo.path.parent, tmp_path / "theirs", on_server(registry_server, f"theirs/{prefix}")
    )
    before = theirs.tags()
    world.want({f"../../theirs/{prefix}/app": {"at_ring1": "1.0.0"}})
    with pytest.raises(DesiredStateError):
        tag(world.repo, registry=f"oci://{registry_server.host}/ours/{prefix}")
    assert theirs.tags() == before
