"""Published versions, and environment tags that are to have them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.registry import open_registry
from flux.registry.builtin import BuiltinPublisher
from flux.registry.target import Publisher, Registry, Target
from tests import parts
from tests.commands.faulty import Faulty, FaultyTarget, Place, folder, on_server
from tests.commands.invoking import inv, monorepo
from tests.commands.releasing import CONFIG, PHASES_SETTING, digests, publish_versions, tag
from tests.repo import Repo

VERSIONS = {"app": ["1.0.0", "1.1.0", "2.0.0-rc.1"], "db": ["1.0.0", "2.0.0"]}
State = dict[str, dict[str, str]]
FIRST: State = {
    "app": {"at_ring1": "1.1.0", "at_ring2": "1.1.0", "prod_ring1": "1.0.0"},
    "db": {"at_ring1": "1.0.0"},
}
SECOND: State = {
    "app": {"at_ring1": "2.0.0-rc.1", "at_ring2": "1.1.0", "prod_ring1": "1.1.0"},
    "db": {"at_ring1": "2.0.0", "prod_ring1": "1.0.0"},
}


@dataclass(frozen=True)
class World:
    """A monorepo with published versions, its origin, and the registry."""

    repo: Repo
    origin: Repo
    place: Place
    published: dict[str, dict[str, str | None]]

    def want(self, state: State | str, path: str = CONFIG) -> str:
        """A commit at the tip with this desired state."""
        content = state if isinstance(state, str) else json.dumps(state, indent=2)
        commit = self.repo.commit("desire", files={path: content})
        self.repo.push("origin", "HEAD:main")
        return commit

    def tags(self) -> dict[str, dict[str, str | None]]:
        return digests(self.place.location, "app", "db")

    def environments(self) -> dict[str, dict[str, str]]:
        """The version that each environment's tag points at."""
        return {
            name: {
                e: next(v for v in VERSIONS[name] if tags[v] == tags[e])
                for phase in PHASES_SETTING.values()
                for e in phase
                if e in tags
            }
            for name, tags in self.tags().items()
        }

    def open(self) -> Registry:
        return open_registry(self.place.location, Path("/"), 1, None)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: a monorepo and a folder of images."""
    path = tmp_path_factory.mktemp("seed")
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in VERSIONS}
    repo = monorepo(path / "repo", files, {"phases": PHASES_SETTING})
    publish_versions(repo, VERSIONS, str(path / "images"))
    return path


@pytest.fixture(params=["folder", "server"])
def kind(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


def copied(seed: Path, to: Path, place: Place) -> World:
    repo = Repo(seed / "repo").clone(to / "repo")
    repo.git("remote", "remove", "origin")
    origin = repo.bare_origin()
    old = open_registry(str(seed / "images"), Path("/"), 1, None)
    new = open_registry(place.location, Path("/"), 1, None)
    for name in VERSIONS:
        source, target = old.repository(name), new.repository(name)
        for each in source.tags():
            manifest = source.fetch_manifest(each)
            assert manifest
            document = json.loads(manifest.content)
            for blob in (document["config"], *document["layers"]):
                target.push_blob(source.fetch_blob(blob["digest"]))
            target.push_manifest(manifest, each)
    return World(repo, origin, place, digests(place.location, *VERSIONS))


@pytest.fixture
def world(seed: Path, tmp_path: Path) -> World:
    return copied(seed, tmp_path, folder(tmp_path / "images"))


@pytest.fixture
def either(seed: Path, tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> World:
    """On each kind of registry."""
    if kind == "folder":
        return copied(seed, tmp_path, folder(tmp_path / "images"))
    server: parts.Registry = request.getfixturevalue("registry_server")
    return copied(seed, tmp_path, on_server(server, f"tag/{uuid4().hex}"))


def converge(world: World, *names: str, **more: Any) -> Any:
    return tag(world.repo, *names, registry=world.place.location, **more)


def run(world: World, *arguments: str, **env: str) -> Any:
    return inv(world.repo, "tag", *arguments, env={"INVOKE_FLUX_REGISTRY": world.place.location, **env})


def at_rest(world: World, expected: State) -> None:
    """As desired, and the next run writes nothing."""
    assert world.environments() == {**{key: {} for key in VERSIONS}, **expected}
    before = world.place.writes()
    again = converge(world)
    assert {step.action for step in again.steps} <= {"unchanged", "left"}
    assert world.place.writes() == before
    # Nothing but environment tags ever moves.
    for name, tags in world.published.items():
        now = world.tags()[name]
        assert {each: now[each] for each in tags} == tags


# What the settings of a checkout are, at the tip

MOVED: dict[str, Any] = {"phases": PHASES_SETTING, "releaseconfig": "deploy/state.json"}
MORE: dict[str, Any] = {"phases": {**PHASES_SETTING, "dr": None}}


def reset_settings(world: World, settings: dict[str, Any], **files: str) -> str:
    """A commit at the tip that has other settings."""
    written = {"invoke.yaml": json.dumps({"flux": settings}), **files}
    commit = world.repo.commit("settings", files=written)
    world.repo.push("origin", "HEAD:main")
    return commit


def leave_behind(world: World, settings: dict[str, Any], state: State, path: str = CONFIG) -> str:
    """The clone at FIRST, which is in place, and a tip that has other settings and desires another state."""
    old = world.want(FIRST)
    converge(world)
    reset_settings(world, settings, **{path: json.dumps(state)})
    world.repo.git("reset", "--quiet", "--hard", old)
    return old


@dataclass
class Meanwhile:
    """A registry that does something when the first tag is moved."""

    registry: Registry
    act: Callable[[], object]
    done: list[str] = field(default_factory=list)

    def repository(self, artifact: str) -> Target:
        outer = self

        class Watched(FaultyTarget):
            def _call(self, name: str, *arguments: Any) -> Any:
                answer = getattr(self.target, name)(*arguments)
                if name == "push_manifest":
                    outer.done.append(artifact)
                    if len(outer.done) == 1:
                        outer.act()
                return answer

        return Watched(Faulty(self.registry, 0, int), self.registry.repository(artifact), artifact)

    def publisher(self, artifact: str) -> Publisher:
        return BuiltinPublisher(self.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)
