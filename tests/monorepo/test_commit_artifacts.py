"""The same commit gives the same image, in any clone on any machine."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flux.errors import HistoryMissingError
from flux.report.build import document
from tests.commands.invoking import (
    actions_checkout,
    break_origin,
    build,
    inv,
)
from tests.monorepo.building import (
    FILES,
    NAMES,
    by_name,
    digests,
    each_action,
    edit,
    snapshot,
    tags,
)
from tests.monorepo.building import origin as origin
from tests.monorepo.building import repo as repo
from tests.monorepo.histories import Made, histories, imported
from tests.repo import Repo

# Promise 1: same commit, same digest


def test_what_a_build_says(repo: Repo) -> None:
    ran = inv(repo, "build", "--json")
    assert ran.code == 0
    assert list(ran.document) == ["schema", "commit", "artifacts", "notices", "errors"]
    assert [result["artifact"] for result in ran.document["artifacts"]] == NAMES
    for result in ran.document["artifacts"]:
        assert list(result) == [
            *("artifact", "repository", "digest", "diff_id", "revision", "tags", "action"),
        ]
        name = result["artifact"]
        assert result["repository"] == f".registry/{name}"
        assert result["revision"] == f"main@sha1:{repo.head}"
        assert result["tags"] == [repo.head[:12], "latest"]
        assert result["action"] == "pushed"
        assert tags(repo, name) == {repo.head[:12]: result["digest"], "latest": result["digest"]}


MACHINES: list[dict[str, Any]] = [
    {"umask": 0o077},
    {"umask": 0o000},
    {"env": {"TZ": "Asia/Kathmandu"}},
    {"env": {"TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"}},
    {"env": {"PYTHONHASHSEED": "1"}},
    {"env": {"PYTHONHASHSEED": "2", "PYTHONOPTIMIZE": "2"}},
    {"env": {"SOURCE_DATE_EPOCH": "0", "USER": "someone", "HOME": "/nonexistent"}},
    {"env": {"INVOKE_FLUX_JOBS": "1"}},
    {"env": {"INVOKE_FLUX_JOBS": "64"}},
]


def test_another_machine_gives_the_same_digests(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    repo.write("artifacts/app/run.sh", "#!/bin/sh\n", executable=True)
    repo.commit(files={"artifacts/app/é \n.yaml": "x"})
    repo.push()
    expected = inv(repo, "build", "--json")
    for number, machine in enumerate(MACHINES):
        previous = os.umask(machine.get("umask", 0o022))
        try:
            clone = origin.clone(tmp_path / f"some where {number}" / "else")
        finally:
            os.umask(previous)
        assert inv(clone, "build", "--json", **machine).document == expected.document, machine


def test_another_place_gives_the_same_digests(repo: Repo, tmp_path: Path) -> None:
    expected = digests(build(repo))
    linked = tmp_path / "linked"
    repo.git("worktree", "add", "--quiet", "--detach", str(linked))
    assert digests(build(linked)) == expected
    assert digests(build(repo.path / "artifacts/app", registry=str(tmp_path / "below"))) == expected
    bare_of_files = repo.clone(tmp_path / "bare of files", "--no-checkout")
    assert digests(build(bare_of_files)) == expected


def test_dirt_in_the_worktree_is_not_built(repo: Repo) -> None:
    expected = digests(build(repo, registry="clean"))
    repo.write("artifacts/app/kustomization.yaml", "modified")
    repo.write("artifacts/app/untracked.yaml", "untracked")
    repo.write("artifacts/app/.env", "ignored")
    repo.write("artifacts/db/staged.yaml", "staged")
    repo.git("add", "artifacts/db/staged.yaml")
    (repo.path / "artifacts/app/base/deployment.yaml").chmod(0o777)
    repo.remove("artifacts/web")
    repo.write("artifacts/new/x.yaml", "x")
    repo.write(".gitattributes", "* filter=dirty\n")
    repo.git("add", ".gitattributes")
    assert digests(build(repo, registry="dirty")) == expected


def test_no_file_of_the_worktree_is_touched(repo: Repo) -> None:
    repo.write("artifacts/app/kustomization.yaml", "modified")
    before = {
        name: state for name, state in snapshot(repo.path).items() if name != "." and ".git/" not in name
    }
    build(repo, registry=str(repo.path.with_name("elsewhere")))
    after = {name: state for name, state in snapshot(repo.path).items() if name in before}
    del before[".git"], after[".git"]
    assert after == before


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone_gives_the_same_digests(repo: Repo, origin: Repo, tmp_path: Path, depth: int) -> None:
    edit(repo, "app")
    repo.commit(files={"README.md": "other\n"})
    edit(repo, "db", push=True)
    expected = build(repo)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    assert document(build(clone)) == document(expected)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_without_its_origin_pushes_nothing(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    edit(repo, "app")
    edit(repo, "app", push=True)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    break_origin(clone)
    with pytest.raises(HistoryMissingError) as raised:
        build(clone)
    assert "fetch-depth: 0" in raised.value.hint
    assert not (clone.path / ".registry").exists()
    if depth > 1:  # what changed within its own history needs none
        assert each_action(build(clone, "app"))["app"] == "pushed"


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0", "blob:limit=10"])
def test_a_partial_clone_gives_the_same_digests(
    repo: Repo, origin: Repo, tmp_path: Path, filter_: str
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    expected = digests(build(repo))
    clone = origin.clone(tmp_path / "clone", f"--filter={filter_}", "--sparse")
    assert not (clone.path / "artifacts").exists()
    assert digests(build(clone)) == expected


def test_a_later_commit_that_leaves_an_artifact_alone(repo: Repo) -> None:
    first = repo.head
    expected = build(repo)
    repo.commit(files={"README.md": "other", "artifacts/README.md": "beside"})
    repo.commit(
        files={"artifacts/app/logo.png": "not published", "artifacts/app/.gitattributes": "* -text\n"}
    )
    repo.push()
    again = build(repo)
    assert set(each_action(again).values()) == {"unchanged"}
    assert digests(again) == digests(expected)
    assert all(result.revision == f"main@sha1:{first}" for result in again.results)
    assert digests(build(repo, registry="fresh")) == digests(expected)
    assert set(tags(repo, "app")) == {first[:12], "latest"}, "a commit that left it alone adds no tag"


def test_a_change_that_was_taken_back(repo: Repo) -> None:
    """A to B to A: the content of A, at another revision."""
    start = repo.head
    first = digests(build(repo))
    second = edit(repo, "app", push=True)
    build(repo)
    back = repo.commit(files=FILES)
    repo.push()
    built = build(repo)
    result = by_name(built)["app"]
    assert result.revision == f"main@sha1:{back}"
    assert set(tags(repo, "app")) == {start[:12], second[:12], back[:12], "latest"}
    assert tags(repo, "app")["latest"] == tags(repo, "app")[back[:12]] == result.digest
    assert tags(repo, "app")[start[:12]] == first["app"]
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_a_change_that_was_taken_back_before_it_was_built(repo: Repo) -> None:
    """The registry has that content already: nothing is pushed, the tags are brought up to date."""
    first = digests(build(repo))
    edit(repo, "app")
    back = repo.commit(files=FILES)
    repo.push()
    built = build(repo)
    assert each_action(built)["app"] == "tagged"
    assert tags(repo, "app")[back[:12]] == tags(repo, "app")["latest"] == first["app"]
    before = snapshot(repo.path / ".registry")
    assert set(each_action(build(repo)).values()) == {"unchanged"}
    assert snapshot(repo.path / ".registry") == before


def test_two_artifacts_of_equal_content(repo: Repo) -> None:
    repo.commit(files={f"artifacts/{name}/x.yaml": "same" for name in ("twin-a", "twin-b")})
    repo.push()
    built = by_name(build(repo))
    assert built["twin-a"].action == built["twin-b"].action == "pushed"
    assert built["twin-a"].digest == built["twin-b"].digest
    assert tags(repo, "twin-a") == tags(repo, "twin-b")


@pytest.mark.parametrize("where", ["global", "info", "xdg", "worktree"])
def test_attributes_of_this_machine_do_not_matter(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    expected = digests(build(repo, registry="plain"))
    mine = "* text eol=crlf\n*.yaml filter=lfs working-tree-encoding=UTF-16\n"
    match where:
        case "global":
            (tmp_path / "attributes").write_text(mine)
            repo.git("config", "core.attributesFile", str(tmp_path / "attributes"))
        case "info":
            (repo.path / ".git/info").mkdir(exist_ok=True)
            (repo.path / ".git/info/attributes").write_text(mine)
        case "xdg":
            monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
            (tmp_path / "git").mkdir()
            (tmp_path / "git/attributes").write_text(mine)
        case "worktree":
            repo.write(".gitattributes", mine)
            repo.write("artifacts/app/.gitattributes", mine)
    repo.git("config", "core.autocrlf", "true")
    assert digests(build(repo, registry="other")) == expected


@pytest.mark.stories
@given(history=histories(), ignore=st.sampled_from([(), ("CHANGELOG.md", "docs/"), ("*", "!*.yaml")]))
@hypothesis_settings(max_examples=15)
def test_any_history_in_any_clone_gives_the_same_digests(
    history: list[Made], ignore: tuple[str, ...]
) -> None:
    assume(any("/" in path for path in history[-1].tree))
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, "artifacts/")
        repo.git("checkout", "--quiet", "-B", "main", hashes[-1])
        origin = repo.bare_origin()
        expected = build(repo, ignore=ignore)
        assert not [result for result in expected.results if result.error]
        clone = actions_checkout(origin, Path(folder) / "clone", hashes[-1])
        assert document(build(clone, ignore=ignore)) == document(expected)
        repo.commit(files={"elsewhere/x": "x"})
        repo.push()
        later = build(repo, ignore=ignore, registry="later")
        assert digests(later) == digests(expected)
        assert set(each_action(build(repo, ignore=ignore)).values()) <= {"unchanged"}


@pytest.mark.parametrize(
    "place", [".gitattributes", "artifacts/.gitattributes", "artifacts/app/.gitattributes"]
)
def test_attributes_that_are_committed_do_matter(repo: Repo, place: str) -> None:
    repo.commit(files={place: "**/deployment.yaml filter=lfs\n"})
    built = by_name(build(repo))
    assert built["app"].action == "failed"
    assert "base/deployment.yaml" in str(built["app"].error)
    assert built["db"].action == "pushed"
    assert by_name(build(repo, ignore=("deployment.yaml",), registry="other"))["app"].action == "pushed"


@pytest.mark.parametrize("filter_", ["blob:none"])
def test_committed_attributes_matter_in_a_partial_clone_too(
    repo: Repo, origin: Repo, tmp_path: Path, filter_: str
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    repo.commit(files={"artifacts/app/.gitattributes": "*.yaml filter=lfs\n"})
    repo.push()
    clone = origin.clone(tmp_path / "clone", f"--filter={filter_}", "--sparse")
    assert each_action(build(clone)) == {"app": "failed", "db": "pushed", "web": "pushed"}
