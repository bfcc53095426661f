"""A failure at each request of `inv release` and `inv publish` in turn, to GitHub, to origin and to the
registry: the next run ends as an undisturbed one does."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from flux.errors import FluxError, RegistryError, RegistryUnreachableError
from flux.forge.github.forge import GitHubForge
from tests.commands.faulty import Place, fault_at, folder, refuse
from tests.commands.faulty import kind as kind
from tests.commands.faulty import new_place as new_place
from tests.commands.invoking import actions, build, monorepo
from tests.commands.releasing import make_release, publish
from tests.github import faults
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.github.server import GitHub
from tests.repo import Repo

pytestmark = pytest.mark.stories

TAG = "flux-oci-app-v1.0.0"
WORKFLOWS = ("manage-flux-releases.yml", "release-flux-artifact.yml")
ALL = {"contents": "write", "actions": "write"}
IN_A_JOB = actions(None)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux.forge.github.retry.time.sleep", lambda seconds: None)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """An origin whose last commit changes `app`, and a clone that is one behind."""
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")}
    workflow = json.dumps({"on": {"workflow_dispatch": {"inputs": {"tag": {"type": "string"}}}}, "jobs": {}})
    repo = monorepo(tmp_path / "seed", {**files, **{f".github/workflows/{n}": workflow for n in WORKFLOWS}})
    origin = repo.bare_origin()
    origin.clone(tmp_path / "behind")
    repo.commit("feat: more", files={"artifacts/app/x.yaml": "app: 2\n"})
    repo.push()
    return tmp_path


@dataclass(frozen=True)
class World:
    """A clone of what GitHub serves; git asks it over HTTP too."""

    repo: Repo
    origin: Repo
    server: GitHub
    forge: GitHubForge

    @property
    def state(self) -> dict[str, object]:
        repository = self.server.repository("octo/monorepo")
        starting = [event for event in self.server.events if event.name == "workflow_dispatch"]
        return {
            "releases": [(r.tag, r.name, r.body, r.prerelease) for r in repository.releases.values()],
            "latest": repository.latest,
            "refs": self.origin.git("show-ref"),
            "started": {(event.payload["workflow"], str(event.payload["inputs"])) for event in starting},
        }

    def disturb(self, fault: faults.Fault | None, number: int) -> int:
        """From now on the `number`-th request goes wrong, all from there on where there is no `fault`; gives
        how many there were before."""
        self.server.fail_next(fault or faults.DROP, at=number, times=1 if fault else 10_000)
        return len(self.server.requests)


@contextmanager
def started(seed: Path, number: int, run_github: RunGitHub, clone: str) -> Iterator[World]:
    """The seed copied, so that each disturbance has one of its own."""
    at = seed / f"world-{number}"
    shutil.copytree(seed / "seed.git", at / "origin.git")
    shutil.copytree(seed / clone, at / "repo")
    repo, origin = Repo(at / "repo"), Repo(at / "origin.git", bare=True)
    with run_github(origin.path) as server:
        repo.git("remote", "set-url", "origin", f"{server.url}/octo/monorepo")
        token = server.actions_token(**ALL)
        yield World(repo, origin, server, GitHubForge(server.url, "octo/monorepo", token))


FAULTS = pytest.mark.parametrize(
    "fault", [None, faults.LOST, faults.error(500)], ids=["gone", "lost", "refused"]
)


@FAULTS
@pytest.mark.parametrize(("wanted", "tag"), [("1.0.0", TAG), ("minor", "flux-oci-app-v0.1.0")])
def test_release(
    seed: Path, run_github: RunGitHub, wanted: str, tag: str, fault: faults.Fault | None
) -> None:
    def run(world: World) -> list[FluxError]:
        try:
            done = make_release(world.repo, "app", wanted, event=IN_A_JOB, forge=world.forge)
        except FluxError as error:
            return [error]
        return [*done.failed]

    with started(seed, 0, run_github, "seed") as world:
        assert run(world) == []
        expected = world.state
    assert expected["started"] == {(f".github/workflows/{n}", str({"tag": tag})) for n in WORKFLOWS}
    for number in count(1):
        with started(seed, number, run_github, "seed") as world:
            before = world.disturb(fault, number)
            failed = run(world)
            if len(world.server.requests) - before < number:
                break
            # It never says that all is well where it is not.
            assert failed or world.state == expected, number
            world.server.calm()
            assert run(world) == [], number
            assert world.state == expected, number
    assert number > 10


@FAULTS
def test_what_publish_asks_of_origin(seed: Path, run_github: RunGitHub, fault: faults.Fault | None) -> None:
    """Of a clone that has yet to fetch the commit."""

    def run(world: World, place: Place) -> FluxError | None:
        try:
            published = publish(world.repo, TAG, registry=place.location)
        except FluxError as error:
            return error
        assert published.result
        assert not published.result.error
        return None

    Repo(seed / "seed.git", bare=True).git("tag", TAG, "main")
    undisturbed = folder(seed / "undisturbed")
    with started(seed, 0, run_github, "behind") as world:
        assert run(world, undisturbed) is None
    expected = undisturbed.state()
    assert {*expected["app"]} == {world.origin.git("rev-parse", "main")[:12], "1.0.0"}
    for number in count(1):
        place = folder(seed / f"images-{number}")
        with started(seed, number, run_github, "behind") as world:
            before = world.disturb(fault, number)
            failed = run(world, place)
            if len(world.server.requests) - before < number:
                break
            assert failed or place.state() == expected, number  # git asks again where a connection was lost
            assert not failed or place.writes() == []
            world.server.calm()
            assert run(world, place) is None
        assert place.state() == expected, number
    assert number > 5


@pytest.mark.parametrize(
    ("late", "error"),
    [(False, RegistryError), (True, RegistryError), (False, RegistryUnreachableError)],
    ids=["before", "after", "unreachable"],
)
def test_what_publish_asks_of_the_registry(
    seed: Path, new_place: Callable[..., Place], late: bool, error: type[RegistryError]
) -> None:
    """Of a release that main has yet to push, which asks most; `db` is there to be left alone."""
    repo = Repo(seed / "seed")
    repo.tag(TAG)
    repo.push("origin", TAG)

    def fresh() -> Place:
        place = new_place()
        build(repo, "db", registry=place.location)
        return place

    undisturbed = fresh()
    publish(repo, TAG, registry=undisturbed.location)
    expected = undisturbed.state()
    for number in count(1):
        place = fresh()
        with fault_at(number, refuse(error), late) as faulty:
            result = publish(repo, TAG, registry=place.location).result
        if not faulty().hit:
            break
        assert result
        assert (str(result.action), str(result.error)) == ("failed", "the registry is tired")
        assert len(faulty().calls) == number  # a version is all or nothing: nothing more is asked
        again = publish(repo, TAG, registry=place.location).result
        assert again
        assert not again.error
        assert place.state() == expected, faulty().calls
        before = place.writes()
        publish(repo, TAG, registry=place.location)
        assert place.writes() == before
    assert number > 5
