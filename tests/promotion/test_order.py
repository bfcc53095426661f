"""A phase is due once the phase before has the version."""

import pytest

from flux.promotion.order import out_of_order

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
