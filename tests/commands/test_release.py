"""`inv release`: what is checked, what is made, and that it is made once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flux.errors import ContentError, FluxError, GitError, RequestError
from flux.event import Event
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.commands.helpers import Actions, actions, actions_checkout, in_actions, inv, monorepo
from tests.commands.releasing import plan, release
from tests.commands.to_release import FILES
from tests.commands.to_release import repo as repo
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.github.server import GitHub
from tests.repo import Repo

ALL = {"contents": "write", "issues": "write", "pull_requests": "write", "actions": "write"}


def edit(repo: Repo, subject: str = "fix: edit", artifact: str = "app") -> str:
    path = repo.path / f"artifacts/{artifact}/x.yaml"
    path.write_text(path.read_text() + "# more\n")
    return repo.commit(subject)


def tags(repo: Repo) -> dict[str, str]:
    listed = repo.git("for-each-ref", "--format=%(refname:strip=2) %(*objectname)%(objectname)", "refs/tags")
    return {name: oid[:40] for name, _, oid in (line.partition(" ") for line in listed.splitlines())}


def refused(repo: Repo, artifact: str, wanted: str, **more: Any) -> tuple[str, str]:
    """The message and the hint, with no tag made and nothing else written."""
    before = tags(repo)
    with pytest.raises(RequestError) as error:
        release(repo, artifact, wanted, **more)
    assert error.value.exit_code == 2
    assert tags(repo) == before
    return error.value.message, error.value.hint


# The version


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


# Made once


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


def test_the_code_is_0_and_it_says_so(repo: Repo) -> None:
    for said in ("released", "is released already"):
        done = inv(repo, "release", "app", "1.0.0")
        assert done.code == 0
        notes = "`git show flux-oci-app-v1.0.0`"
        assert done.out == f"flux-oci-app-v1.0.0: {said} at {repo.head[:12]}, {notes}\n"
        assert done.err == ""


# Something changed


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


# The commit


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


# The artifact


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


# What could not be published


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


# Notes


def test_notes(repo: Repo) -> None:
    chart = "kind: HelmRelease\nspec: {{chart: {{spec: {{chart: eso, version: '{}'}}}}}}\n"
    repo.commit("feat: add a chart", files={"artifacts/app/chart.yaml": chart.format("0.1.0")})
    release(repo, "app", "1.0.0")
    repo.commit("feat(chart): 0.2.0", files={"artifacts/app/chart.yaml": chart.format("0.2.0")})
    edit(repo, "fix: of another", artifact="db")
    edit(repo, "fix!: breaks")
    repo.checkout("topic", create=True)
    edit(repo, "docs: on a branch")
    repo.checkout("main")
    repo.commit("meanwhile", files={"README": "x"})
    repo.merge("topic")
    planned, made, _ = release(repo, "app", "major", source="https://example.com/m")
    assert made.body.rstrip("\n") == planned.notes
    lines = [line.partition(" ([")[0] for line in planned.notes.split("\n") if line]
    assert lines == [
        "### Versions",
        "- chart eso: `0.1.0` → `0.2.0`",
        "### Breaking changes",
        "- breaks",
        "### Features",
        "- **chart:** 0.2.0",
        "### Documentation",
        "- on a branch",
        "[All changes of the repository]"
        "(https://example.com/m/compare/flux-oci-app-v1.0.0...flux-oci-app-v2.0.0)",
    ]


def test_a_submodule_that_was_there(repo: Repo) -> None:
    """What keeps an image from being built does not keep the next from being released."""
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "add a submodule")
    repo.tag("flux-oci-app-v1.0.0")
    repo.git("rm", "--quiet", "--cached", "artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "fix: take it out again")
    assert "take it out again" in plan(repo, "app", "patch").notes


def test_an_artifact_that_was_away(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    repo.remove("artifacts/app")
    repo.commit("remove it")
    repo.commit("feat: here again", files={"artifacts/app/y.yaml": "y: 1\n"})
    assert "here again" in plan(repo, "app", "major").notes


def test_hostile_subjects(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    hostile = "<img src=x> [a](https://evil.example) @octocat `$(id)` ${{ github.token }} %0A::error::x"
    edit(repo, hostile)
    done = inv(repo, "release", "app", "patch", "--dry-run", env={"GITHUB_ACTIONS": "true"})
    assert done.code == 0
    assert not [line for line in done.said.splitlines() if line.strip().startswith("::")]
    assert "<img" not in done.out.replace("\\<img", "")
    assert "@octocat" not in done.out


# As a command


def test_a_dry_run_writes_nothing(repo: Repo) -> None:
    before = repo.git("show-ref"), sorted(repo.path.rglob("*"))
    done = inv(repo, "release", "app", "minor", "--dry-run")
    assert done.code == 0
    assert done.out.startswith(
        f"flux-oci-app-v0.1.0 would be released at {repo.head[:12]}, "
        "with these notes:\n\n### Changes\n\n- first"
    )
    document = inv(repo, "release", "app", "minor", "--dry-run", "--json").document
    assert document["release"]["url"] is None
    after = [path for path in sorted(repo.path.rglob("*")) if "__pycache__" not in path.parts]
    assert (repo.git("show-ref"), after) == (
        before[0],
        [path for path in before[1] if "__pycache__" not in path.parts],
    )
    # It refuses what the real one would.
    assert inv(repo, "release", "ap", "minor", "--dry-run").code == 2


def test_json(repo: Repo) -> None:
    for _ in range(2):
        done = inv(repo, "release", "app", "1.0.0-rc.1", "--json")
        assert (done.code, done.err) == (0, "")
        assert [*done.result] == ["release"]
        released = done.result["release"]
        assert {"artifact", "version", "tag", "commit", "url", "notes"} < released.keys()
        assert released["url"].startswith("file://")
        assert released["version"] == "1.0.0-rc.1"
        assert released["commit"] == repo.head
    done = inv(repo, "release", "app", "0.1.0", "--json")
    assert (done.code, done.result) == (2, {})


# On GitHub


@dataclass(frozen=True)
class Hub:
    """A clone of what the test GitHub serves."""

    repo: Repo
    server: GitHub
    origin: Repo

    def forge(self, token: str) -> GitHubForge:
        return GitHubForge(self.server.url, "octo/monorepo", token)

    @property
    def dispatched(self) -> list[tuple[str, Any]]:
        return [
            (event.payload["workflow"], event.payload["inputs"])
            for event in self.server.events
            if event.name == "workflow_dispatch" and event.starts
        ]

    @property
    def released(self) -> list[str]:
        return [
            event.action or "" for event in self.server.events if event.name == "release" and event.starts
        ]

    def job(self, folder: Path, token: str, name: str = "workflow_dispatch") -> Actions:
        job = in_actions(folder, name, {"ref": "refs/heads/main"})
        job.env.update(self.server.environment(token))
        return job


@pytest.fixture
def hub(repo: Repo, run_github: RunGitHub) -> Iterator[Hub]:
    for workflow in ("release-flux-artifact.yml", "manage-flux-releases.yml"):
        content = {"on": {"workflow_dispatch": {"inputs": {"tag": {"type": "string"}}}}, "jobs": {}}
        repo.write(f".github/workflows/{workflow}", json.dumps(content))
    repo.commit("workflows")
    origin = repo.bare_origin()
    with run_github(origin.path) as server:
        yield Hub(repo, server, origin)


def test_on_github(hub: Hub) -> None:
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="write"))
    _, first, made = release(hub.repo, "app", "1.0.0-rc.1", forge=forge)
    assert made
    assert (first.author, first.prerelease, first.commit) == ("alice", True, hub.repo.head)
    assert hub.origin.git("rev-parse", "flux-oci-app-v1.0.0-rc.1^{commit}") == hub.repo.head
    # Found by what origin has, though this clone never fetched the tag.
    assert tags(hub.repo) == {}
    _, again, made = release(hub.repo, "app", "1.0.0-rc.1", forge=forge)
    assert (again, made) == (first, False)
    _, stable, _ = release(hub.repo, "app", "1.0.0", forge=forge)
    assert not stable.prerelease
    release(hub.repo, "db", "3.0.0", forge=forge)
    assert hub.server.repository("octo/monorepo").latest is None
    assert hub.released.count("published") == 3
    assert hub.dispatched == []


def test_a_tag_without_a_release(hub: Hub) -> None:
    """A run that was killed between the two, or someone's `git push --tags`."""
    hub.repo.tag("flux-oci-app-v1.0.0")
    hub.repo.push("origin", "flux-oci-app-v1.0.0")
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="write"))
    _, made, new = release(hub.repo, "app", "1.0.0", forge=forge)
    assert new
    assert made.commit == hub.repo.head
    assert not release(hub.repo, "app", "1.0.0", forge=forge)[2]


