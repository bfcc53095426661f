"""`inv tag`: the registry's environment tags become what the desired state at the tip says."""

from pathlib import Path

import pytest

from flux.commands.tag import observe_tags, tag_environments
from flux.monorepo.observe_mode import Observed
from flux.settings import Settings
from tests.commands.invoking import in_actions
from tests.commands.releasing import PHASES
from tests.commands.tagging import FIRST, SECOND, World, at_rest, converge, run
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.monorepos import opened


def test_a_missing_image_is_refused_and_the_others_done(either: World) -> None:
    either.want({**FIRST, "app": {**FIRST["app"], "at_ring2": "9.9.9"}, "gone": {"at_ring1": "1.0.0"}})
    done = run(either)
    assert done.code == 1
    assert "error: app:at_ring2: version 9.9.9 is not published" in done.err
    assert "error: gone:at_ring1: version 1.0.0 is not published" in done.err
    assert "hint: publish it with `inv publish flux-oci-app-v9.9.9`, then run `inv tag` again" in done.err
    assert either.environments() == {
        "app": {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"},
        "db": FIRST["db"],
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


def test_an_environment_that_was_removed(world: World) -> None:
    world.want(FIRST)
    converge(world)
    world.want({"app": {"at_ring1": "1.1.0"}, "db": FIRST["db"]})
    done = run(world)
    assert done.code == 0
    assert "the desired state has no version for app:at_ring2, app:prod_ring1: these tags stay" in done.err
    assert world.environments() == FIRST


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


def test_what_it_says(world: World) -> None:
    world.want(FIRST)
    dry = run(world, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert world.environments() == {"app": {}, "db": {}}
    app = world.published["app"]
    assert str(app["1.0.0"]) in run(world, "--dry-run", "--wide").out
    done = run(world)
    assert (done.code, done.err) == (0, "")
    for said, last in ((dry, "4 would move"), (done, "4 moved")):
        lines = [line.split() for line in said.out.splitlines()]
        assert ["app", "prod_ring1", "1.0.0", "move", "none", str(app["1.0.0"])[:19]] in lines
        assert len([line for line in lines if line[3:4] == ["move"]]) == 4
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
        assert [*done.result] == ["commit", "tags"]
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


def test_only_the_mode_observe_compares(world: World) -> None:
    world.want({"app": {"at_ring1": "1.1.0"}})
    app = world.published["app"]["1.1.0"]
    for mode, expected in (("act", None), ("observe", [Observed("app:at_ring1", None, app)])):
        settings = Settings(registry=world.place.location, phases=PHASES, mode=mode)
        with opened(world.repo, settings, dry_run=True) as monorepo:
            convergence = tag_environments(monorepo, ["app"])
            assert observe_tags(monorepo, convergence) == expected
