"""The desired state at the tip: one that is wrong, elsewhere, or of some artifacts."""

import json

import pytest

from flux.errors import (
    DesiredStateError,
    RequestError,
)
from tests.commands.invoking import inv
from tests.commands.releasing import CONFIG, actions_of, tag
from tests.commands.tagging import FIRST, SECOND, State, World, converge, run
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world

# A desired state that is wrong


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{\n  "app": {\n    "at_ring1": "1.0.0",\n  }\n}', f"{CONFIG}:4: not JSON"),
        (
            '{"app": {"at_ring1": "1.1.0", "at_ring7": "1.0.0"}}',
            f"{CONFIG}:1: app has an unknown environment at_r",
        ),
        ('{"app": {"at_ring1": "1.1.0"}, "app": {}}', f"{CONFIG}:1: key 'app' appears twice"),
        ('{"app": {"at_ring1": "v1.1.0"}}', f'{CONFIG}:1: app has "v1.1.0" in at_ring1'),
    ],
)
def test_a_wrong_desired_state_moves_nothing(world: World, content: str, said: str) -> None:
    world.want(content)
    before = world.place.writes()
    done = run(world)
    assert done.code == 1
    assert f"error: {said}" in done.err
    assert "hint: fix it on the branch; `inv check` shows all" in done.err
    assert world.place.writes() == before


STRAY: State = {"app": {"at_ring1": "1.1.0", "at_ring7": "1.0.0"}, "db": {"at_ring1": "2.0.0"}}


def test_an_environment_that_there_is_not_is_the_error_of_its_artifact(world: World) -> None:
    world.want({"app": {"at_ring1": "1.0.0"}})
    converge(world)
    world.want(STRAY)
    done = run(world)
    assert done.code == 1
    assert world.environments() == {"app": {"at_ring1": "1.0.0"}, "db": {"at_ring1": "2.0.0"}}
    assert done.err.count("app has an unknown environment at_ring7") == 1
    shown = inv(world.repo, "status", "--json", env={"INVOKE_FLUX_REGISTRY": world.place.location})
    assert shown.code == 1
    tags = {(t["artifact"], t["environment"]): t["action"] for t in shown.document["tags"]}
    assert tags == {
        ("app", "at_ring1"): "failed",
        ("app", "at_ring7"): "failed",
        ("db", "at_ring1"): "unchanged",
    }
    world.want(STRAY | {"app": {"at_ring1": "1.0.0", "at_ring7": "1.0.0"}})
    still = converge(world)
    assert actions_of(still.steps) == {
        "app:at_ring1": "unchanged",
        "app:at_ring7": "failed",
        "db:at_ring1": "unchanged",
    }


@pytest.mark.parametrize("environment", ["", "latest", "1.1.0", "at_ring1 ", "a/b", "x\ny", "\ud800"])
def test_nothing_is_tagged_with_a_name_that_is_no_environment(world: World, environment: str) -> None:
    world.want(json.dumps({"app": {environment: "1.0.0"}, "db": FIRST["db"]}))
    before = world.tags()
    done = run(world)
    assert done.code == 1
    assert "Traceback" not in done.said
    assert world.tags()["app"] == before["app"]
    assert world.environments()["db"] == FIRST["db"]


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


def test_a_file_that_is_named_and_missing_is_a_wrong_request(world: World) -> None:
    given = {"INVOKE_FLUX_RELEASECONFIG": "deploy/none.json", "INVOKE_FLUX_REGISTRY": world.place.location}
    before = world.place.writes()
    for command in ("tag", "status"):
        done = inv(world.repo, command, env=given)
        assert done.code == 2, done.said
        assert "error: flux.releaseconfig is deploy/none.json, which is not in " in done.err
    assert world.place.writes() == before
