"""A checkout whose settings are older than those of the tip."""

import json
from typing import Any

import pytest

from flux.errors import (
    OutdatedSettingsError,
)
from tests.commands.releasing import CONFIG, PHASES_SETTING
from tests.commands.tagging import (
    FIRST,
    MORE,
    MOVED,
    SECOND,
    Meanwhile,
    State,
    World,
    at_rest,
    converge,
    leave_behind,
    reset_settings,
    run,
)
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


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
