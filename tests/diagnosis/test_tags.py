"""Who may make, move and delete release tags."""

import pytest

from tests.diagnosis.examining import Spoil, UnsafeWith


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda there: there.tag_rulesets.clear(),
            "who may make or move or delete tags",
        ),
        (
            lambda there: there.tag_rulesets[0].update(enforcement="evaluate"),
            "no ruleset",
        ),
        (
            lambda there: there.tag_rulesets[0]["rules"].pop(),
            "no ruleset says who may delete",
        ),
        (
            lambda there: there.tag_rulesets[0]["conditions"]["ref_name"].update(include=["refs/tags/v*"]),
            "tags such as flux-oci-artifact-v1.0.0",
        ),
        (
            lambda there: there.tag_rulesets[0]["conditions"]["ref_name"].update(exclude=["refs/tags/**/*"]),
            "no ruleset",
        ),
    ],
)
def test_tags_that_anybody_may_touch(unsafe_with: UnsafeWith, spoil: Spoil, said: str) -> None:
    """Each tag of a release needs all three."""
    bad = unsafe_with(spoil)
    assert list(bad) == ["release tags"]
    assert said in bad["release tags"]
