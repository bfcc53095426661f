"""`inv tag`: the registry's environment tags become what the desired state at the tip says."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.errors import (
    DesiredStateError,
    OutdatedSettingsError,
    RegistryError,
    RegistryUnreachableError,
    RequestError,
    TipUnknownError,
)
from flux.promotion.plan import Step
from flux.registry import open_registry
from flux.registry.builtin import BuiltinPublisher
from flux.registry.dry import DryRegistry
from flux.registry.folder.layout import LayoutTarget
from flux.registry.target import Publisher, Registry, Target
from tests import parts
from tests.commands.helpers import NOWHERE, break_origin, in_actions, inv, monorepo
from tests.commands.releasing import CONFIG, PHASES_SETTING, actions_of, digests, publish_versions, tag
from tests.commands.test_faults import Faulty, FaultyTarget, Place, folder, on_server, refuse
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


def test_only_what_differs_moves(either: World) -> None:
    either.want(FIRST)
    done = converge(either)
    assert actions_of(done.steps) == {f"{a}:{e}": "moved" for a, es in FIRST.items() for e in es}
    assert {step.old for step in done.steps} == {None}
    at_rest(either, FIRST)
    either.want(SECOND)
    done = converge(either)
    app, db = either.published["app"], either.published["db"]
    assert [(s.artifact, s.environment, s.version, s.old, s.new, s.action) for s in done.steps] == [
        ("app", "at_ring1", "2.0.0-rc.1", app["1.1.0"], app["2.0.0-rc.1"], "moved"),
        ("app", "at_ring2", "1.1.0", app["1.1.0"], app["1.1.0"], "unchanged"),
        ("app", "prod_ring1", "1.1.0", app["1.0.0"], app["1.1.0"], "moved"),
        ("db", "at_ring1", "2.0.0", db["1.0.0"], db["2.0.0"], "moved"),
        ("db", "prod_ring1", "1.0.0", None, db["1.0.0"], "moved"),
    ]
    assert done.failed == []
    at_rest(either, SECOND)
    # And back.
    either.want(FIRST)
    done = converge(either)
    assert done.notices == ["no version is desired for db:prod_ring1: the tags are left where they are"]
    at_rest(either, {**FIRST, "db": {"at_ring1": "1.0.0", "prod_ring1": "1.0.0"}})


def test_a_tag_that_someone_moved_by_hand(either: World) -> None:
    either.want(FIRST)
    converge(either)
    target = either.open().repository("app")
    wrong = target.fetch_manifest("latest")
    assert wrong
    target.push_manifest(wrong, "prod_ring1")
    assert actions_of(s for s in converge(either).steps if s.action != "unchanged") == {
        "app:prod_ring1": "moved"
    }
    at_rest(either, FIRST)


def test_a_missing_image_is_refused_and_the_others_done(either: World) -> None:
    either.want({**FIRST, "app": {**FIRST["app"], "at_ring2": "9.9.9"}, "gone": {"at_ring1": "1.0.0"}})
    done = run(either)
    assert done.code == 1
    assert "error: app:at_ring2: version 9.9.9 is not published" in done.err
    assert "error: gone:at_ring1: version 1.0.0 is not published" in done.err
    assert "hint: publish it with `inv publish TAG`, then run `inv tag` again" in done.err
    assert either.environments() == {
        "app": {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"},
        "db": FIRST["db"],
    }


def test_a_missing_image_leaves_the_tag_where_it_is(world: World) -> None:
    world.want(FIRST)
    converge(world)
    world.want({"app": {"at_ring1": "9.9.9"}})
    before = world.place.writes()
    done = converge(world, "app")
    assert [step.action for step in done.failed] == ["missing"]
    assert done.failed[0].old == world.published["app"]["1.1.0"]
    assert world.place.writes() == before


def test_an_image_whose_manifest_is_gone(world: World) -> None:
    world.want(FIRST)
    digest = world.published["app"]["1.1.0"]
    assert digest
    (Path(world.place.location) / "app/blobs/sha256" / digest.partition(":")[2]).unlink()
    done = converge(world)
    assert actions_of(done.steps) == {
        "app:at_ring1": "missing",
        "app:at_ring2": "missing",
        "app:prod_ring1": "moved",
        "db:at_ring1": "moved",
    }


@pytest.mark.parametrize("content", [None, "{}", '{"app": {}}'])
def test_nothing_desired(world: World, content: str | None) -> None:
    if content:
        world.want(content)
    before = world.place.writes()
    done = run(world)
    assert (done.code, done.err) == (0, "")
    assert done.out == "Environment tags: 0 moved, 0 as desired.\n"
    assert world.place.writes() == before


def test_a_file_that_was_removed(world: World) -> None:
    world.want(FIRST)
    converge(world)
    world.repo.remove(CONFIG)
    world.repo.commit("nothing is desired")
    world.repo.push("origin", "HEAD:main")
    before = world.place.writes()
    done = converge(world)
    assert {step.action for step in done.steps} == {"left"}
    assert done.failed == []
    assert "app:at_ring1, app:at_ring2, app:prod_ring1, db:at_ring1" in done.notices[0]
    assert world.place.writes() == before


def test_an_environment_that_was_removed(world: World) -> None:
    world.want(FIRST)
    converge(world)
    world.want({"app": {"at_ring1": "1.1.0"}, "db": FIRST["db"]})
    done = run(world)
    assert done.code == 0
    assert "no version is desired for app:at_ring2, app:prod_ring1: the tags are left where they" in done.err
    assert world.environments() == FIRST


# The tip


def test_a_tip_that_cannot_be_fetched(world: World) -> None:
    world.want(FIRST)
    break_origin(world.repo)
    before = world.place.writes()
    with pytest.raises(TipUnknownError):
        converge(world)
    done = run(world, "--json")
    assert (done.code, done.out) == (1, "")
    assert "the tip of 'main' could not be fetched from origin" in done.err
    assert world.place.writes() == before


def test_a_home_of_another_name(world: World) -> None:
    """What its branch has here may be long outdated."""
    world.want(FIRST)
    converge(world)
    world.want(SECOND)
    world.repo.git("reset", "--quiet", "--hard", "HEAD^")
    world.repo.git("config", "remote.pushDefault", "upstream")
    world.repo.git("remote", "rename", "origin", "upstream")
    before = world.place.writes()
    with pytest.raises(TipUnknownError, match="no remote called origin; this clone has upstream"):
        converge(world)
    assert world.place.writes() == before
    world.repo.git("remote", "rename", "upstream", "origin")
    converge(world)
    at_rest(world, SECOND)


def test_settings_of_remotes_that_are_nowhere(world: World) -> None:
    world.want(FIRST)
    world.repo.git("remote", "remove", "origin")
    world.repo.git("config", "remote.upstream.prune", "true")
    converge(world)
    at_rest(world, FIRST)


def test_no_branch_at_origin(world: World) -> None:
    world.want(FIRST)
    before = world.place.writes()
    with pytest.raises(TipUnknownError):
        converge(world, branch="trunk")
    assert world.place.writes() == before


@pytest.mark.parametrize("how", ["old", "detached", "shallow", "dirty", "feature"])
def test_whatever_is_checked_out_the_tip_counts(world: World, tmp_path: Path, how: str) -> None:
    old = world.want(FIRST)
    converge(world)
    clone = world.origin.clone(tmp_path / "clone", *(["--depth=1"] if how == "shallow" else []))
    world.want(SECOND)
    if how == "detached":
        clone.checkout(old)
    if how == "dirty":
        clone.write(CONFIG, "{ broken")
        clone.write("artifacts/app/x.yaml", "dirty")
        clone.git("add", "--all")
    if how == "feature":
        clone.checkout("topic", create=True)
        clone.commit(files={CONFIG: '{"app": {"prod_ring1": "2.0.0-rc.1"}}'})
    tag(clone, registry=world.place.location)
    at_rest(world, SECOND)


def test_an_old_job_run_again(world: World, tmp_path: Path) -> None:
    old = world.want(FIRST)
    converge(world)
    new = world.want(SECOND)
    converge(world)
    payload = {"ref": "refs/heads/main", "before": old, "after": old, "commits": []}
    job = in_actions(tmp_path / "job", "push", payload)
    world.repo.checkout(old)
    done = run(world, **job.env)
    assert done.code == 0, done.said
    assert new[:12] in job.summary.read_text()
    world.repo.checkout("main")
    at_rest(world, SECOND)


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


@pytest.mark.parametrize(
    ("settings", "state", "path"),
    [(MOVED, SECOND, "deploy/state.json"), (MORE, {"app": {"dr": "1.0.0"}}, CONFIG)],
    ids=["the file moved", "an environment came"],
)
@pytest.mark.parametrize("how", ["old", "shallow", "branch", "dry"])
def test_settings_that_changed_since_the_checkout(
    world: World, settings: dict[str, Any], state: State, path: str, how: str
) -> None:
    """By the old ones nothing can be told of what the tip desires."""
    old = leave_behind(world, settings, state, path)
    if how == "branch":
        world.repo.checkout("topic", create=True)
        world.repo.commit("topic")
    if how == "shallow":
        world.repo.git("fetch", "--quiet", "--depth=1", "origin", old)
    before = world.place.writes()
    done = run(world, *(["--dry-run"] if how == "dry" else []))
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"error: the settings have changed on main since {old[:12]}, which this checkout is based on",
        "hint: check out the newest commit of main: `git pull`",
    ]
    assert world.place.writes() == before
    world.repo.checkout("main")
    world.repo.git("pull", "--quiet", "origin", "main")
    assert run(world).code == 0


def test_settings_that_only_the_checkout_has(world: World) -> None:
    """Someone tries other ones, on a branch or before a commit."""
    world.want(FIRST)
    world.repo.checkout("topic", create=True)
    world.repo.write("invoke.yaml", json.dumps({"flux": MORE}))
    assert run(world).code == 0
    world.repo.commit("settings")
    assert run(world).code == 0


def test_a_configuration_that_changed_elsewhere(world: World) -> None:
    """What is not ours, and how it is written."""
    old = world.want(FIRST)
    content = f"# ours\nrun: {{echo: false}}\nflux:\n  phases: {json.dumps(PHASES_SETTING)}\n"
    world.repo.commit(files={"invoke.yaml": content})
    world.want(SECOND)
    world.repo.checkout(old)
    assert run(world).code == 0
    world.repo.checkout("main")
    at_rest(world, SECOND)


@pytest.mark.parametrize("content", ["flux: [", "", "- flux", None])
def test_settings_that_became_wrong(world: World, content: str | None) -> None:
    old = world.want(FIRST)
    if content is None:
        world.repo.remove("invoke.yaml")
        world.repo.commit()
    else:
        world.repo.commit(files={"invoke.yaml": content})
    world.repo.push("origin", "HEAD:main")
    world.repo.checkout(old)
    assert "the settings have changed on main" in run(world).err


def test_settings_that_change_meanwhile(world: World) -> None:
    """What was moved by then is said to be no last word."""
    world.want(FIRST)

    def go_on() -> None:
        reset_settings(world, MORE)
        world.repo.checkout("HEAD^")

    later = Meanwhile(world.open(), go_on)
    with pytest.raises(OutdatedSettingsError):
        converge(world, wrapped=later, jobs=1)


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


def test_a_tip_that_moves_meanwhile_is_followed(either: World) -> None:
    either.want(FIRST)
    done = converge(either, wrapped=Meanwhile(either.open(), lambda: either.want(SECOND)), jobs=1)
    assert done.tip == either.repo.head
    at_rest(either, SECOND)
    moved = {f"{s.artifact}:{s.environment}": (s.version, s.new) for s in done.steps}
    assert moved == {
        f"{a}:{e}": (version, either.published[a][version])
        for a, es in SECOND.items()
        for e, version in es.items()
    }


def test_a_tip_that_desires_the_same_meanwhile(world: World) -> None:
    """Once is enough, however many commits come."""
    world.want(FIRST)
    plans: list[str] = []

    def commit() -> None:
        world.repo.commit(files={"README": "more"})
        world.repo.push("origin", "HEAD:main")

    later = Meanwhile(world.open(), commit)
    done = converge(world, wrapped=later, jobs=1, on_plan=lambda tip, steps: plans.append(tip))
    assert len(plans) == 1
    assert done.tip == world.repo.head
    assert {step.action for step in done.steps} == {"moved"}
    at_rest(world, FIRST)


def test_a_tip_that_desires_something_else_of_another_artifact_meanwhile(world: World) -> None:
    world.want({"app": {"at_ring1": "1.0.0"}})
    plans: list[str] = []
    more: State = {"app": {"at_ring1": "1.0.0"}, "db": {"at_ring1": "2.0.0"}}
    later = Meanwhile(world.open(), lambda: world.want(more))
    converge(world, "app", wrapped=later, jobs=1, on_plan=lambda tip, steps: plans.append(tip))
    assert len(plans) == 1


def test_a_tip_that_goes_back_meanwhile(world: World) -> None:
    """A merged rollback while a slow run is under way: the older one must not stay."""
    world.want(FIRST)
    converge(world)
    world.want(SECOND)
    done = converge(world, wrapped=Meanwhile(world.open(), lambda: world.want(FIRST)), jobs=1)
    assert world.environments()["app"] == FIRST["app"]
    assert world.environments()["db"]["at_ring1"] == "1.0.0"
    assert done.tip == world.repo.head


def test_a_tip_that_becomes_wrong_meanwhile(world: World) -> None:
    world.want(FIRST)
    with pytest.raises(DesiredStateError):
        converge(world, wrapped=Meanwhile(world.open(), lambda: world.want("{")), jobs=1)


def test_an_origin_that_goes_away_meanwhile(world: World) -> None:
    """What was moved is said, and that it may not be the last word: exit code 1."""
    world.want(FIRST)
    gone = Meanwhile(world.open(), lambda: world.repo.git("remote", "set-url", "origin", NOWHERE))
    with pytest.raises(TipUnknownError):
        converge(world, wrapped=gone, jobs=1)
    assert world.environments() == FIRST


def test_what_moved_twice_is_reported_from_where_it_was(world: World) -> None:
    world.want({"app": {"at_ring1": "1.0.0"}})
    converge(world)
    world.want({"app": {"at_ring1": "1.1.0"}})
    later = Meanwhile(world.open(), lambda: world.want({"app": {"at_ring1": "2.0.0-rc.1"}}))
    (step,) = converge(world, wrapped=later, jobs=1).steps
    app = world.published["app"]
    assert (step.old, step.new, step.action) == (app["1.0.0"], app["2.0.0-rc.1"], "moved")


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ({"app": {"at_ring1": "9.9.9"}}, "missing"),
        ({"app": {}}, "left"),
        ({}, "left"),
    ],
)
def test_what_moved_before_the_tip_went_on_is_reported(world: World, state: State, action: str) -> None:
    """With the digest that is there now."""
    world.want({"app": {"at_ring1": "1.0.0"}})
    converge(world)
    world.want({"app": {"at_ring1": "1.1.0"}})
    done = converge(world, wrapped=Meanwhile(world.open(), lambda: world.want(state)), jobs=1)
    app = world.published["app"]
    assert [(s.environment, s.version, s.old, s.new, s.action) for s in done.steps] == [
        ("at_ring1", "1.1.0", app["1.0.0"], app["1.1.0"], "moved"),
        ("at_ring1", state.get("app", {}).get("at_ring1"), app["1.1.0"], None, action),
    ]
    said = f"moved before main went on to {world.repo.head[:12]}: app:at_ring1 to 1.1.0"
    assert done.notices[0] == said
    assert world.tags()["app"]["at_ring1"] == app["1.1.0"]


def test_what_moved_of_an_artifact_that_is_gone_is_reported(world: World) -> None:
    world.want({"app": {"at_ring1": "1.1.0"}})

    def remove() -> None:
        world.repo.remove("artifacts/app")
        world.want({})

    done = converge(world, wrapped=Meanwhile(world.open(), remove), jobs=1)
    assert actions_of(done.steps) == {"app:at_ring1": "moved"}
    assert len(done.notices) == 1


# Plan, show, act, look again


def test_the_plan_is_shown_before_anything_moves(world: World) -> None:
    world.want(FIRST)
    shown: list[tuple[str, dict[str, str], list[str]]] = []

    def on_plan(tip: str, steps: list[Step]) -> None:
        shown.append((tip, actions_of(steps), world.place.writes()))

    before = world.place.writes()
    done = converge(world, on_plan=on_plan)
    assert shown == [(done.tip, dict.fromkeys(actions_of(done.steps), "move"), before)]
    shown.clear()
    converge(world, on_plan=on_plan)
    assert [set(steps.values()) for _, steps, _ in shown] == [{"unchanged"}]


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
    assert str(failed.error) == "the tag was moved, and looked at again it was elsewhere"
    assert failed.error
    assert failed.error.hint.startswith("`inv status` shows where")
    assert failed.new == world.published["app"]["1.1.0"]
    assert world.environments() == {**FIRST, "app": {**FIRST["app"], "at_ring1": "1.0.0"}}


def test_a_registry_that_takes_everything_and_does_nothing(world: World) -> None:
    world.want(FIRST)
    done = converge(world, wrapped=DryRegistry(world.open()))
    assert actions_of(done.steps) == {f"{a}:{e}": "failed" for a, es in FIRST.items() for e in es}
    assert {str(step.error) for step in done.failed} == {
        "the tag was moved, and looked at again it was elsewhere"
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


# A desired state that is wrong


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{\n  "app": {\n    "at_ring1": "1.0.0",\n  }\n}', f"{CONFIG}:4: not JSON"),
        (
            '{"app": {"at_ring1": "1.1.0", "at_ring7": "1.0.0"}}',
            f"{CONFIG}:1: app has an unknown environment at_r",
        ),
        ('{"app": {"at_ring1": "1.1.0"}, "app": {}}', f"{CONFIG}:1: key 'app' is there twice"),
        ('{"app": {"at_ring1": "v1.1.0"}}', f'{CONFIG}:1: app has "v1.1.0" in at_ring1'),
    ],
)
def test_a_wrong_desired_state_moves_nothing(world: World, content: str, said: str) -> None:
    world.want(content)
    before = world.place.writes()
    done = run(world)
    assert done.code == 1
    assert f"error: {said}" in done.err
    assert "hint: mend it on the branch; `inv check` shows all" in done.err
    assert world.place.writes() == before


@pytest.mark.parametrize("name", ["", "..", "../elsewhere", "a\0b", "a\nb", "\ud800", "/tmp", "a b"])
def test_a_desired_artifact_that_can_be_none(world: World, name: str) -> None:
    world.want(json.dumps({name: {"at_ring1": "1.0.0"}, **FIRST}))
    before = world.place.writes()
    with pytest.raises(DesiredStateError):
        converge(world)
    assert world.place.writes() == before


def test_another_place_for_the_file(world: World) -> None:
    world.want(SECOND)
    world.want(FIRST, "deploy/state.json")
    tag(world.repo, registry=world.place.location, releaseconfig="deploy/state.json")
    assert world.environments() == FIRST


# Some of them


def test_only_the_artifacts_named(world: World) -> None:
    world.want(FIRST)
    done = converge(world, "db")
    assert actions_of(done.steps) == {"db:at_ring1": "moved"}
    assert world.environments() == {"app": {}, "db": FIRST["db"]}
    before = world.place.writes()
    with pytest.raises(RequestError) as error:
        converge(world, "ap")
    assert error.value.exit_code == 2
    tip = world.repo.head[:12]
    assert error.value.message == f"there is no artifact 'ap' at the tip, {tip}; did you mean app?"
    assert world.place.writes() == before


def test_an_artifact_whose_folder_is_gone_is_still_deployed(world: World) -> None:
    world.want(FIRST)
    world.repo.remove("artifacts/app")
    world.repo.commit("remove app")
    world.repo.push("origin", "HEAD:main")
    converge(world, "app")
    assert world.environments()["app"] == FIRST["app"]


# As a command


def test_what_it_says(world: World) -> None:
    world.want(FIRST)
    dry = run(world, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert world.environments() == {"app": {}, "db": {}}
    app = world.published["app"]
    done = run(world)
    assert (done.code, done.err) == (0, "")
    for said, last in ((dry, "4 would move"), (done, "4 moved")):
        lines = [line.split() for line in said.out.splitlines()]
        assert ["app", "prod_ring1", "1.0.0", "none", app["1.0.0"], "move"] in lines
        assert len([line for line in lines if line and line[-1] == "move"]) == 4
        assert said.out.startswith(f"Environment tags at {world.repo.head[:12]}:\n")
        assert said.out.endswith(f"Environment tags: {last}, 0 as desired.\n")
    assert run(world).out == "Environment tags: 0 moved, 4 as desired.\n"


def test_json(world: World) -> None:
    world.want(FIRST)
    app = world.published["app"]
    for arguments, action, old in (
        (["--dry-run"], "move", None),
        ([], "moved", None),
        ([], "unchanged", app["1.1.0"]),
    ):
        done = run(world, "--json", "-a", "app", *arguments)
        assert (done.code, done.err) == (0, "")
        assert [*done.document] == ["tags"]
        assert done.document["tags"][0] == {
            "artifact": "app",
            "environment": "at_ring1",
            "version": "1.1.0",
            "from": old,
            "to": app["1.1.0"],
            "action": action,
        }
    world.want({"app": {"at_ring1": "9.9.9"}})
    done = run(world, "--json", "-a", "app")
    assert done.code == 1
    assert [t["action"] for t in done.document["tags"]] == ["missing", "left", "left"]


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
