"""Building and pushing: run again it does nothing, and what fails leaves the others."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flux.monorepo.builder import Build, Builder
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.registry.folder.layout import LayoutTarget
from flux.report.build import document
from tests.commands.invoking import (
    HOSTILE_NAMES,
    ZEROS,
    build,
    commands,
    in_actions,
    inv,
    monorepo,
    one_table,
    push_payload,
)
from tests.git.counted import CountedGit
from tests.monorepo.building import NAMES, bad_artifacts, by_name, digests, each_action, edit, snapshot, tags
from tests.monorepo.building import repo as repo
from tests.monorepos import opened
from tests.repo import Repo

# Promise 2: converge, don't replay


def test_what_a_build_changed() -> None:
    actions = [ImageAction.UNCHANGED, ImageAction.PUSHED, ImageAction.TAGGED]
    results = [ImageResult(action, "r", "main@sha1:1", action=action) for action in actions]
    assert [each.artifact for each in Build("1", results).changed] == ["pushed", "tagged"]


def test_the_second_run_writes_nothing(repo: Repo) -> None:
    build(repo)
    before = snapshot(repo.path / ".registry")
    again = build(repo)
    assert set(each_action(again).values()) == {"unchanged"}
    assert snapshot(repo.path / ".registry") == before
    for name in NAMES:
        assert by_name(again)[name].tags == (repo.head[:12], "latest")


@pytest.mark.stories
@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(
    tmp_path: Path, signal_: signal.Signals
) -> None:
    files = {
        f"artifacts/artifact-{number:03}/{part}.yaml": f"{number} {part}\n" * 500
        for number in range(60)
        for part in range(5)
    }
    repo = monorepo(tmp_path / "repo", files)
    expected = document(build(repo, registry="expected"))["artifacts"]
    cut_short = 0
    for wait in (0.005, 0.02, 0.05, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-m", "invoke", "build"],
            cwd=repo.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        there = len(list((repo.path / ".registry").glob("*/index.json")))
        while (
            process.poll() is None
            and len(list((repo.path / ".registry").glob("*/index.json"))) <= there
            and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(signal_)
        _, errors = process.communicate(timeout=30)
        assert "Traceback" not in errors, errors
        cut_short += process.returncode != 0
        for index in (repo.path / ".registry").glob("*/index.json"):
            json.loads(index.read_text())
    assert cut_short
    final = build(repo)
    assert not final.failed
    assert [result["digest"] for result in document(final)["artifacts"]] == [r["digest"] for r in expected]
    for result in final.results:
        assert tags(repo, result.artifact) == dict.fromkeys(result.tags, result.digest)
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_what_was_lost_from_the_registry_comes_back(repo: Repo) -> None:
    expected = digests(build(repo))
    (repo.path / ".registry/app").rename(repo.path / ".registry/gone")
    built = build(repo)
    assert each_action(built) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}
    assert digests(built) == expected


@pytest.mark.parametrize("tag", ["latest", "commit"])
def test_a_tag_that_is_elsewhere_comes_back(repo: Repo, tag: str) -> None:
    build(repo)
    name = "latest" if tag == "latest" else repo.head[:12]
    app, db = (LayoutTarget(repo.path / ".registry" / artifact) for artifact in ("app", "db"))
    other = db.fetch_manifest("latest")
    expected = app.resolve("latest")
    assert other
    app.push_manifest(other, name)
    build(repo)
    assert app.resolve("latest") == expected
    if tag == "latest":
        assert app.resolve(repo.head[:12]) == expected


def test_a_second_run_on_a_commit_that_is_not_the_tip_keeps_what_is(repo: Repo) -> None:
    start = repo.head
    edit(repo, "app", push=True)
    build(repo)
    repo.checkout(start)
    assert each_action(build(repo)) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}
    before = snapshot(repo.path / ".registry")
    assert each_action(build(repo)) == {"app": "kept", "db": "unchanged", "web": "unchanged"}
    assert snapshot(repo.path / ".registry") == before


def test_what_may_not_be_published_fails_by_name_and_the_others_go_out(repo: Repo) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert set(found) == {*NAMES, *bad}
    for name in NAMES:
        assert found[name]["action"] == "pushed"
        assert "error" not in found[name]
    for name, file in bad.items():
        assert found[name]["action"] == "failed", name
        assert found[name]["digest"] is None
        assert found[name]["tags"] == []
        assert file in found[name]["error"]["message"]
        assert not (repo.path / ".registry" / name).exists()
        assert any(name in line and file in line for line in ran.err.splitlines())
    plain = inv(repo, "build")
    assert plain.code == 1
    for name, file in bad.items():
        assert f"{name}: {file}" in plain.err
    assert {
        result["action"] for result in inv(repo, "build", "--json", "-a", "app").document["artifacts"]
    } == {"unchanged"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Application", "'A'"),
        ("my app", "' '"),
        ("café", "'é'"),
        ("a+b", "'+'"),
        ("a\nb", "'\\n'"),
        ("a,b", "','"),
        ("-app", "letter or digit"),
        ("app-", "letter or digit"),
        ("a..b", "separator"),
        ("x" * 129, "128"),
        (os.fsdecode(b"caf\xe9"), "character 4"),
    ],
)
def test_a_name_that_no_repository_can_have(repo: Repo, name: str, said: str) -> None:
    repo.commit(files={f"artifacts/{name}/x.yaml": "x"})
    repo.push()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert found[name]["action"] == "failed"
    assert said in found[name]["error"]["message"]
    assert {found[other]["action"] for other in NAMES} == {"pushed"}
    assert {path.parent.name for path in (repo.path / ".registry").glob("*/index.json")} == set(NAMES)


def test_names_of_any_kind_are_only_names(repo: Repo, tmp_path: Path) -> None:
    """None of them can be published, and none is obeyed by what reads the log or the summary."""
    repo.commit(files={f"artifacts/{name}/{name}": "x" for name in HOSTILE_NAMES})
    repo.push()
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 1
    one_table(job.summary.read_text(), rows=len(NAMES) + len(HOSTILE_NAMES))
    obeyed = commands(ran.said)
    assert all(line.startswith("::error::") for line in obeyed), obeyed
    assert len(obeyed) == 10  # GitHub shows no more of a step; the log and the summary have the others
    assert set(job.outputs["digests"]) == set(NAMES)


def test_a_registry_folder_that_is_broken_for_one_artifact(repo: Repo) -> None:
    build(repo)
    index = repo.path / ".registry/app/index.json"
    content = index.read_text()
    index.write_text(content[:-10])
    edit(repo, *NAMES, push=True)
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert {name: result["action"] for name, result in found.items()} == {
        "app": "failed",
        "db": "pushed",
        "web": "pushed",
    }
    assert "index.json" in found["app"]["error"]["message"]
    index.write_text(content)
    assert each_action(build(repo)) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}


def test_a_registry_that_is_a_file(repo: Repo) -> None:
    repo.write(".registry", "a file")
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    assert {result["action"] for result in ran.document["artifacts"]} == {"failed"}


def test_an_object_that_this_clone_lost(repo: Repo) -> None:
    """Its artifact fails by name, the others go out."""
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base/deployment.yaml")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result["action"] for result in ran.document["artifacts"]}
    assert found == {"app": "failed", "db": "pushed", "web": "pushed"}


def test_a_time_that_no_image_can_have(repo: Repo) -> None:
    path = "artifacts/late/x.yaml"
    repo.commit(files={path: "x"}, date="@999999999999 +0000")
    repo.push()
    ran = inv(repo, "build", "--json")
    found = {result["artifact"]: result["action"] for result in ran.document["artifacts"]}
    assert {found[name] for name in NAMES} == {"pushed"}
    assert ran.code == (1 if found["late"] == "failed" else 0)


def test_a_revision_that_is_not_on_the_line_of_the_tip_is_not_sought_there(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its artifact may have changed there last when the repository began."""
    build(repo)
    edit(repo, "app")
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    built = build(repo, only_changed=True)
    assert by_name(built)["app"].tags == (repo.head[:12],)
    assert len(counted.of("diff-tree")) == 1


