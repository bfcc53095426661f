"""A revision is tagged with the beginning of its commit."""

from flux.artifact.revision import Revision


def test_the_commit_tag() -> None:
    assert Revision("0123456789abcdef" * 2 + "01234567", 1).tag == "0123456789ab"
