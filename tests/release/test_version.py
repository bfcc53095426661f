"""Which version a release gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from flux.errors import RequestError
from flux.release.version import BUMPS, newest_stable, next_version, parse_version, precedence

_IDENTIFIERS = st.sampled_from(
    ["rc", "beta", "alpha", "zeta", "0", "1", "9", "rc9", "9a", "x-1", "-", "rc-9"]
)
_NUMBERS = st.integers(0, 12)
_VERSIONS = st.builds(
    lambda numbers, identifiers: Version.parse(
        ".".join(map(str, numbers)) + "-" * bool(identifiers) + ".".join(identifiers)
    ),
    st.tuples(_NUMBERS, _NUMBERS, _NUMBERS),
    st.lists(_IDENTIFIERS, max_size=3),
)


@pytest.mark.parametrize(
    ("last", "bump", "expected"),
    [
        # Nothing was released yet.
        (None, "major", "1.0.0"),
        (None, "minor", "0.1.0"),
        (None, "patch", "0.0.1"),
        (None, "prerelease", "0.0.1-rc.1"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "prerelease", "1.2.4-rc.1"),
        # A bump that a prerelease was leading up to ends it.
        ("2.0.0-rc.1", "major", "2.0.0"),
        ("2.0.0-rc.1", "minor", "2.0.0"),
        ("2.0.0-rc.1", "patch", "2.0.0"),
        ("2.0.0-rc.9", "prerelease", "2.0.0-rc.10"),
        ("1.1.0-rc.2", "major", "2.0.0"),
        ("1.1.0-rc.2", "minor", "1.1.0"),
        ("1.1.0-rc.2", "patch", "1.1.0"),
        ("1.1.1-rc.2", "minor", "1.2.0"),
        ("1.1.1-rc.2", "patch", "1.1.1"),
        ("1.0.0-beta.2", "prerelease", "1.0.0-beta.3"),
        ("9.9.9", "patch", "9.9.10"),
    ],
)
def test_bumps(last: str | None, bump: str, expected: str) -> None:
    assert str(next_version(bump, Version.parse(last) if last else None)) == expected


@pytest.mark.parametrize(
    ("stable", "last", "bump", "expected"),
    [
        ("1.0.0", "2.0.0-rc.1", "major", "2.0.0"),
        ("1.0.0", "1.1.0-rc.2", "minor", "1.1.0"),
        ("1.0.0", "1.0.1-rc.2", "patch", "1.0.1"),
        ("1.1.0", "1.1.1-rc.2", "minor", "1.2.0"),
        ("1.0.0", "1.1.0-rc.2", "major", "2.0.0"),
        ("1.0.0", "2.0.0-rc.1", "prerelease", "2.0.0-rc.2"),
        ("2.0.0", "2.0.0", "patch", "2.0.1"),
        ("1.0.0", "2.0.0-rc.1", "patch", "1.0.1 or 2.0.0"),
        ("1.0.0", "2.0.0-rc.1", "minor", "1.1.0 or 2.0.0"),
        ("1.0.0", "1.1.0-rc.1", "patch", "1.0.1 or 1.1.0"),
        ("1.5.0", "3.0.0-rc.1", "major", "2.0.0 or 3.0.0"),
    ],
)
def test_a_bump_beside_a_candidate(stable: str, last: str, bump: str, expected: str) -> None:
    versions = Version.parse(last), Version.parse(stable)
    if " or " not in expected:
        assert str(next_version(bump, *versions)) == expected
        return
    with pytest.raises(RequestError) as refused:
        next_version(bump, *versions)
    assert refused.value.hint == f"say which: {expected}"
    for version in expected.split(" or "):
        assert str(next_version(version, *versions)) == version


def test_the_longest_version() -> None:
    longest = f"1.0.0-{'a' * 120}.9"
    assert str(parse_version(longest)) == longest
    with pytest.raises(RequestError, match="a version of 129 characters cannot be an OCI tag"):
        parse_version(longest + "0")
    with pytest.raises(RequestError, match="a version of 129 characters cannot be an OCI tag"):
        next_version("prerelease", Version.parse(longest))
    assert str(next_version("patch", Version.parse(longest))) == "1.0.0"


@given(_VERSIONS, st.sampled_from(BUMPS))
def test_a_bump_is_higher_and_can_be_a_tag(last: Version, bump: str) -> None:
    version = next_version(bump, last)
    assert version > last
    assert parse_version(str(version)) == version
    assert bool(version.prerelease) is (bump == "prerelease")


@given(_VERSIONS)
def test_a_version_is_kept_whole(version: Version) -> None:
    assert str(parse_version(str(version))) == str(version)
    assert str(next_version(str(version), None)) == str(version)


@given(_VERSIONS, _VERSIONS)
def test_a_version_has_to_be_higher(last: Version, wanted: Version) -> None:
    if wanted > last:
        assert str(next_version(str(wanted), last)) == str(wanted)
        return
    with pytest.raises(RequestError) as refused:
        next_version(str(wanted), last)
    assert refused.value.message == f"{wanted} is not higher than the last release, {last}"
    assert refused.value.hint.startswith("the next are ")


def test_the_hint_has_what_would_do() -> None:
    with pytest.raises(RequestError) as refused:
        next_version("1.0.0-rc.2", Version.parse("1.0.0"))
    assert refused.value.hint == "the next are 2.0.0, 1.1.0, 1.0.1, 1.0.1-rc.1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "v1.0.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a_b",
        " 1.0.0",
        "1.0.0\n",
        "latest",
        "Major",
        "majors",
        "--help",
        "1.0.٣",
        "1.0.0-٣",
        "1.0.0-é",
        "$(id)",
        "../1.0.0",
        "9" * 5000 + ".0.0",
    ],
)
def test_no_version(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_version(text)
    assert refused.value.exit_code == 2
    assert refused.value.message == f"{text!r} is not a semantic version"
    assert "major, minor, patch, prerelease or auto" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "without"), [("1.0.0+b", "1.0.0"), ("1.0.0-rc.1+b.2", "1.0.0-rc.1"), ("1.0.0+001", "1.0.0")]
)
def test_build_metadata(text: str, without: str) -> None:
    for last in (None, Version(0)):
        with pytest.raises(RequestError) as refused:
            next_version(text, last)
        assert refused.value.message == f"{text!r} has build metadata, and `+` cannot be in an OCI tag"
        assert refused.value.hint == f"leave it out: {without}"


@given(_VERSIONS, _VERSIONS)
def test_precedence_sorts_as_versions_compare(one: Version, other: Version) -> None:
    assert (precedence(one) < precedence(other)) == (one < other)
    assert (precedence(one) == precedence(other)) == (one.compare(other) == 0)


@given(st.lists(_VERSIONS))
def test_the_newest_stable(versions: list[Version]) -> None:
    newest = newest_stable(versions)
    stable = [version for version in versions if not version.prerelease]
    assert newest == (max(stable) if stable else None)
