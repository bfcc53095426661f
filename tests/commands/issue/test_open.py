"""`inv issue.open`: the issue of the release that a tag names."""

from dataclasses import replace

import pytest

from flux.errors import RequestError
from tests.commands.invoking import TERMINAL
from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_the_issue_is_opened_once(local: World) -> None:
    assert [local.open(TAG).action for _ in range(2)] == ["opened", "found"]


def test_a_tag_that_is_no_release(local: World) -> None:
    """The event of somebody else's release is nothing to do. What somebody types is an error."""
    opened = local.open("v1.0.0", replace(TERMINAL, name="release"))
    assert (opened.issue, opened.action) == (None, "none")
    assert opened.notices == ("v1.0.0 is not a release tag: there is nothing to promote",)
    with pytest.raises(RequestError, match="is not a release tag"):
        local.open("v1.0.0")
