"""What every part of the local forge works on."""

import pytest

from flux.errors import ForgeError
from flux.forge.local.part import head_of, kept_of, made, tag_of


def test_what_was_just_made_is_there() -> None:
    assert made(0) == 0
    with pytest.raises(ForgeError, match="another program deletes files in this folder"):
        made(None)


def test_refs_are_in_the_folders_that_git_has_for_them() -> None:
    assert [head_of("main"), tag_of("v1"), kept_of(3)] == [
        "refs/heads/main",
        "refs/tags/v1",
        "refs/forge/pulls/3",
    ]
