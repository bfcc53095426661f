"""What is kept stays within its size, and what was used last stays longest."""

from hypothesis import given
from hypothesis import strategies as st

from flux.git.cache import Kept


def test_what_was_used_longest_ago_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    assert kept.put("c", 3) == 3
    assert [kept.get(key) for key in "abc"] == [1, None, 3]


def test_what_is_too_large_is_given_back_and_not_kept() -> None:
    kept: Kept[str, str] = Kept(100, largest=10)
    assert kept.put("a", "large", 11) == "large"
    assert kept.get("a") is None
    kept.put("a", "small", 10)
    assert kept.get("a") == "small"


def test_none_is_a_value_that_is_not_told_from_nothing_and_so_is_wrapped() -> None:
    kept: Kept[str, tuple[None]] = Kept(1)
    kept.put("a", (None,))
    assert kept.get("a") == (None,)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=60))
def test_the_sizes_of_all_that_is_kept_are_within_the_bound(puts: list[tuple[str, int]]) -> None:
    kept: Kept[str, int] = Kept(20, largest=10)
    last: dict[str, int] = {}
    for key, size in puts:
        kept.put(key, size, size)
        if size <= 10:
            last[key] = size
        found = {key: value for key in "abcdef" if (value := kept.get(key)) is not None}
        assert sum(found.values()) <= 20
        assert found.items() <= last.items()
        if size <= 10:
            assert key in found
