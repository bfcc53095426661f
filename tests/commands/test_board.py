"""What the board knows, from real git, a registry and a forge."""

from pathlib import Path

import pytest

from flux.commands.board import Board, read_board
from flux.environments.outlook import Outlook
from flux.promotion.clusters.health import Running
from flux.settings.phases import Follow, Phase
from tests.commands.progressing import Progress, followed
from tests.commands.promoting import CONFIG, World


def board(world: World) -> Board:
    with world.opened() as monorepo:
        return read_board(monorepo, 2_000_000_000.0)


def test_where_everything_is_and_how_it_got_there(world: World) -> None:
    world.promote("eso", "prod_ring1", "1.1.0")
    world.merge()
    world.tag()
    world.promote("eso", "prod_ring2", "1.1.0")
    found = board(world)
    dashboard, eso = found.artifacts
    assert (dashboard.name, dashboard.places, dashboard.releases) == ("dashboard", {}, [])
    assert {name: place.has for name, place in eso.places.items()} == {
        "at_ring1": "1.0.0",
        "prod_ring1": "1.1.0",
        "prod_ring2": "1.0.0",
    }
    assert not any(place.step.drifts for place in eso.places.values())
    assert [release.version for release in eso.releases] == ["1.1.0", "1.0.0"]
    assert "eso 1.1.0" in eso.releases[0].notes
    ((promotion, pull),) = eso.promotions
    assert (promotion.version, pull.number) == ("1.1.0", world.pull().number)
    assert dict(eso.requests) == {"prod_ring2": [pull.number]}
    (comparison,) = eso.comparisons
    assert (comparison.old, comparison.new) == ("1.0.0", "1.1.0")
    assert comparison.environments == (("at_ring1", "prod_ring2"), ("prod_ring1",))
    assert [file.path for file in comparison.files] == ["x.yaml"]
    assert eso.measures.deployments == 2
    assert found.measures == eso.measures
    assert eso.places["prod_ring1"].since == eso.changes[0].time


def test_artifacts_that_are_no_more(local: World) -> None:
    """What was deployed of them counts, and their removal is a change of the environments."""
    local.desire(prod_ring1="1.1.0")
    before = board(local).measures
    local.repo.remove("artifacts/eso")
    local.repo.commit("remove it")
    local.change({CONFIG: "{}\n"}, "all gone")
    found = board(local)
    assert [artifact.name for artifact in found.artifacts] == ["dashboard"]
    assert [each.entry.direction for each in found.former[:3]] == ["removed"] * 3
    assert found.measures == before
    assert (before.deployments, bool(before.lead_from_commit.spans)) == (2, True)


def test_what_drifts(local: World) -> None:
    local.desire(prod_ring1="1.1.0")
    place = board(local).artifacts[1].places["prod_ring1"]
    assert place.step.drifts
    assert (place.step.version, place.has) == ("1.1.0", "1.0.0")


def test_a_forge_that_does_not_answer(hub: World) -> None:
    broken = hub.with_()
    broken.token = "not-a-token"
    found = board(broken)
    assert [artifact.name for artifact in found.artifacts] == ["dashboard", "eso"]
    assert any("notes and issues are not shown" in str(notice) for notice in found.notices)
    assert found.artifacts[1].releases[0].version == "1.1.0"


def test_a_registry_that_does_not_answer(local: World) -> None:
    """An artifact that nothing is desired of has no place on the pages that could say so."""
    found = board(local.with_(registry="oci://127.0.0.1:9/fleet", insecure=True))
    assert any("127.0.0.1:9" in str(notice) for notice in found.notices)
    assert all(place.step.fault for place in found.artifacts[1].places.values())


def test_what_clusters_say_and_what_rules_would_do(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(followed(local), tmp_path, monkeypatch)
    every = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
    progress.world.desire(**dict.fromkeys(every, "1.0.0"))
    progress.world.tag()
    progress.say("at_ring1", "1.0.0", "failure")
    found = board(progress.world)
    eso = found.artifacts[1]
    assert eso.places["at_ring1"].health
    assert eso.places["at_ring1"].health.state is Running.FAILING
    assert (eso.places["at_ring1"].next or Outlook("", None)).version == "1.1.0"
    assert [*found.rules] == ["at", "tt", "prod"]


def test_environments_that_nobody_promotes_to(local: World) -> None:
    found = board(
        local.with_(phases=(*local.settings.phases, Phase("edge", (), following=(("edge", Follow.TIP),))))
    )
    assert found.following == {"edge": "tip"}


def test_a_freeze_is_shown_without_rules(local: World) -> None:
    local.change({"flux/freezes.json": '{"freezes": [{"reason": "holidays", "by": "ann"}]}'})
    assert [freeze.reason for freeze in board(local).freezes] == ["holidays"]


def test_a_file_of_freezes_that_has_errors(local: World) -> None:
    local.change({"flux/freezes.json": "{"})
    found = board(local)
    assert (found.freezes, any("rules are not shown" in str(notice) for notice in found.notices)) == (
        (),
        True,
    )
