"""`inv release`: which commit is released, and of which artifact."""

from pathlib import Path
from typing import Any

import pytest

from flux.errors import ContentError
from tests.commands.invoking import actions_checkout, inv, monorepo
from tests.commands.release.asking import edit, refused, tags
from tests.commands.releasing import plan, release
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def test_a_merged_feature_commit(repo: Repo) -> None:
    repo.checkout("topic", create=True)
    edit(repo)
    feature = edit(repo)
    repo.checkout("main")
    repo.commit("meanwhile", files={"README": "x"})
    merge = repo.merge("topic")
    repo.checkout(feature)
    message, hint = refused(repo, "app", "1.0.0")
    assert message == f"HEAD is at {feature[:12]}, a commit of a branch that {merge[:12]} merged into main"
    assert hint == f"release {merge[:12]}, which is on the first-parent line of main"
    repo.checkout(merge)
    assert release(repo, "app", "1.0.0")[1].commit == merge


def test_a_feature_commit_of_a_branch_merged_into_a_branch(repo: Repo) -> None:
    for name in ("outer", "inner"):
        repo.checkout(name, create=True)
        edit(repo)
    feature = repo.head
    repo.checkout("outer")
    inner = repo.merge("inner")
    repo.checkout("main")
    repo.commit("meanwhile", files={"README": "x"})
    merge = repo.merge("outer")
    edit(repo)
    for commit in (feature, inner):
        repo.checkout(commit)
        assert f"that {merge[:12]} merged into main" in refused(repo, "app", "1.0.0")[0]


@pytest.mark.parametrize("with_origin", [False, True])
def test_an_unmerged_commit(repo: Repo, with_origin: bool) -> None:
    if with_origin:
        repo.bare_origin()
    else:
        repo.checkout("topic", create=True)
    commit = edit(repo)  # on main, but not at origin's
    message, hint = refused(repo, "app", "1.0.0")
    assert message == f"HEAD is at {commit[:12]}, which is not on main"
    assert hint == "merge it into main first"


