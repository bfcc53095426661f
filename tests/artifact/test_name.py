"""Which folders can be artifacts, and which character keeps the others from it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.name import is_repository, name_fault

_SEPARATORS = "needs a letter or digit at both ends and a single separator (. _ __ or dashes) between them"


@pytest.mark.parametrize(
    "name",
    ["eso", "a", "9", "a9", "9.9-9", "cert-manager", "a.b", "a_b", "a__b", "a---b", "v1.0.0", "a" * 128],
)
def test_names_of_artifacts(name: str) -> None:
    assert name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "character", "at"),
    [
        ("Eso", "'E'", 1),
        ("esO", "'O'", 3),
        ("a b", "' '", 2),
        ("café", "'é'", 4),
        ("a+b", "'+'", 2),
        ("a\nb", r"'\n'", 2),
        ("eso\n", r"'\n'", 4),
        ("a'b", '"\'"', 2),
        ("٣", "'٣'", 1),
        ("a\udce9", r"'\udce9'", 2),
        # The first of several.
        ("-X-Y", "'X'", 2),
    ],
)
def test_the_character_is_named(name: str, character: str, at: int) -> None:
    expected = f"has {character} at character {at}; allowed are a-z, 0-9 and . _ - between them"
    assert name_fault(name) == expected


@pytest.mark.parametrize("name", ["", "-a", "a-", ".a", "a.", "_", "a..b", "a___b", "a._b", "a.-b", "a-_b"])
def test_the_separators(name: str) -> None:
    assert name_fault(name) == _SEPARATORS


@pytest.mark.parametrize("name", ["a" * 129, "A" * 129])
def test_too_long(name: str) -> None:
    assert name_fault(name) == "is longer than 128 characters"


@given(st.text("aZ09._-é\n", max_size=12))
def test_as_the_distribution_spec_has_it(name: str) -> None:
    component = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*\Z"
    assert (name_fault(name) == "") == bool(re.match(component, name))


@pytest.mark.parametrize(
    ("path", "valid"),
    [("a", True), ("o/r/a.b", True), ("", False), ("a//b", False), ("a/", False), ("A/b", False)],
)
def test_paths_of_repositories(path: str, valid: bool) -> None:
    assert is_repository(path) is valid
