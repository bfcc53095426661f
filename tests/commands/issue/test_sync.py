"""`inv issue.sync`: what the rules allow, then every open promotion."""

from pathlib import Path

import pytest

from flux.commands.issue.sync import sync_all
from flux.errors import OutdatedSettingsError
from tests.commands.progressing import Progress, followed
from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_the_rules_come_first(local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the promotion that a rule has begun is among those that are brought up to date."""
    world = Progress(followed(local), tmp_path, monkeypatch).world
    with world.opened() as monorepo:
        synced = sync_all(monorepo)
    assert [str(each.promotion.version) for each in synced.promotions] == ["1.1.0"]
    assert synced.notices == ("promote/eso-1.1.0: opened for at_ring1",)
    assert world.pull().branch == "promote/eso-1.1.0"


def test_without_rules_only_what_is_open_is_brought_up_to_date(local: World) -> None:
    local.open(TAG)
    with local.opened() as monorepo:
        synced = sync_all(monorepo)
    assert [each.promotion.version for each in synced.promotions] == ["1.1.0"]
    assert (synced.notices, local.pulls()) == ((), [])


def test_settings_that_changed_since_the_checkout(local: World) -> None:
    local.change({"invoke.yaml": "flux: {registry: .registry, phases: [at_ring2]}\n"})
    local.repo.checkout("HEAD^")
    with local.opened() as monorepo, pytest.raises(OutdatedSettingsError):
        sync_all(monorepo)
