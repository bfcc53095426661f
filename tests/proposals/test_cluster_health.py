"""Whether clusters are asked, and what a tag that has yet to move says."""

from pathlib import Path

import pytest

from flux.promotion.clusters.health import TagBehind
from flux.proposals.cluster_health import follows
from tests.commands.progressing import Progress, followed
from tests.commands.promoting import World


def test_without_rules_and_clusters_nobody_is_asked(world: World) -> None:
    with world.opened() as monorepo:
        assert not follows(monorepo)
    with followed(world).opened() as monorepo:
        assert follows(monorepo)


def test_a_folder_without_statuses_tells_nothing(local: World) -> None:
    local.forge().create_issue("Title", "", "label", None)
    with local.opened() as monorepo:
        assert not follows(monorepo)


def test_locally_a_word_that_is_there_is_read(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(local.with_(automation=("reporter",)), tmp_path, monkeypatch)
    progress.say("prod_ring1", "1.0.0", sender="reporter")
    assert progress.states() == {"at_ring1": "unknown", "prod_ring1": "running", "prod_ring2": "unknown"}


def test_a_tag_that_has_yet_to_move_waits(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(followed(local), tmp_path, monkeypatch)
    progress.say("prod_ring1", "1.0.0")
    assert progress.states()["prod_ring1"] == "running"
    progress.world.desire(prod_ring1="1.1.0")
    (row,) = (row for row in progress.status().rows if row.artifact == "eso")
    assert row.health["prod_ring1"].state == "waiting"
    assert row.health["prod_ring1"].cause == TagBehind()
