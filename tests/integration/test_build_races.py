"""Two builds at once leave in the registry what the newer one means."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from flux.monorepo import registry as monorepo_registry
from flux.registry import open_registry
from tests.commands.faulty import Place, State, Story, actions, command, fault_at, push
from tests.commands.faulty import expected as expected
from tests.commands.faulty import kind as kind
from tests.commands.faulty import new_place as new_place
from tests.commands.faulty import story as story
from tests.commands.invoking import monorepo
from tests.repo import Repo

pytestmark = pytest.mark.stories


def test_two_runs_at_once(story: Story, expected: State, new_place: Callable[..., Place]) -> None:
    for _ in range(3):
        place = new_place()
        push(story.before, place)
        processes = [command(story.repo, place) for _ in range(2)]
        said = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], said
        assert place.state() == expected


@dataclass(frozen=True)
class Runners:
    """Two clones of one origin: the older at its first commit, the newer at its second, which the `developer`
    has yet to push."""

    developer: Repo
    older: Repo
    newer: Repo

    def land(self) -> None:
        self.developer.push()
        self.newer.git("pull", "--quiet", "--ff-only")


@pytest.fixture
def runners(tmp_path: Path) -> Runners:
    developer = monorepo(tmp_path / "dev", {f"artifacts/{name}/x.yaml": "x: 1\n" for name in ("app", "db")})
    origin = developer.bare_origin()
    runners = Runners(developer, origin.clone(tmp_path / "older"), origin.clone(tmp_path / "newer"))
    developer.git("branch", "--set-upstream-to=origin/main", "main")
    developer.commit(files={"artifacts/app/x.yaml": "x: 2\n", "artifacts/web/x.yaml": "web: 1\n"})
    return runners


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_newer_run_inside_every_call_of_the_older(
    runners: Runners, new_place: Callable[..., Place], late: bool
) -> None:
    first = runners.developer.git("rev-parse", "HEAD~1")
    undisturbed = new_place()
    push(runners.older, undisturbed)
    runners.land()
    push(runners.newer, undisturbed)
    expected = undisturbed.state()
    for number in count(1):
        runners.developer.git("push", "--quiet", "--force", "origin", f"{first}:main")
        place = new_place()

        def newer(place: Place = place) -> None:
            runners.land()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(monorepo_registry, "open_registry", open_registry)
                assert push(runners.newer, place).failed == []

        with fault_at(number, newer, late) as faulty:
            built = push(runners.older, place)
        if not faulty().hit:
            break
        assert built.failed == []
        # A newer run that was done before the older one pushed its commit tag leaves nothing to be done.
        assert place.state() == expected, faulty().calls[number - 1]
        # `latest` is none of the older's tags.
        app, db = built.results
        assert "latest" in db.tags
        assert "latest" not in app.tags, faulty().calls
    assert number > 8


def test_an_older_run_that_is_killed_after_its_last_push(
    runners: Runners, new_place: Callable[..., Place]
) -> None:
    class Killed(BaseException):
        pass

    undisturbed, place = new_place(), new_place()
    push(runners.older, undisturbed)

    def newer_and_kill() -> None:
        runners.land()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(monorepo_registry, "open_registry", open_registry)
            push(runners.newer, undisturbed)
        raise Killed

    calls: list[str] = []
    with fault_at(10**6, newer_and_kill) as faulty:
        push(runners.older, new_place())
        calls = faulty().calls
    with fault_at(len(calls), newer_and_kill, late=True), pytest.raises(Killed):
        push(runners.older, place)
    assert push(runners.newer, place).failed == []
    assert place.state() == undisturbed.state()


def test_what_an_older_run_does_later(runners: Runners, new_place: Callable[..., Place]) -> None:
    """A re-run of last week's job."""
    place = new_place()
    runners.land()
    push(runners.newer, place)
    before = place.state()
    built = push(runners.older, place)
    assert [(r.artifact, r.action, r.tags) for r in built.results] == [
        ("app", "pushed", (runners.older.head[:12],)),
        ("db", "unchanged", (runners.older.head[:12], "latest")),
    ]
    after = place.state()
    assert {n: t["latest"] for n, t in after.items()} == {n: t["latest"] for n, t in before.items()}
    assert actions(push(runners.older, place)) == {"app": "kept", "db": "unchanged"}
    assert place.state() == after
