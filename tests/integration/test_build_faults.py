"""Whatever goes wrong in the middle, the next run makes of the registry what an undisturbed run would have:
a call that fails, a process that is killed or interrupted, one of many artifacts."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from tests import parts
from tests.commands.faulty import (
    Place,
    State,
    Story,
    command,
    fault_at,
    fresh,
    on_server,
    push,
    refuse,
    repaired,
)
from tests.commands.faulty import expected as expected
from tests.commands.faulty import kind as kind
from tests.commands.faulty import new_place as new_place
from tests.commands.faulty import story as story
from tests.commands.invoking import inv
from tests.integration.test_dead_registry import timed

pytestmark = pytest.mark.stories


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_failure_at_every_call_in_turn(
    story: Story, expected: State, new_place: Callable[..., Place], late: bool
) -> None:
    for number in count(1):
        place = new_place()
        push(story.before, place)
        with fault_at(number, refuse(RegistryError), late) as faulty:
            built = push(story.repo, place)
        if not faulty().hit:
            break
        # The others go out.
        victim = faulty().calls[number - 1].split()[0]
        assert [(r.artifact, str(r.action), str(r.error)) for r in built.failed] == [
            (victim, "failed", "the registry is tired")
        ]
        there = place.state()
        assert {n: there[n] for n in there if n != victim} == {
            n: expected[n] for n in expected if n != victim
        }
        repaired(story.repo, place, expected)
    assert number > 10


def test_a_registry_that_is_not_to_be_reached_at_every_call_in_turn(
    story: Story, expected: State, new_place: Callable[..., Place]
) -> None:
    for number in count(1):
        place = new_place()
        push(story.before, place)
        with fault_at(number, refuse(RegistryUnreachableError)) as faulty:
            built = push(story.repo, place)
        if not faulty().hit:
            break
        # Nothing more is asked of it.
        assert len(faulty().calls) == number
        assert {str(result.error) for result in built.failed} == {"the registry is tired"}
        repaired(story.repo, place, expected)
    assert number > 10


def killed(story: Story, kind: str, place: Place) -> int:
    """How many builds were killed, each in a place of its own below this one."""
    arguments = [str(story.repo.path), place.location, kind, str(story.before.path)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.commands.killed", *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    return int(done.stdout)


def test_a_kill_before_every_write_in_turn(
    story: Story, expected: State, kind: str, new_place: Callable[..., Place]
) -> None:
    name = uuid4().hex
    kills = killed(story, kind, new_place(name))
    assert kills >= 20
    for number in range(1, kills + 1):
        place = new_place(f"{name}/{number}")
        assert push(story.repo, place).failed == []
        assert place.state() == expected, number


@pytest.mark.parametrize("kind", ["folder"], indirect=True)
def test_a_kill_in_the_middle_of_a_write(
    story: Story, expected: State, new_place: Callable[..., Place]
) -> None:
    name = uuid4().hex
    kills = killed(story, "middle", new_place(name))
    assert kills >= 20
    for number in range(1, kills + 1):
        repaired(story.repo, new_place(f"{name}/{number}"), expected)


@pytest.mark.parametrize("kind", ["folder"], indirect=True)
def test_a_disk_that_is_full(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    place = new_place()
    push(story.before, place)
    # No file may have any content.
    limited = ["sh", "-c", f"ulimit -f 0 && exec {sys.executable} -m invoke build"]
    env = {**os.environ, "INVOKE_FLUX_REGISTRY": place.location}
    done = subprocess.run(limited, cwd=story.repo.path, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines[::2]] == [["error", "app"], ["error", "web"]]
    assert all(line.endswith(" could not be written: File too large") for line in lines[::2]), lines
    hint = "hint: check the disk and its permissions, or set `flux.registry` to another folder"
    assert set(lines[1::2]) == {hint}
    repaired(story.repo, place, expected)


def test_a_kill_at_any_moment(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    started = time.monotonic()
    process = command(story.repo, new_place())
    process.communicate()
    takes = time.monotonic() - started
    chance = random.Random(4)
    place = new_place()
    push(story.before, place)
    for _ in range(15):
        process = command(story.repo, place)
        time.sleep(takes * chance.uniform(0.4, 1))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    repaired(story.repo, place, expected)


def test_one_that_cannot_be_published_leaves_the_others(
    story: Story, new_place: Callable[..., Place]
) -> None:
    story.repo.symlink("artifacts/app/link.yaml", "x.yaml")
    story.repo.commit(files={"artifacts/Web/x.yaml": "web: 2\n"})
    place = new_place()
    finished = inv(story.repo, "build", env={"INVOKE_FLUX_REGISTRY": place.location})
    assert finished.code == 1
    assert sorted(finished.err.splitlines()) == [
        "error: Web: 'Web' cannot be an OCI repository: it has 'W' at character 1; "
        "allowed are a-z, 0-9 and . _ - between them",
        "error: app: link.yaml is a symlink, which Flux leaves out of the image",
        "hint: put the file itself there, or list the link under the setting `ignore`",
        "hint: rename the folder",
    ]
    assert {name: bool(tags) for name, tags in place.state().items()} == {
        "app": False,
        "db": True,
        "web": True,
    }
    documents = inv(story.repo, "build", "--json", env={"INVOKE_FLUX_REGISTRY": place.location}).document
    assert {a["artifact"]: (a["action"], "error" in a) for a in documents["artifacts"]} == {
        "Web": ("failed", True),
        "app": ("failed", True),
        "db": ("unchanged", False),
        "web": ("unchanged", False),
    }


def test_one_repository_that_the_registry_cannot_serve(
    story: Story, registry_server: parts.Registry, tmp_path: Path
) -> None:
    place = on_server(registry_server, f"faults/{uuid4().hex}")
    prefix = place.location.removeprefix(f"oci://{registry_server.host}/")
    broken = registry_server.storage / "docker/registry/v2/repositories" / prefix / "app"
    broken.parent.mkdir(parents=True)
    broken.write_text("a file is in the way")
    seconds, code, said = timed(story.repo, place.location)
    assert code == 1
    assert len(said) == 2
    assert said[0].startswith(f"error: app: {registry_server.host} answered 500 to ")
    assert said[0].endswith(" (5 tries)")
    assert said[1] == "hint: run the same command again: it continues where this run stopped"
    assert seconds < 15
    broken.unlink()
    repaired(story.repo, place, fresh(story, tmp_path))
