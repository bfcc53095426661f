"""Plain values, from YAML or from a variable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.settings import values
from tests.settings.refusing import refuses


@pytest.mark.parametrize("value", [None, "", " ", "a\nb", 1, True, ["a"], {"a": 1}])
def test_what_is_no_text(value: object) -> None:
    assert refuses(values.text, value)


@pytest.mark.parametrize(("value", "read"), [("./a/b/", "a/b"), (".", "."), ("a", "a")])
def test_folders(value: str, read: str) -> None:
    assert values.folder(value) == read


@pytest.mark.parametrize("value", ["/a", "..", "a/../b", "a//b", "a/./b"])
def test_paths_that_lead_elsewhere(value: str) -> None:
    for read in (values.folder, values.file):
        assert refuses(read, value)


@given(st.integers(-5, 100))
def test_jobs_are_from_1_to_64(number: int) -> None:
    for value in (number, str(number)):
        if 1 <= number <= 64:
            assert values.jobs(value) == number
        else:
            assert refuses(values.jobs, value)


@pytest.mark.parametrize("value", [True, 1.0, None, "9" * 5000, "\u0661"])
def test_what_is_no_number_of_jobs(value: object) -> None:
    assert refuses(values.jobs, value)


@pytest.mark.parametrize(("value", "read"), [("TRUE", True), (" 0 ", False), (True, True), ("false", False)])
def test_flags(value: object, read: bool) -> None:
    assert values.flag(value) is read


@pytest.mark.parametrize("value", ["yes", "", 1, None])
def test_what_is_no_flag(value: object) -> None:
    assert refuses(values.flag, value)
