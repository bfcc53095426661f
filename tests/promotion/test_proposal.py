"""What a promotion's branch proposes, planned purely."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.proposal import Promotion, VersionChange, propose, proposes, stays_inside

ORDER = ("at_ring1", "at_ring2", "tt", "prod")
WANTED = "1.1.0"
VERSIONS = st.dictionaries(st.sampled_from(ORDER), st.sampled_from(["1.0.0", WANTED, "1.2.0"]))
NAMES = st.sets(st.sampled_from(ORDER))


@given(base=VERSIONS, held=NAMES, main=VERSIONS, add=NAMES, remove=NAMES)
def test_what_is_planned(
    base: dict[str, str], held: set[str], main: dict[str, str], add: set[str], remove: set[str]
) -> None:
    branch = {**base, **dict.fromkeys(held, WANTED)}
    planned = propose(WANTED, base, branch, main, add, remove, ORDER)
    environments = [change.environment for change in planned.changes]
    proposed = proposes(base, branch)
    assert environments == [e for e in ORDER if e in environments]
    # Nothing that nobody asked for, nothing that was taken away, nothing that is there.
    assert set(environments) <= (proposed | add) - remove
    assert all(main.get(e) != WANTED for e in environments)
    assert all(
        change == VersionChange(change.environment, main.get(change.environment), WANTED)
        for change in planned.changes
    )
    # What is asked for now is proposed whatever main did; what was before, only where main stood still.
    assert {e for e in add - remove if main.get(e) != WANTED} <= set(environments)
    for environment in proposed - add - remove:
        moved = main.get(environment) not in (base.get(environment), WANTED)
        assert (environment in planned.dropped) == moved
        assert not (moved and environment in environments)
    # Main with the plan merged, looked at again, leaves nothing to do.
    merged = {**main, **planned.versions}
    again = propose(WANTED, merged, merged, merged, add - remove, remove, ORDER)
    assert not again.changes


@given(base=VERSIONS, held=NAMES, main=VERSIONS, add=NAMES)
def test_planning_again_plans_the_same(
    base: dict[str, str], held: set[str], main: dict[str, str], add: set[str]
) -> None:
    first = propose(WANTED, base, {**base, **dict.fromkeys(held, WANTED)}, main, add, (), ORDER)
    # The branch as it is then: from main, with the plan.
    second = propose(WANTED, main, {**main, **first.versions}, main, (), (), ORDER)
    assert (second.changes, second.dropped) == (first.changes, {})


@pytest.mark.parametrize(
    ("branch", "inside"),
    [
        ({"eso": {"tt": "1.0.0"}}, True),
        ({"eso": {"tt": "1.1.0"}}, True),
        ({"eso": {"tt": "1.2.0"}}, False),
        ({"eso": {}}, False),
        ({}, False),
        ({"eso": {"tt": "1.1.0"}, "dns": {"tt": "1.1.0"}}, False),
        ({"eso": {"tt": "1.0.0", "prod": "1.1.0"}, "dns": {}}, True),
    ],
)
def test_a_branch_that_does_more_than_its_promotion(
    branch: Mapping[str, Mapping[str, str]], inside: bool
) -> None:
    assert stays_inside(Promotion("eso", WANTED), {"eso": {"tt": "1.0.0"}}, branch) == inside


@pytest.mark.parametrize(
    ("old", "new", "down"),
    [
        ("1.0.0", "1.1.0", False),
        ("1.10.0", "1.9.0", True),
        ("1.0.0", "1.0.0-rc.1", True),
        (None, "0.1.0", False),
    ],
)
def test_a_downgrade(old: str | None, new: str, down: bool) -> None:
    assert VersionChange("tt", old, new).is_downgrade == down


@pytest.mark.parametrize(
    ("artifact", "version", "fit"),
    [
        ("eso", "1.0.0", True),
        ("eso", "1.0.0-rc.1", True),
        ("eso", "1.0.0+b", False),
        ("eso", "banana", False),
        ("../eso", "1.0.0", False),
    ],
)
def test_what_can_be_promoted_at_all(artifact: str, version: str, fit: bool) -> None:
    assert Promotion(artifact, version).is_fit is fit
