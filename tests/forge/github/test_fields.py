"""Fields as GitHub answers them, and as it takes them."""

import pytest
from github.GithubObject import NotSet

from flux.forge.github.fields import given, lf, login_of, state_of


@pytest.mark.parametrize(("body", "lines"), [(None, ""), ("a\r\nb\r\n", "a\nb\n"), ("a\nb", "a\nb")])
def test_line_ends_are_one_kind(body: str | None, lines: str) -> None:
    assert lf(body) == lines


def test_an_account_that_was_deleted_is_a_ghost() -> None:
    assert login_of(None) == "ghost"


def test_what_is_not_given_is_not_sent() -> None:
    assert given(None) is NotSet
    assert given("") == ""
    assert [state_of(None), state_of(True), state_of(False)] == [NotSet, "open", "closed"]