def test_a_token_without_the_permission(hub: Hub) -> None:
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="read"))
    with pytest.raises(FluxError) as error:
        release(hub.repo, "app", "1.0.0", forge=forge)
    assert error.value.exit_code == 1
    assert "contents" in (error.value.message + error.value.hint).lower()


def test_under_the_jobs_own_token(hub: Hub, tmp_path: Path) -> None:
    env = {"INVOKE_FLUX_FORGE": "github"}
    job = hub.job(tmp_path / "job", hub.server.actions_token(**ALL))
    done = inv(hub.repo, "release", "app", "1.0.0", env={**job.env, **env})
    assert done.code == 0, done.said
    tag = {"tag": "flux-oci-app-v1.0.0"}
    workflows = ["release-flux-artifact.yml", "manage-flux-releases.yml"]
    assert hub.released == []  # it fires no event
    assert [name.rpartition("/")[2] for name, _ in hub.dispatched] == workflows
    assert [inputs for _, inputs in hub.dispatched] == [tag, tag]
    assert {e.payload["ref"] for e in hub.server.events if e.name == "workflow_dispatch"} == {
        "refs/heads/main"
    }
    assert job.outputs == tag
    assert "flux" in job.summary.read_text()
    # Again: what its event would have started may be what was lost.
    again = inv(hub.repo, "release", "app", "1.0.0", "--json", env={**job.env, **env})
    assert again.code == 0
    assert again.document["release"]["url"].startswith("http")
    assert len(hub.dispatched) == 4
    # A dry run starts nothing.
    hub.repo.commit("fix: more", files={"artifacts/app/x.yaml": "app: 9\n"})
    hub.repo.push()
    assert inv(hub.repo, "release", "app", "minor", "--dry-run", env={**job.env, **env}).code == 0
    assert len(hub.dispatched) == 4


