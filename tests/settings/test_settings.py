"""The settings as one object, and what follows from them."""

import pytest

from flux.settings.settings import Phase, Settings

GROUPED = Settings(phases=(Phase("at", ("at_1", "at_2")), Phase("prod", ("prod",))))


@pytest.mark.parametrize(("sources", "prefix"), [("artifacts", "artifacts/"), ("a/b", "a/b/"), (".", "")])
def test_the_prefix_of_gits_paths(sources: str, prefix: str) -> None:
    assert Settings(sources=sources).prefix == prefix


def test_environments_are_in_the_order_of_the_phases() -> None:
    assert GROUPED.environments == ("at_1", "at_2", "prod")
    assert GROUPED.groups == {"at": ("at_1", "at_2"), "prod": ("prod",)}
    assert list(GROUPED.groups) == ["at", "prod"]
    assert Settings().environments == ("at", "tt", "prod")
