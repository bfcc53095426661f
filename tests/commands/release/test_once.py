"""`inv release`: a release is made once, and only of what changed."""

from pathlib import Path

import pytest

from tests.commands.release.asking import edit, refused
from tests.commands.releasing import release
from tests.commands.to_release import FILES
from tests.commands.to_release import repo as repo
from tests.repo import Repo


@pytest.mark.parametrize("with_origin", [False, True])
def test_a_release_that_is_there_is_found(repo: Repo, with_origin: bool) -> None:
    if with_origin:
        repo.bare_origin()
    _, first, made = release(repo, "app", "1.0.0")
    assert made
    if with_origin:
        repo.push("--tags")
    before = repo.git("show-ref")
    planned, again, made = release(repo, "app", "1.0.0")
    assert not made
    assert again == first
    assert planned.release == first
    assert repo.git("show-ref") == before
    # Still there when a higher one is, and after main went on.
    repo.tag("flux-oci-app-v2.0.0", message="higher")
    if with_origin:
        repo.push("--tags")
    assert not release(repo, "app", "1.0.0")[2]


@pytest.mark.parametrize("wanted", ["1.0.0", "minor"])
def test_a_release_of_another_clone_is_found(repo: Repo, tmp_path: Path, wanted: str) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other", "--no-tags")
    _, first, _ = release(repo, "app", wanted)
    _, again, made = release(other, "app", wanted)
    assert (again.tag, again.body, made) == (first.tag, first.body, False)
    assert other.git("rev-parse", first.tag) == repo.git("rev-parse", first.tag)


def test_a_release_that_was_not_pushed_yet_is_found(repo: Repo) -> None:
    """The local forge of a clone whose origin does not have its tag."""
    repo.bare_origin()
    _, first, _ = release(repo, "app", "1.0.0")
    _, again, made = release(repo, "app", "1.0.0")
    assert (again, made) == (first, False)


@pytest.mark.parametrize(
    ("last", "wanted", "version"),
    [
        (None, "minor", "0.1.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "prerelease", "1.2.4-rc.1"),
        ("1.3.0-rc.1", "prerelease", "1.3.0-rc.2"),
        ("1.3.0-rc.1", "minor", "1.3.0"),
    ],
)
def test_a_bump_that_was_made_is_found(repo: Repo, last: str | None, wanted: str, version: str) -> None:
    if last:
        repo.tag(f"flux-oci-app-v{last}")
        edit(repo)
    _, first, _ = release(repo, "app", wanted)
    planned, again, made = release(repo, "app", wanted)
    assert (str(planned.version), again, made) == (version, first, False)
    # Another may be asked for.
    assert release(repo, "app", wanted, allow_unchanged=True)[2]
    # Once main went on it is a new one.
    edit(repo)
    assert release(repo, "app", wanted)[2]


def test_a_version_never_moves(repo: Repo) -> None:
    at = repo.head
    release(repo, "app", "1.0.0")
    edit(repo)
    message, hint = refused(repo, "app", "1.0.0")
    assert message == f"app 1.0.0 is released already, at {at[:12]}"
    assert hint == "a version never changes: release a higher one"
    assert refused(repo, "app", "1.0.0", allow_unchanged=True)[0] == message


def test_unchanged(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    for change in (
        lambda: None,
        lambda: edit(repo, artifact="db"),
        lambda: repo.commit(files={"README": "x"}),
    ):
        change()
        message, hint = refused(repo, "app", "minor")
        assert message == "nothing changed in app since 1.0.0"
        assert hint == "release it anyway with --allow-unchanged"
    repo.write("artifacts/app/more.yaml", "more: 1\n")
    hint = "commit artifacts/app/more.yaml first, or release it anyway with --allow-unchanged"
    assert refused(repo, "app", "minor") == ("nothing changed in app since 1.0.0", hint)
    repo.write("artifacts/new/x.yaml", "new: 1\n")
    assert refused(repo, "new", "1.0.0") == (
        "new is not committed, and only what is committed is published",
        "commit artifacts/new/x.yaml, then run the same command again",
    )
    _, made, new = release(repo, "app", "minor", allow_unchanged=True)
    assert new
    assert made.tag == "flux-oci-app-v1.1.0"
    assert "No changes." in made.body


def test_only_what_is_published_counts(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    repo.commit(files={"artifacts/app/CHANGELOG.md": "# 1\n", "artifacts/app/logo.png": b"png"})
    assert "nothing changed" in refused(repo, "app", "patch", ignore=("CHANGELOG.md",))[0]
    assert release(repo, "app", "patch")[2]


def test_changed_and_changed_back(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    edit(repo)
    repo.commit("revert: it", files=FILES)
    assert "nothing changed" in refused(repo, "app", "patch")[0]


def test_a_good_candidate_becomes_stable(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    edit(repo, "feat: it")
    release(repo, "app", "1.1.0-rc.1")
    # Nothing new for another candidate.
    assert refused(repo, "app", "prerelease")[0] == "nothing changed in app since 1.1.0-rc.1"
    planned, made, _ = release(repo, "app", "minor")
    assert (made.tag, made.prerelease) == ("flux-oci-app-v1.1.0", False)
    # With all that is new since the last stable one.
    assert "### Features\n\n- it" in planned.notes


def test_the_first_stable_after_candidates(repo: Repo) -> None:
    release(repo, "app", "1.0.0-rc.1")
    planned, made, _ = release(repo, "app", "1.0.0")
    assert made.tag == "flux-oci-app-v1.0.0"
    assert "first" in planned.notes