def test_a_workflow_that_could_not_be_started(hub: Hub, tmp_path: Path) -> None:
    """The release is there, what should follow it is not: the same command again finishes that."""
    powerless = {**ALL, "actions": "read"}
    job = hub.job(tmp_path / "job", hub.server.actions_token(**powerless))
    job.env["INVOKE_FLUX_FORGE"] = "github"
    done = inv(hub.repo, "release", "app", "1.0.0", env=job.env)
    assert done.code == 1
    assert f"flux-oci-app-v1.0.0: released at {hub.repo.head[:12]}, http" in done.out
    for workflow in ("release-flux-artifact.yml", "manage-flux-releases.yml"):
        assert f"::error::GitHub did not start workflow {workflow} at main in octo/monorepo: " in done.out
    assert hub.dispatched == []
    job.env["GITHUB_TOKEN"] = hub.server.actions_token(**ALL)
    assert inv(hub.repo, "release", "app", "1.0.0", env=job.env).code == 0
    assert len(hub.dispatched) == 2


def test_a_monorepo_with_other_workflows(hub: Hub, tmp_path: Path) -> None:
    hub.repo.git("rm", "--quiet", ".github/workflows/manage-flux-releases.yml")
    hub.repo.commit("its own")
    hub.repo.push()
    job = hub.job(tmp_path / "job", hub.server.actions_token(**ALL))
    done = inv(hub.repo, "release", "app", "1.0.0", env={**job.env, "INVOKE_FLUX_FORGE": "github"})
    assert done.code == 0
    said = "::warning::manage-flux-releases.yml was not started: main has no such workflow"
    assert said in done.out.splitlines()
    assert len(hub.dispatched) == 1


def test_whose_release_starts_workflows(hub: Hub) -> None:
    """A person's token fires the event; outside of Actions nobody waits for one."""
    person, bot = hub.forge(hub.server.token("alice")), hub.forge(hub.server.actions_token(**ALL))
    in_a_job: Event = actions(None)
    release(hub.repo, "app", "1.0.0", forge=person, event=in_a_job)
    assert hub.dispatched == []
    release(hub.repo, "db", "1.0.0", forge=bot)
    assert hub.dispatched == []
    release(hub.repo, "db", "1.0.0", forge=bot, event=in_a_job)
    assert len(hub.dispatched) == 2


def test_where_release_please_makes_the_releases(repo: Repo) -> None:
    repo.commit(files={"release-please-config.json": "{}"})
    refused = inv(repo, "release", "app", "minor", "--dry-run")
    assert refused.code == 2
    assert "release-please makes the releases here" in refused.err
    assert inv(repo, "release", "app", "minor", "--force", "--dry-run").code == 0


class Raced(LocalForge):
    """Another run tags a commit first, and has pushed that or is about to."""

    def __init__(self, clone: Clone, other: Repo, commit: str = "HEAD", pushed: bool = True) -> None:
        super().__init__(clone.root, clone)
        create = clone.create_tag

        def create_tag(name: str, *arguments: Any, **more: Any) -> None:
            other.tag(name, commit, message="the other's")
            if pushed:
                other.push("origin", name)
            create(name, *arguments, **more)

        clone.create_tag = create_tag


@pytest.mark.parametrize(("elsewhere", "pushed"), [(False, True), (False, False), (True, True)])
def test_a_release_that_another_run_makes_meanwhile_is_as_good(
    repo: Repo, tmp_path: Path, elsewhere: bool, pushed: bool
) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other") if elsewhere else repo
    with Clone(repo.path) as git:
        _, made, is_new = release(repo, "app", "1.0.0", forge=Raced(git, other, pushed=pushed))
    assert (made.title, made.commit, is_new) == ("the other's", repo.head, not elsewhere)
    assert origin.git("rev-parse", made.tag) == repo.git("rev-parse", made.tag)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_release_of_another_commit_that_is_made_meanwhile_is_not(
    repo: Repo, tmp_path: Path, elsewhere: bool
) -> None:
    repo.commit("feat: more", files={"artifacts/app/more.yaml": "more: 1\n"})
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other") if elsewhere else repo
    with Clone(repo.path) as git, pytest.raises(GitError, match="already exists"):
        release(repo, "app", "1.0.0", forge=Raced(git, other, "HEAD^"))
    assert origin.git("rev-parse", "flux-oci-app-v1.0.0^{commit}") == repo.git("rev-parse", "HEAD^")
