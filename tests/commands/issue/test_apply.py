"""A ticked box becomes a pull request."""

import json

import pytest

from flux.errors import RequestError, UnpublishedError
from flux.promotion.boxes import mark
from flux.promotion.proposal import VersionChange
from tests.commands.promoted import BRANCH, TAG, diff
from tests.commands.promoting import World, boxes


def test_a_tick_becomes_a_pull_request_of_one_line(world: World) -> None:
    world.open(TAG)
    applied = world.apply(world.tick("prod_ring1"))
    assert applied.proposed
    assert applied.proposed.action == "opened"
    assert applied.proposed.changes == (VersionChange("prod_ring1", "1.0.0", "1.1.0"),)
    assert diff(world) == ['-    "prod_ring1": "1.0.0",', '+    "prod_ring1": "1.1.0",']
    pull = world.pull()
    assert (pull.branch, pull.base) == (BRANCH, "main")
    assert world.issue().url in pull.body
    assert "| `prod_ring1` | 1.0.0 | 1.1.0 | up |" in pull.body
    assert "sha256:" in pull.body
    assert "+version: 1.1.0" in pull.body
    assert "eso 1.1.0" in pull.body


def test_ticking_more_adds_and_unticking_takes_away_until_nothing_is_left(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    world.apply(world.tick("at"))
    assert world.proposed()["eso"] == {
        "at_ring1": "1.1.0",
        "at_ring2": "1.1.0",
        "prod_ring1": "1.1.0",
        "prod_ring2": "1.0.0",
    }
    world.apply(world.untick("prod_ring1"))
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.0"
    assert world.pull().title == "Promote eso 1.1.0 to at"
    applied = world.apply(world.untick("at"))
    assert applied.proposed
    assert applied.proposed.action == "closed"
    assert world.pulls() == []
    assert world.forge().branch(BRANCH) is None
    world.apply(world.tick("tt"))
    assert world.proposed()["eso"]["tt"] == "1.1.0"


def test_applying_again_changes_nothing(world: World) -> None:
    world.open(TAG)
    event = world.tick("prod")
    world.apply(event)
    before = (world.pull(), world.comments(), world.bare.git("for-each-ref"), world.issue().body)
    applied = world.apply(event)
    assert applied.proposed
    assert applied.proposed.action == "unchanged"
    assert before == (world.pull(), world.comments(), world.bare.git("for-each-ref"), world.issue().body)


def test_boxes_as_people_write_them(hub: World) -> None:
    hub.open(TAG)

    def edit(body: str) -> str:
        body = body.replace("- [ ] `tt`", "- [X] `tt`").replace("- [ ] **tt**", "- [X] **tt**")
        return "\r\n".join([*body.splitlines(), "", "Some words.", "- [x] prod_ring9 <script>"])

    event = hub.edit(edit)
    applied = hub.apply(event)
    assert applied.proposed
    assert [change.environment for change in applied.proposed.changes] == ["tt"]
    assert any("prod_ring9" in comment for comment in hub.comments())


def test_unpublished_is_not_promoted(world: World) -> None:
    tag = world.release("eso", "1.2.0", publish=False)
    world.open(tag)
    event = world.tick("prod_ring1")
    with pytest.raises(UnpublishedError, match="not published"):
        world.apply(event)
    assert world.pulls(None) == []
    assert any("not published yet" in comment for comment in world.comments())
    with pytest.raises(RequestError, match="not published"):
        world.promote("eso", "prod_ring1", "1.2.0")


def test_a_tick_before_its_phase_is_undone_where_the_order_is_required(hub: World) -> None:
    strict = hub.with_(require_order=True)
    strict.open(TAG)
    applied = strict.apply(strict.tick("at_ring1", "prod_ring1"))
    assert applied.undone
    assert strict.proposed()["eso"] == {**strict.desired["eso"], "at_ring1": "1.1.0"}
    assert not boxes(strict.issue().body)["prod_ring1"]


def test_a_phase_before_its_time_is_left_out_where_the_order_is_required(local: World) -> None:
    strict = local.with_(require_order=True)
    strict.open(TAG)
    applied = strict.apply(strict.tick("at", "prod"))
    assert strict.proposed()["eso"] == {**strict.desired["eso"], "at_ring1": "1.1.0", "at_ring2": "1.1.0"}
    assert any("prod_ring1, prod_ring2 left out" in str(notice) for notice in applied.notices)


def test_an_untick_counts_though_the_version_is_not_published_any_more(local: World) -> None:
    local.open(TAG)
    local.apply(local.tick("tt"))
    local.edit(lambda body: mark(body, {"tt": False, "prod_ring1": True}))
    (local.repo.path / ".registry/eso/index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": []})
    )
    with pytest.raises(UnpublishedError, match="not published"):
        local.apply()
    assert local.pulls() == []
