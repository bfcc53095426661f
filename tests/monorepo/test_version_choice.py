"""Which version a release gets, from the releases before it. What commits ask for is in `inv release`."""

import pytest
from semver import Version

from flux.errors import RequestError
from flux.monorepo.releases import Released
from flux.monorepo.version_choice import released_again, require_free, require_untagged, version_for


def released(*versions: str) -> list[Released]:
    """Each version at a commit of its own, which is the version with zeros."""
    return [Released("eso", Version.parse(one), f"eso/{one}", one.ljust(40, "0")) for one in versions]


FIRST, SECOND, THIRD = EVERY = released("1.0.0", "1.1.0", "2.0.0")


@pytest.mark.parametrize(
    ("wanted", "earlier", "expected"),
    [
        ("minor", [], "0.1.0"),
        ("minor", EVERY, "2.1.0"),
        ("patch", released("1.0.0", "1.1.0-rc.1"), None),
        ("3.0.0-rc.1", EVERY, "3.0.0-rc.1"),
        ("1.2.0", EVERY, None),
    ],
)
def test_the_version_counts_from_earlier_releases(
    wanted: str, earlier: list[Released], expected: str | None
) -> None:
    if expected:
        assert str(version_for(wanted, earlier)) == expected
        return
    with pytest.raises(RequestError):
        version_for(wanted, earlier)


@pytest.mark.parametrize(
    ("wanted", "commit", "found"),
    [
        ("2.0.0", THIRD.commit, THIRD),
        ("1.0.0", FIRST.commit, FIRST),
        ("2.1.0", THIRD.commit, None),
        ("major", THIRD.commit, THIRD),
        ("patch", THIRD.commit, None),
        ("major", SECOND.commit, None),
    ],
)
def test_a_release_that_is_made_again_is_found(wanted: str, commit: str, found: Released | None) -> None:
    """A bump stands for the last release only if it could have led to its version."""
    assert released_again(EVERY, EVERY, wanted, commit, allow_unchanged=False) == found
    if wanted == "major":
        assert released_again(EVERY, EVERY, wanted, commit, allow_unchanged=True) is None


def test_a_version_stays_at_its_commit() -> None:
    with pytest.raises(RequestError, match=r"eso 1\.0\.0 is released already, at 1\.0\.00000000"):
        released_again(EVERY, EVERY, "1.0.0", THIRD.commit, allow_unchanged=True)
    with pytest.raises(RequestError, match="released already"):
        require_free(SECOND.version, "main", EVERY, EVERY)


def test_a_tag_that_is_on_no_release_line_is_in_the_way() -> None:
    require_untagged(Version(3), EVERY)
    with pytest.raises(RequestError, match=r"the tag eso/2\.0\.0 is there") as refused:
        require_untagged(Version(2), EVERY)
    assert refused.value.hint == "delete the tag, or release a higher version"


def test_a_maintenance_line_does_not_pass_the_next_release_elsewhere() -> None:
    require_free(Version.parse("1.1.1"), "release/1.x", EVERY, [FIRST, SECOND])
    with pytest.raises(RequestError, match=r"2\.1\.0 on release/1\.x would pass 2\.0\.0") as refused:
        require_free(Version.parse("2.1.0"), "release/1.x", EVERY, [FIRST, SECOND])
    assert refused.value.hint == "release a version between 1.1.0 and 2.0.0"
    tight = released("1.0.0", "1.0.1")
    with pytest.raises(RequestError) as refused:
        require_free(Version.parse("1.1.0"), "release/1.0.x", tight, tight[:1])
    assert refused.value.hint == "no version is between 1.0.0 and 1.0.1: release from where 1.0.1 is"
