"""A checkout whose settings are older than those of the tip."""

import json
from pathlib import Path
from typing import Any

import pytest

from flux.commands.build import plan_build
from flux.errors import (
    OutdatedSettingsError,
)
from flux.monorepo.tip_settings import current_settings, take_current_settings
from flux.settings import Settings, read_settings
from tests.commands.invoking import NOWHERE, inv, monorepo
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
from tests.monorepo.building import tags
from tests.monorepos import opened
from tests.repo import Repo


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
        "hint: check out the newest commit of main: `git switch main`, then `git pull`",
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


@pytest.fixture
def branched(tmp_path: Path) -> Repo:
    """Version 1.0.0, then settings that main has changed since, on a branch that was made at the release."""
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "v: 1\n"}, OLD)
    repo.tag("flux-oci-app-v1.0.0", message="app 1.0.0")
    repo.branch("release/1.0")
    repo.commit("v2", files={"artifacts/app/x.yaml": "v: 2\n", "invoke.yaml": json.dumps({"flux": NEW})})
    repo.tag("flux-oci-app-v2.0.0", message="app 2.0.0")
    repo.checkout("release/1.0")
    repo.commit("fix: it", files={"artifacts/app/x.yaml": "v: 1.1\n"})
    return repo


OLD = {"registry": "old", "ignore": ["*.txt"], "jobs": 3}
NEW = {"registry": "new", "ignore": ["*.yaml"], "branches": ["main", "release/*"], "create_release": True}


def test_a_maintenance_branch_made_at_an_old_release(branched: Repo) -> None:
    """As the how-to of a hotfix says. Its own settings know of no maintenance branches."""
    done = inv(branched, "release", "app", "patch")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("flux-oci-app-v1.0.1: released at")
    assert " on release/1.0, " in done.out
    done = inv(branched, "publish", "flux-oci-app-v1.0.1")
    assert (done.code, done.err) == (0, "")
    assert {*tags(branched, "app", "new")} == {"1.0.1", branched.head[:12]}
    assert not (branched.path / "old").exists()
    listed = inv(branched, "list")
    assert (listed.code, listed.err) == (0, "")


def test_an_old_checkout_is_built_to_where_the_tip_says(branched: Repo) -> None:
    def pushed(registry: str) -> set[str]:
        settings = read_settings(OLD, {})
        with opened(branched, settings) as context:
            built = plan_build(context, [], False, None).build(lambda result: None)
        assert not built.failed
        return {*tags(branched, "app", registry)}

    assert pushed("new") == {branched.head[:12]}
    branched.checkout("main")
    branched.commit(files={"invoke.yaml": "flux: ["})
    branched.checkout("release/1.0")
    assert pushed("old") == {branched.head[:12]}  # the tip's cannot be read
    branched.git("remote", "add", "origin", NOWHERE)
    branched.commit("more", files={"artifacts/app/x.yaml": "v: 1.2\n"})
    assert branched.head[:12] in pushed("old")


def test_a_build_writes_nothing_where_the_tip_says_so(branched: Repo) -> None:
    branched.checkout("main")
    branched.commit(files={"invoke.yaml": "flux: {mode: observe}"})
    branched.checkout("release/1.0")
    with opened(branched, read_settings(OLD, {})) as context, pytest.raises(OutdatedSettingsError):
        plan_build(context, [], False, None)


def test_the_settings_of_the_tip(branched: Repo) -> None:
    own = read_settings(OLD, {})
    with opened(branched, own) as context:
        assert context.branches == ("main", "release/*")
        taken = current_settings(context)
        assert (taken.registry, taken.create_release, taken.jobs) == ("new", True, Settings().jobs)
        assert taken.ignore == ("*.txt",)
        assert taken.named == {"registry", "branches", "create_release", "ignore"}
    forced = read_settings(OLD, {"INVOKE_FLUX_REGISTRY": "mine", "INVOKE_FLUX_JOBS": "5"})
    with opened(branched, forced) as context:
        taken = current_settings(context)
        assert (taken.registry, taken.create_release, taken.jobs) == ("mine", True, 5)
        assert {"registry", "jobs"} <= taken.named


@pytest.mark.parametrize("content", ["flux: [", "flux: {mode: observe}", "flux: {jobs: many}"])
def test_settings_of_the_tip_that_cannot_be_taken(branched: Repo, content: str) -> None:
    branched.checkout("main")
    branched.commit(files={"invoke.yaml": content})
    branched.checkout("release/1.0")
    with opened(branched, read_settings(OLD, {})) as context:
        assert context.branches == ()
        with pytest.raises(OutdatedSettingsError):
            take_current_settings(context)
        assert context.settings.registry == "old"
