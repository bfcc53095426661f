"""The registry's environment tags become what the desired state at the tip says."""

from pathlib import Path

import pytest

from flux.errors import (
    DesiredStateError,
    TipUnknownError,
)
from flux.promotion.plan import Step
from tests.commands.invoking import NOWHERE, break_origin
from tests.commands.releasing import CONFIG, actions_of, tag
from tests.commands.tagging import FIRST, SECOND, Meanwhile, State, World, at_rest, converge, run
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


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
    assert done.notices == ["the desired state has no version for db:prod_ring1: these tags stay"]
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
    assert "app:at_ring1, app:at_ring2, app:prod_ring1, db:at_ring1" in str(done.notices[0])
    assert world.place.writes() == before


# The tip


def test_a_tip_that_cannot_be_fetched(world: World) -> None:
    world.want(FIRST)
    break_origin(world.repo)
    before = world.place.writes()
    with pytest.raises(TipUnknownError):
        converge(world)
    done = run(world, "--json")
    assert (done.code, done.result) == (1, {})
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
