"""The tag `latest` belongs to the revision at the tip."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.monorepo.image_result import ImageResult
from flux.registry.folder.layout import LayoutTarget
from tests.commands.invoking import (
    TERMINAL,
    break_origin,
    build,
    in_actions,
    inv,
    pull_request,
    push,
    push_payload,
)
from tests.monorepo.building import FILES, NAMES, by_name, digests, each_action, edit, elsewhere, tags
from tests.monorepo.building import origin as origin
from tests.monorepo.building import repo as repo
from tests.registry.images import packed
from tests.registry.images import push as push_image
from tests.repo import Repo

# Promise 4: `latest` is main's


def test_an_older_commit_leaves_latest_where_it_is(repo: Repo) -> None:
    start = repo.head
    build(repo, registry="first")
    newer = edit(repo, "app", push=True)
    latest = digests(build(repo))["app"]
    repo.checkout(start)
    result = by_name(build(repo))["app"]
    assert result.action == "pushed"
    assert result.tags == (start[:12],)
    assert tags(repo, "app") == {newer[:12]: latest, "latest": latest, start[:12]: result.digest}


def test_a_rerun_of_an_old_push_after_a_newer_one(repo: Repo, tmp_path: Path) -> None:
    start = repo.head
    build(repo)
    second = edit(repo, "app", push=True)
    third = edit(repo, "app", push=True)
    expected = by_name(build(repo))["app"].digest
    job = in_actions(tmp_path / "job", "push", push_payload(start, second))
    ran = inv(repo, "build", "--changed", "--json", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 0
    (result,) = ran.document["artifacts"]
    assert (result["action"], result["tags"]) == ("pushed", [second[:12]])
    assert tags(repo, "app")["latest"] == tags(repo, "app")[third[:12]] == expected


def test_a_feature_branch_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    repo.checkout("feature", create=True)
    feature = edit(repo, "app")
    repo.push()
    for event in (TERMINAL, push(None, feature, "refs/heads/feature")):
        result = by_name(build(repo, event=event))["app"]
        assert result.tags == (feature[:12],)
        assert tags(repo, "app")["latest"] == latest["app"]
        assert tags(repo, "app")[feature[:12]] == result.digest


def test_a_merge_of_a_branch_that_was_built_is_tagged_and_not_pushed_again(repo: Repo) -> None:
    build(repo)
    repo.checkout("feature", create=True)
    feature = edit(repo, "app")
    digest = by_name(build(repo))["app"].digest
    repo.checkout("main")
    merge = repo.merge("feature")
    repo.push()
    result = by_name(build(repo))["app"]
    assert result.revision == f"main@sha1:{merge}"
    assert result.tags == (merge[:12], "latest")
    assert tags(repo, "app")["latest"] == tags(repo, "app")[merge[:12]] == result.digest
    assert tags(repo, "app")[feature[:12]] == digest


def test_a_pull_request_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    base = repo.head
    repo.checkout("feature", create=True)
    head = edit(repo, "app")
    repo.checkout("main")
    repo.git("checkout", "--quiet", "--detach")
    repo.merge("feature")
    built = build(repo, event=pull_request(base, head), only_changed=True)
    assert [result.artifact for result in built.results] == ["app"]
    assert "latest" not in by_name(built)["app"].tags
    assert tags(repo, "app")["latest"] == latest["app"]


def test_a_force_push_takes_latest_back(repo: Repo) -> None:
    start = repo.head
    first = digests(build(repo))
    edit(repo, "app", push=True)
    build(repo)
    repo.git("reset", "--quiet", "--hard", start)
    repo.push("--force", "origin", "main")
    built = build(repo)
    assert each_action(built)["app"] == "tagged"
    assert tags(repo, "app")["latest"] == first["app"]
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_a_commit_that_a_force_push_dropped_does_not_get_latest(repo: Repo) -> None:
    start = repo.head
    dropped = edit(repo, "app", push=True)
    repo.push("--force", "origin", f"{start}:main")
    result = by_name(build(repo))["app"]
    assert result.tags == (dropped[:12],)
    assert "latest" not in tags(repo, "app")


def test_a_tip_that_nobody_can_ask_for_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    newer = edit(repo, "app", push=True)
    break_origin(repo)
    built = build(repo)
    assert by_name(built)["app"].tags == (newer[:12],)
    assert tags(repo, "app")["latest"] == latest["app"]
    assert tags(repo, "app")[newer[:12]] == by_name(built)["app"].digest
    assert len(built.notices) == 1
    assert "`latest` stays" in str(built.notices[0])
    ran = inv(repo, "build", "--json")
    assert ran.code == 0
    assert "`latest` stays" in ran.err


def test_commits_that_origin_does_not_have_yet(repo: Repo) -> None:
    latest = digests(build(repo))
    ahead = edit(repo, "app")
    result = by_name(build(repo))["app"]
    assert (result.action, result.tags) == ("pushed", (ahead[:12],))
    assert tags(repo, "app")["latest"] == latest["app"]
    repo.push()
    result = by_name(build(repo))["app"]
    assert (result.action, result.tags) == ("tagged", (ahead[:12], "latest"))
    assert tags(repo, "app")["latest"] == result.digest


def test_the_branch_of_the_settings_is_the_one(repo: Repo) -> None:
    repo.checkout("release/1", create=True)
    edit(repo, "app", push=True)
    assert "latest" not in by_name(build(repo))["app"].tags
    built = build(repo, branch="release/1", registry="other")
    assert by_name(built)["app"].revision == f"release/1@sha1:{repo.head}"
    assert "latest" in by_name(built)["app"].tags


def test_an_artifact_that_the_tip_does_not_have(repo: Repo) -> None:
    start = repo.head
    latest = digests(build(repo))
    repo.remove("artifacts/app")
    repo.commit()
    repo.push()
    assert set(each_action(build(repo))) == {"db", "web"}
    repo.checkout(start)
    assert each_action(build(repo))["app"] == "kept"
    assert tags(repo, "app")["latest"] == latest["app"]
    repo.checkout("main")
    back = repo.commit(files=FILES)
    repo.push()
    result = by_name(build(repo))["app"]
    assert result.revision == f"main@sha1:{back}"
    assert result.tags == (back[:12], "latest")


def once(act: Callable[[], object]) -> Callable[[ImageResult], None]:
    """Act when the first artifact is done: after the tip was asked for, before the run ends."""
    done: list[ImageResult] = []

    def on_result(result: ImageResult) -> None:
        done.append(result)
        if len(done) == 1:
            act()

    return on_result


@pytest.mark.parametrize("jobs", [1, 8])
def test_a_tip_that_moves_while_a_newer_run_has_pushed(repo: Repo, origin: Repo, jobs: int) -> None:
    other = elsewhere(repo, origin)
    registry = str(repo.path / ".registry")

    def newer_run() -> None:
        edit(other, "app", "web", push=True)
        build(other, registry=registry)

    built = build(repo, on_result=once(newer_run), jobs=jobs)
    expected = tags(repo, "app")[other.head[:12]]
    assert tags(repo, "app")["latest"] == expected != by_name(built)["app"].digest
    assert tags(repo, "web")["latest"] == tags(repo, "web")[other.head[:12]]
    assert tags(repo, "db")["latest"] == tags(repo, "db")[repo.head[:12]]
    assert set(each_action(build(other, registry=registry)).values()) == {"unchanged"}


def test_a_tip_that_moves_while_the_newer_run_has_yet_to_begin(repo: Repo, origin: Repo) -> None:
    other = elsewhere(repo, origin)
    build(repo, on_result=once(lambda: edit(other, "app", push=True)))
    assert set(tags(repo, "app")) == {repo.head[:12], "latest"}
    build(other, registry=str(repo.path / ".registry"))
    assert tags(repo, "app")["latest"] == tags(repo, "app")[other.head[:12]]


def test_what_others_have_put_where_a_newer_run_will_push_is_not_latest(repo: Repo, origin: Repo) -> None:
    other = elsewhere(repo, origin)

    def forge() -> None:
        target = LayoutTarget(repo.path / ".registry" / "app")
        push_image(target, packed(b"evil"), edit(other, "app", push=True)[:12])

    (app, *_) = build(repo, on_result=once(forge)).results
    assert tags(repo, "app")["latest"] == app.digest == tags(repo, "app")[repo.head[:12]]
    build(other, registry=str(repo.path / ".registry"))
    assert tags(repo, "app")["latest"] == tags(repo, "app")[other.head[:12]] != app.digest


def test_a_tip_that_moves_twice_and_back(repo: Repo, origin: Repo) -> None:
    start = repo.head
    other = elsewhere(repo, origin)
    registry = str(repo.path / ".registry")

    def newer_runs() -> None:
        edit(other, "app", push=True)
        build(other, registry=registry)
        other.push("--force", "origin", f"{start}:main")

    built = build(repo, on_result=once(newer_runs))
    build(repo)  # the tip that this run saw before and after is the same: it is the next that sees
    assert tags(repo, "app")["latest"] == by_name(built)["app"].digest == tags(repo, "app")[start[:12]]


def test_a_tip_that_moves_elsewhere_changes_nothing(repo: Repo, origin: Repo) -> None:
    other = elsewhere(repo, origin)

    def unrelated() -> None:
        other.commit(files={"README.md": "other"})
        other.push()

    built = build(repo, on_result=once(unrelated))
    assert all(result.tags == (repo.head[:12], "latest") for result in built.results)


def test_a_tip_that_is_lost_while_building(repo: Repo) -> None:
    built = build(repo, on_result=once(lambda: break_origin(repo)))
    assert not built.failed
    assert len(built.notices) == 1
    assert "`latest`" in str(built.notices[0])


def test_a_registry_that_breaks_when_the_tip_has_moved(repo: Repo, origin: Repo) -> None:
    """What was done is still said, and what was not is said to have failed."""
    other = elsewhere(repo, origin)

    def newer_run() -> None:
        edit(other, "app", push=True)
        build(other, "app", registry=str(repo.path / ".registry"))
        (repo.path / ".registry/app/index.json").write_text("{")

    # One at a time, so that app is done before and not looked at again until the end.
    built = build(repo, on_result=once(newer_run), jobs=1)
    assert each_action(built) == {"app": "failed", "db": "pushed", "web": "pushed"}


@pytest.mark.stories
def test_an_old_and_a_new_run_at_the_same_time(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    old = origin.clone(tmp_path / "old")
    new_commit = edit(repo, *NAMES, push=True)
    command = [sys.executable, "-m", "invoke", "build"]
    registry = {**os.environ, "INVOKE_FLUX_REGISTRY": str(repo.path / ".registry")}
    for _ in range(3):
        running = [
            subprocess.Popen(command, cwd=folder.path, env=registry, stdout=subprocess.DEVNULL)
            for folder in (old, repo, old, repo)
        ]
        assert [process.wait(60) for process in running] == [0] * 4
        for name in NAMES:
            there = tags(repo, name)
            assert there["latest"] == there[new_commit[:12]]
        for name in ("app", "web"):
            LayoutTarget(repo.path / ".registry" / name)  # from nothing again
            (repo.path / ".registry" / name / "index.json").unlink()
