"""A phase is due once the phase before has the version."""

import pytest

from flux.promotion.phase_order import Skipped, find_skipped, not_lowered, out_of_order

PHASES = {"at": ("at_ring1", "at_ring2"), "tt": ("tt",), "prod": ("prod_ring1", "prod_ring2")}


@pytest.mark.parametrize(
    ("versions", "environments", "early"),
    [
        ({}, ["at_ring1"], {}),
        ({}, ["tt"], {"tt": ["at_ring1", "at_ring2"]}),
        ({"at_ring1": "1.1.0"}, ["tt", "prod_ring1"], {"tt": ["at_ring2"], "prod": ["tt"]}),
        ({"at_ring1": "1.1.0", "at_ring2": "1.1.0"}, ["tt"], {}),
        ({"tt": "1.2.0"}, ["prod_ring1"], {"prod": ["tt"]}),
        ({"tt": "1.1.0"}, ["prod_ring1", "prod_ring2"], {}),
    ],
)
def test_the_order_of_phases(
    versions: dict[str, str], environments: list[str], early: dict[str, list[str]]
) -> None:
    assert out_of_order(PHASES, versions, "1.1.0", environments) == early


AT = ("at_ring1", "at_ring2")


@pytest.mark.parametrize(
    ("versions", "environments", "expected"),
    [
        ({}, ["at_ring1"], []),
        ({}, ["tt"], [Skipped("at", AT, ("tt",))]),
        ({}, ["prod_ring2"], [Skipped("at", AT, ("prod",)), Skipped("tt", ("tt",), ("prod",))]),
        ({}, ["tt", "prod_ring1"], [Skipped("at", AT, ("tt", "prod")), Skipped("tt", ("tt",), ("prod",))]),
        ({"at_ring1": "1.1.0", "tt": "1.0.9"}, ["tt"], [Skipped("at", ("at_ring2",), ("tt",))]),
        ({"at_ring1": "1.1.0", "at_ring2": "2.0.0", "tt": "1.1.0"}, ["prod_ring1"], []),
    ],
)
def test_every_environment_that_is_behind_is_named(
    versions: dict[str, str], environments: list[str], expected: list[Skipped]
) -> None:
    assert find_skipped(PHASES, versions, "1.1.0", environments) == expected


def test_what_would_not_be_brought_down() -> None:
    versions = {"at_ring1": "1.2.0", "at_ring2": "1.1.0", "tt": "1.0.0"}
    names = ["at_ring1", "at_ring2", "tt", "prod_ring1"]
    assert not_lowered(versions, "1.1.0", names) == ["at_ring2", "tt", "prod_ring1"]
