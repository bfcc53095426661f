"""What follows from settings."""

import pytest

from flux.settings import Phase, Settings, read_settings

PHASES = (Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod",)))


@pytest.mark.parametrize(("sources", "prefix"), [("artifacts", "artifacts/"), ("a/b", "a/b/"), (".", "")])
def test_the_prefix_of_paths(sources: str, prefix: str) -> None:
    assert read_settings({"sources": sources}, {}).prefix == prefix


def test_environments_and_groups_are_in_the_order_of_the_phases() -> None:
    settings = Settings(phases=PHASES)
    assert settings.environments == ("at_ring1", "at_ring2", "prod")
    assert list(settings.groups.items()) == [("at", ("at_ring1", "at_ring2")), ("prod", ("prod",))]