def test_a_commit_of_another_history(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")
    commit = repo.commit("another beginning")
    assert refused(repo, "app", "1.0.0")[0] == f"HEAD is at {commit[:12]}, which is not on main"


def test_an_older_commit_of_main_checked_out_by_itself(repo: Repo) -> None:
    older = edit(repo, "fix: older")
    edit(repo, "fix: newer")
    repo.checkout(older)
    planned, made, _ = release(repo, "app", "1.0.0")
    assert made.commit == older
    assert "older" in planned.notes
    assert "newer" not in planned.notes


def test_the_tip_is_origins(repo: Repo, tmp_path: Path) -> None:
    """A clone that is behind releases what it has checked out, if that is on the line."""
    origin = repo.bare_origin()
    behind = origin.clone(tmp_path / "behind")
    edit(repo)
    repo.push()
    assert release(behind, "app", "1.0.0")[1].commit == behind.head
    assert behind.head != repo.head


@pytest.mark.parametrize(
    ("last", "wanted", "allow_unchanged"),
    [
        ("1.1.0", "minor", False),
        ("1.1.0", "2.0.0", True),
        ("1.1.0-rc.1", "prerelease", False),
        ("1.1.0-rc.1", "minor", True),
    ],
)
def test_a_clone_that_the_last_release_went_past(
    repo: Repo, tmp_path: Path, last: str, wanted: str, allow_unchanged: bool
) -> None:
    """What it has would be released as newer than what came after it."""
    release(repo, "app", "1.0.0")
    old = edit(repo, "feat: b")
    origin = repo.bare_origin()
    behind = origin.clone(tmp_path / "behind")
    new = edit(repo, "fix: a hole")
    repo.push()
    release(repo, "app", last)
    message, hint = refused(behind, "app", wanted, allow_unchanged=allow_unchanged)
    assert message == f"HEAD is at {old[:12]}, which is older than app {last}, released at {new[:12]}"
    assert hint == "check out the newest commit: `git switch main`, then `git pull`"
    assert release(behind, "db", wanted)[2]  # of which nothing newer is released
    behind.git("pull", "--quiet")
    assert plan(behind, "app", "2.0.0", allow_unchanged=True).commit == new


def test_a_shallow_clone_that_the_last_release_went_past(repo: Repo, tmp_path: Path) -> None:
    old = edit(repo)
    new = edit(repo)
    repo.tag("flux-oci-app-v1.0.0")
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", old)
    assert f"older than app 1.0.0, released at {new[:12]}" in refused(clone, "app", "minor")[0]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_checkout(repo: Repo, tmp_path: Path, depth: int) -> None:
    repo.tag("flux-oci-app-v1.0.0")
    for number in range(4):
        edit(repo, f"fix: number {number}")
    origin = repo.bare_origin()
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    planned, made, _ = release(clone, "app", "patch")
    assert made.commit == repo.head
    assert [f"number {number}" in planned.notes for number in range(4)] == [True] * 4
    assert "first" not in planned.notes


def test_an_unknown_artifact(repo: Repo) -> None:
    message, hint = refused(repo, "ap", "1.0.0")
    assert message == f"there is no artifact 'ap' at {repo.head[:12]}; did you mean app?"
    assert hint == "artifacts are the folders under artifacts/: app, db"


@pytest.mark.parametrize("artifact", ["", ".", "..", "../app", "app/", "*", "--help", "README"])
def test_no_artifact(repo: Repo, artifact: str) -> None:
    assert "there is no artifact" in refused(repo, artifact, "1.0.0")[0]


def test_not_there_at_the_commit(repo: Repo) -> None:
    repo.commit("new", files={"artifacts/new/x.yaml": "new: 1\n"})
    repo.checkout("HEAD^")
    assert "there is no artifact 'new'" in refused(repo, "new", "1.0.0")[0]


def test_a_name_that_reads_as_a_version(repo: Repo) -> None:
    repo.commit(files={"artifacts/app-v1.0.0/x.yaml": "a: 1\n", "artifacts/app-v1/x.yaml": "a: 1\n"})
    message, hint = refused(repo, "app-v1.0.0", "2.0.0")
    assert message == (
        "releases of 'app-v1.0.0' would be read as another artifact's: the name looks like a version"
    )
    assert hint == "rename the folder"
    assert release(repo, "app-v1", "2.0.0")[1].tag == "flux-oci-app-v1-v2.0.0"
    # Which is not a release of `app`.
    assert plan(repo, "app", "major").tag == "flux-oci-app-v1.0.0"


def test_tags_of_another_form(repo: Repo) -> None:
    form: dict[str, Any] = {"release_tag": "{artifact}/{version}"}
    assert release(repo, "app", "1.0.0", **form)[1].tag == "app/1.0.0"
    edit(repo)
    assert release(repo, "app", "minor", **form)[1].tag == "app/1.1.0"
    message, hint = refused(repo, "app", "major")
    assert message.startswith("app/1.0.0 looks like a release of app")
    assert "`release_tag: '{artifact}/{version}'`" in hint


def test_artifacts_at_the_root(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "flat", {"app/x.yaml": "a: 1\n"})
    assert release(repo, "app", "1.0.0", sources=".")[1].tag == "flux-oci-app-v1.0.0"
    assert "nothing changed" in refused(repo, "app", "minor", sources=".")[0]


def unfit(repo: Repo, artifact: str) -> tuple[str, str]:
    before = tags(repo)
    with pytest.raises(ContentError) as error:
        release(repo, artifact, "1.0.0")
    assert tags(repo) == before
    return error.value.message, error.value.hint


def test_a_name_that_is_none_of_an_image(repo: Repo) -> None:
    repo.commit(files={"artifacts/App/x.yaml": "a: 1\n"})
    message, hint = unfit(repo, "App")
    assert message.startswith("App: 'App' cannot be an OCI repository: it has 'A'")
    assert hint == "rename the folder"


def test_content_that_cannot_be_in_an_image(repo: Repo) -> None:
    repo.symlink("artifacts/app/link.yaml", "../../../elsewhere")
    repo.commit()
    assert unfit(repo, "app")[0] == "app: link.yaml is a symlink, which Flux leaves out of the image"
    assert release(repo, "db", "1.0.0")[2]
    assert release(repo, "app", "1.0.0", ignore=("link.yaml",))[2]


def test_what_is_not_committed(repo: Repo) -> None:
    """It is not in the release, and that is said."""
    assert inv(repo, "release", "app", "1.0.0").err == ""
    repo.commit("fix: it", files={"artifacts/app/x.yaml": "app: 2\n"})
    repo.write("artifacts/app/x.yaml", "app: 3\n")
    repo.write("artifacts/app/new.yaml", "new: 1\n")
    repo.write("artifacts/db/new.yaml", "new: 1\n")
    for option in (["--dry-run"], []):
        done = inv(repo, "release", "app", "patch", *option)
        assert done.code == 0
        assert (
            done.err == "app: not committed, so in no image: artifacts/app/x.yaml, artifacts/app/new.yaml\n"
        )