def test_a_revision_that_is_on_the_line_of_the_tip_may_be_the_newest_there(repo: Repo) -> None:
    """A job that runs late: one artifact has changed since, and the other has not."""
    late = edit(repo, "app", "db")
    edit(repo, "app", push=True)
    repo.git("checkout", "--quiet", late)
    built = by_name(build(repo, "app", "db"))
    assert built["app"].tags == (late[:12],)
    assert built["db"].tags == (late[:12], "latest")


def test_the_newest_at_the_tip_are_those_of_a_whole_walk(tmp_path: Path) -> None:
    """Branches leave main, merge main and change what main changed, so that lines meet and part again."""
    dice, repo = random.Random(5), Repo(tmp_path / "repo")
    repo.commit(files={f"artifacts/{name}/x": "0" for name in ("a", "b", "c")})
    for branch in ("side", "other"):
        repo.branch(branch)
    for n in range(24):
        repo.checkout(dice.choice(["main", "side", "other"]))
        if dice.random() < 0.3:
            repo.git(
                "merge", "--quiet", "--no-edit", "--strategy-option=theirs", dice.choice(["main", "side"])
            )
        elif dice.random() < 0.2:
            repo.commit(files={"invoke.yaml": f"flux: {{ignore: [x{n}]}}\n"})
        else:
            repo.commit(files={f"artifacts/{dice.choice('abc')}/x": str(n % 3)})
    every = repo.git("rev-list", "--all").split()
    with opened(repo) as monorepo:
        tip = monorepo.tip
        newest = Sources(monorepo, tip).revisions(["a", "b", "c"])
        for commit in every:
            sources = Sources(monorepo, commit)
            revisions = sources.revisions(["a", "b", "c"])
            _, at_tip = Builder(monorepo, sources, list(revisions), [])._at_tip(tip, revisions)
            same = {name for name, one in revisions.items() if one == newest[name]}
            assert {name for name, one in revisions.items() if at_tip.get(name) == one} == same, commit
    assert len(every) > 20


def test_what_main_changed_and_took_back_is_newer_than_where_a_branch_left_main(repo: Repo) -> None:
    """The branch has main's commits by a merge, but not on its own line."""
    repo.checkout("side", create=True)
    repo.commit(files={"artifacts/db/side": "x"})
    repo.checkout("main")
    path = "artifacts/app/kustomization.yaml"
    before = (repo.path / path).read_text()
    edit(repo, "app")
    repo.commit(files={path: before})
    repo.push()
    repo.checkout("side")
    repo.merge("main")
    with opened(repo) as monorepo:
        sources = Sources(monorepo, repo.head)
        revisions = sources.revisions(["app"])
        _, at_tip = Builder(monorepo, sources, ["app"], [])._at_tip(monorepo.tip, revisions)
        assert at_tip == Sources(monorepo, monorepo.tip).revisions(["app"])
        assert at_tip != revisions
