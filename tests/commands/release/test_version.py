"""`inv release`: which version comes next, and which may not."""

import pytest

from tests.commands.release.asking import edit, refused, tags
from tests.commands.releasing import plan, release
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def test_the_first_release(repo: Repo) -> None:
    planned, made, new = release(repo, "app", "1.0.0")
    assert new
    assert (made.tag, made.commit, made.prerelease) == ("flux-oci-app-v1.0.0", repo.head, False)
    assert made.title == "app 1.0.0"
    assert made.body.rstrip("\n") == planned.notes.rstrip("\n")
    assert tags(repo) == {"flux-oci-app-v1.0.0": repo.head}


@pytest.mark.parametrize(
    ("last", "wanted", "version"),
    [
        (None, "major", "1.0.0"),
        (None, "minor", "0.1.0"),
        (None, "patch", "0.0.1"),
        (None, "prerelease", "0.0.1-rc.1"),
        (None, "3.2.1-rc.7", "3.2.1-rc.7"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "prerelease", "1.2.4-rc.1"),
        ("1.2.3", "1.2.4", "1.2.4"),
        ("1.3.0-rc.1", "minor", "1.3.0"),
        ("1.3.0-rc.1", "prerelease", "1.3.0-rc.2"),
        ("1.3.0-rc.1", "1.3.0-rc.1.1", "1.3.0-rc.1.1"),
    ],
)
def test_versions(repo: Repo, last: str | None, wanted: str, version: str) -> None:
    # Neither another artifact's releases nor other tags count.
    for other in ("flux-oci-db-v7.0.0", "v8.0.0", "flux-oci-app-v9.0.0+b", "flux-oci-app-9.0.0"):
        repo.tag(other)
    if last:
        repo.tag(f"flux-oci-app-v{last}")
        edit(repo)
    _, made, _ = release(repo, "app", wanted)
    assert made.tag == f"flux-oci-app-v{version}"
    assert made.prerelease is ("-" in version)


def test_the_last_release_is_the_highest(repo: Repo) -> None:
    for version in ("1.10.0", "1.9.0", "1.10.0-rc.1"):
        repo.tag(f"flux-oci-app-v{version}", message="in whatever order")
    edit(repo)
    assert plan(repo, "app", "patch").tag == "flux-oci-app-v1.10.1"


@pytest.mark.parametrize("wanted", ["1.0.0", "1.1.0-rc.1", "0.9.0", "1.0.9"])
def test_not_higher(repo: Repo, wanted: str) -> None:
    repo.tag("flux-oci-app-v1.1.0")
    edit(repo)
    message, hint = refused(repo, "app", wanted)
    assert message == f"{wanted} is not higher than the last release, 1.1.0"
    assert hint == "the next are 2.0.0, 1.2.0, 1.1.1, 1.1.1-rc.1"


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        (
            "1.0.0+b.1",
            "'1.0.0+b.1' has build metadata, and `+` cannot be in an OCI tag",
            "leave it out: 1.0.0",
        ),
        ("v1.0.0", "'v1.0.0' is not a semantic version", ""),
        ("", "'' is not a semantic version", ""),
        ("latest", "'latest' is not a semantic version", ""),
    ],
)
def test_no_version(repo: Repo, wanted: str, message: str, hint: str) -> None:
    said = refused(repo, "app", wanted)
    assert said[0] == message
    assert hint in said[1]
