"""What a state knows of versions, stays and runs."""

from dataclasses import replace

import pytest

from flux.promotion.clusters.health import Running
from flux.promotion.gates.soak import Ran, longest_run
from flux.promotion.gates.state import GateState, Stay, Wanted, fallen_from, is_higher
from tests.promotion.gates.courses import course, digest_of, moved, said, stays


def test_where_a_version_comes_from() -> None:
    state = moved({"at1": [("1.0.0", 0), ("1.1.0", 10)]})
    assert state.comes_from("at1", "1.2.0") == "1.1.0"
    assert state.comes_from("at1", "1.1.0") == "1.1.0"
    assert state.is_there("at1", "1.1.0")
    behind = GateState({"at1": "1.1.0"}, stays={"at1": stays(("1.0.0", 0))})
    assert behind.comes_from("at1", "1.1.0") == "1.0.0"
    assert not behind.is_there("at1", "1.1.0")
    assert GateState().comes_from("at1", "1.0.0") is None


def test_a_version_with_the_content_of_the_one_before_needs_no_new_word() -> None:
    """Flux says nothing anew of a digest that its tag has already."""
    digest = digest_of("1.0.0")
    same = (Stay("1.0.0", digest, 0, 50), Stay("1.0.1", digest, 50, content_since=0))
    state = GateState({"at1": "1.0.1"}, stays={"at1": same}, reports=[said("at1", "1.0.0", 10)])
    assert longest_run("at1", "1.0.1", state, 90, healthy=True) == Ran(50, 90)
    broken = replace(state, reports=[*state.reports, said("at1", "1.0.0", 60, "failure")])
    assert broken.fails("at1", "1.0.1", 90)


def test_who_fails() -> None:
    state = moved({"at1": [("1.0.0", 0)]}, reports=[said("at1", "1.0.0", 30, "failure")])
    found = state.fails("at1", "1.0.0", 40)
    assert found
    assert found.state is Running.FAILING
    assert state.fails("at1", "1.1.0", 40) is None


def test_courses() -> None:
    assert list(course().up_to("tt")) == ["at1", "at2", "tt1"]
    assert course().phase_of("prod2") == "prod"
    assert is_higher("1.0.0", None)
    assert not is_higher("1.0.0-rc.1", "1.0.0")


@pytest.mark.parametrize(
    ("had", "back"),
    [
        ([], None),
        (["1.0.0"], None),
        (["1.0.0", "1.1.0"], "1.0.0"),
        (["1.0.0", "1.0.1", "1.1.0"], "1.0.1"),
        (["1.1.0", "1.0.0"], None),
        (["0.9.0", "1.1.0", "1.0.0"], None),
        (["1.2.0", "1.0.0", "1.1.0"], "1.0.0"),
        (["1.0.0", None, "1.1.0"], "1.0.0"),
        ([None, "1.0.0"], None),
        (["1.0.0", None], None),
    ],
)
def test_the_way_back(had: list[str | None], back: str | None) -> None:
    state = GateState(wanted={"at1": [Wanted(version, at) for at, version in enumerate(had)]})
    assert state.way_back("at1", 100) == back


def test_the_way_back_goes_past_what_failed() -> None:
    state = moved(
        {"at1": [("1.0.0", 0), ("1.1.0", 10), ("1.2.0", 20)]},
        reports=[
            said("at1", "1.0.0", 5),
            said("at1", "1.1.0", 15, "failure"),
            said("at1", "1.2.0", 25, "failure"),
        ],
    )
    assert state.way_back("at1", 100) == "1.0.0"


@pytest.mark.parametrize(
    ("had", "fallen"),
    [
        (["1.0.0", "1.1.0"], False),
        (["1.1.0", "1.0.0"], True),
        (["1.1.0", None], True),
        (["1.1.0", "1.2.0"], False),
        (["1.1.0", "1.2.0", "1.0.0"], True),
        (["1.1.0", "1.2.0", "1.1.0"], False),
        (["1.1.0", "1.0.0", "1.1.0"], False),
        (["1.1.0", "1.0.0", "1.2.0"], True),
        (["1.0.0", "1.2.0"], False),
        ([], False),
    ],
)
def test_who_fell_from_a_version(had: list[str | None], fallen: bool) -> None:
    assert fallen_from("1.1.0", [Wanted(version, at) for at, version in enumerate(had)]) is fallen
