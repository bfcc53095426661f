"""Releases are annotated tags, here and at origin."""

from pathlib import Path

import pytest

from flux.errors import ForgeError, GitError
from flux.forge.forge import Release
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.forge.conftest import Place
from tests.repo import Repo

TAG = "eso-v1.0.0"


def create(clone: Repo, title: str = "eso 1.0.0") -> Release:
    forge = LocalForge(clone.path, Clone(clone.path))
    return forge.create_release(TAG, clone.head, title, "Notes", False)


def find(clone: Repo) -> Release | None:
    return LocalForge(clone.path, Clone(clone.path)).release(TAG)


def with_origin(local: Place, tmp_path: Path) -> tuple[Repo, Repo, Repo]:
    """An origin, and two clones of it without its tags."""
    origin = local.repo.bare_origin()
    return origin, local.repo, origin.clone(tmp_path / "other", "--no-tags")


def refuse_pushes(origin: Repo) -> Path:
    return origin.write("hooks/update", "#!/bin/sh\nexit 1\n", executable=True)


@pytest.mark.parametrize("lightweight", [False, True])
def test_a_release_that_only_origin_has_is_found(local: Place, tmp_path: Path, lightweight: bool) -> None:
    origin, one, other = with_origin(local, tmp_path)
    made = create(one)
    if lightweight:
        other.tag(TAG)
    found = find(other)
    assert found
    assert (found.commit, found.title, found.body) == (made.commit, made.title, made.body)
    assert other.git("rev-parse", TAG) == origin.git("rev-parse", TAG)
    with pytest.raises(ForgeError, match="is there already"):
        create(other, "Another")


def test_a_tag_at_origin_becomes_a_release(local: Place, tmp_path: Path) -> None:
    origin, one, other = with_origin(local, tmp_path)
    origin.tag(TAG, "main")
    assert find(other) is None
    create(other)
    assert origin.git("cat-file", "-t", TAG) == "tag"
    found = find(one)
    assert found
    assert found.title == "eso 1.0.0"


@pytest.mark.parametrize("lightweight", [False, True])
def test_a_release_that_could_not_be_pushed_is_none(local: Place, tmp_path: Path, lightweight: bool) -> None:
    origin, one, other = with_origin(local, tmp_path)
    if lightweight:
        one.tag(TAG)
    before = one.git("show-ref")
    hook = refuse_pushes(origin)
    with pytest.raises(GitError):
        create(one)
    assert (find(one), one.git("show-ref")) == (None, before)
    hook.unlink()
    create(other, "Of the other")
    found = find(one)
    assert found
    assert found.title == "Of the other"


def test_a_release_whose_run_was_killed_before_it_was_pushed(local: Place, tmp_path: Path) -> None:
    origin, one, _ = with_origin(local, tmp_path)
    one.tag(TAG, message="eso 1.0.0\n\nBy then\n")
    assert find(one) is None
    assert create(one).body == "By then"
    assert origin.git("rev-parse", TAG) == one.git("rev-parse", TAG)


def test_a_tag_that_is_elsewhere_at_origin(local: Place, tmp_path: Path) -> None:
    origin, one, other = with_origin(local, tmp_path)
    create(one)
    other.commit("later")
    other.push()
    other.tag(TAG, message="another")
    assert find(other) is None
    with pytest.raises(ForgeError, match=f"is there already, at {one.head[:12]}"):
        create(other)
    assert origin.git("rev-parse", f"{TAG}^{{commit}}") == one.head


def test_a_release_is_an_annotated_tag(local: Place) -> None:
    local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "# Changes\n\n- one", False)
    local.forge.create_release("eso-v1.1.0-rc.1", local.tip, "eso 1.1.0-rc.1", "- two", True)
    message = local.repo.git("for-each-ref", "--format=%(contents)", "refs/tags/eso-v1.0.0")
    assert message == "eso 1.0.0\n\n# Changes\n\n- one\n".rstrip("\n")
    message = local.repo.git("for-each-ref", "--format=%(contents)", "refs/tags/eso-v1.1.0-rc.1")
    assert message == "eso 1.1.0-rc.1\n\n- two\n\nPrerelease: true"


def test_a_tag_made_by_hand_is_a_release(local: Place) -> None:
    local.repo.tag("eso-v1.0.0", message="eso 1.0.0\n\n- one\n- two")
    release = local.forge.release("eso-v1.0.0")
    assert release is not None
    assert (release.title, release.body, release.prerelease) == ("eso 1.0.0", "- one\n- two", False)
    local.repo.tag("other", message="Just a title")
    release = local.forge.release("other")
    assert release is not None
    assert (release.title, release.body) == ("Just a title", "")


def test_a_tag_of_no_commit_is_no_release(local: Place) -> None:
    local.repo.git("tag", "-a", "-m", "message", "blob", "HEAD:file")
    assert local.forge.releases() == []


def test_a_second_tag_is_refused(local: Place) -> None:
    local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "", False)
    with pytest.raises(ForgeError) as raised:
        local.forge.create_release("eso-v1.0.0", local.tip, "eso 1.0.0", "", False)
    assert raised.value.message == f"tag eso-v1.0.0 is there already, at {local.tip[:12]}"
    assert (
        raised.value.hint == "release the next version, or run `git tag -d eso-v1.0.0` if nobody has it yet"
    )
