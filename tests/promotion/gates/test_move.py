"""Moves, as deployments keep them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.gates.move import Move, dated, read_move, stays_of
from flux.promotion.gates.state import Stay, Wanted
from tests.promotion.gates.courses import digest_of, said

DIGEST = "sha256:" + "a" * 64
MOVE = Move("eso", "prod", "1.0.0", DIGEST, "c" * 40, 1000.5, 7)


def test_a_move_comes_back() -> None:
    assert read_move(MOVE.payload, "prod", 1001, 7) == MOVE


@pytest.mark.parametrize("moved", ["", "x", "-1", "1e3", "1002", "nan", "0"])
def test_a_time_that_cannot_be_is_that_of_the_record(moved: str) -> None:
    found = read_move({**MOVE.payload, "moved": moved}, "prod", 1_000_001, 7)
    assert found
    assert found.time == 1_000_001


@pytest.mark.parametrize(
    "changed",
    [
        {"digest": "sha256:x"},
        {"version": "one"},
        {"commit": "main"},
        {"artifact": ""},
    ],
)
def test_what_is_none(changed: dict[str, str]) -> None:
    assert read_move({**MOVE.payload, **changed}, "prod", 1001, 7) is None
    assert read_move({}, "prod", 1001, 7) is None


@given(st.dictionaries(st.sampled_from(["artifact", "version", "digest", "commit", "moved"]), st.text()))
def test_any_payload_is_a_move_or_none(payload: dict[str, str]) -> None:
    found = read_move(payload, "prod", 5.0, 1)
    assert found is None or 0 <= found.time <= 5


def test_stays() -> None:
    later = Move("eso", "prod", "1.1.0", DIGEST, "", 2000, 9)
    other = Move("eso", "at", "1.1.0", DIGEST, "", 1500, 8)
    assert stays_of([later, other, MOVE]) == {
        "prod": (Stay("1.0.0", DIGEST, 1000.5, 2000), Stay("1.1.0", DIGEST, 2000, content_since=1000.5)),
        "at": (Stay("1.1.0", DIGEST, 1500),),
    }


def test_content_that_stays_where_it_is_arrived_with_the_first_of_its_versions() -> None:
    other = "sha256:" + "b" * 64
    digests = [DIGEST, DIGEST, DIGEST, other, DIGEST]
    moves = [Move("eso", "at", f"1.0.{at}", digest, "", at * 10.0, at) for at, digest in enumerate(digests)]
    assert [stay.arrived for stay in stays_of(moves)["at"]] == [0, 0, 0, 30, 40]


def test_what_was_recorded_late_is_as_old_as_the_clusters_word() -> None:
    """As where a run was killed between, or a record had to wait: its soak would never begin."""
    first, late = (
        Move("eso", "at1", version, digest_of(version), "", time, int(time))
        for version, time in (("1.0.0", 100.0), ("1.1.0", 900.0))
    )
    wanted = {"at1": [Wanted("1.0.0", 90), Wanted("1.1.0", 400)]}
    word = [said("at1", "1.0.0", 110), said("at2", "1.1.0", 420), said("at1", "1.1.0", 500)]
    assert [move.time for move in dated([first, late], word, wanted)] == [100, 500]
    assert [move.time for move in dated([first, late], word[:2], wanted)] == [100, 900]
    early = said("at1", "1.1.0", 200)
    assert [move.time for move in dated([first, late], [early], wanted)] == [100, 400], (
        "not before it was wanted"
    )


def test_the_word_on_what_comes_back_dates_no_move() -> None:
    moves = [
        Move("eso", "at1", version, digest_of(version), "", time, int(time))
        for version, time in (("1.0.0", 100.0), ("1.1.0", 200.0), ("1.0.0", 300.0))
    ]
    wanted = {"at1": [Wanted("1.0.0", 90), Wanted("1.1.0", 190), Wanted("1.0.0", 210)]}
    assert list(dated(moves, [said("at1", "1.0.0", 110)], wanted)) == moves
