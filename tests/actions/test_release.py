"""release-flux-artifact.yml: what is pushed is built, what is released is published."""

import json

import pytest
import yaml

from tests.actions.conftest import Monorepo
from tests.actions.jobs import Job
from tests.github.tests.calls import told

TAG = "flux-oci-eso-v1.0.0"


@pytest.fixture(autouse=True)
def without_its_issue(monorepo: Monorepo) -> None:
    """What a release starts besides is not for these tests."""
    monorepo.runners.left_out |= {"issue"}


def only(jobs: list[Job], name: str) -> Job:
    (found,) = [job for job in jobs if job.name == name]
    return found


def test_a_push_builds_what_it_changed(monorepo: Monorepo) -> None:
    commit = monorepo.change("eso")
    (job,) = monorepo.runners.settle()
    assert (job.name, job.result) == ("build", "success"), job.log
    tags = monorepo.tags("eso")
    digest = tags["latest"]
    assert tags == {commit[:12]: digest, "latest": digest}
    assert json.loads(job.outputs["artifacts"]) == ["eso"]
    assert json.loads(job.outputs["matrix"]) == {"include": [{"artifact": "eso"}]}
    (reference,) = json.loads(job.outputs["digests"]).values()
    assert reference == f"{monorepo.registry.removeprefix('oci://')}/eso@{digest}"
    assert "artifacts/eso/at/" in job.summary, "which files say so"
    assert f"{digest}" in job.summary
    assert f"[{commit[:12]}]({monorepo.github.url}/octo/monorepo/commit/{commit})" in job.summary

    monorepo.repo.commit(files={"README.md": "no artifact\n"})
    monorepo.push()
    assert monorepo.runners.settle() == []


def test_a_later_push_swallows_no_commit_tag(monorepo: Monorepo) -> None:
    commits = [monorepo.change("eso") for _ in range(2)]
    events = [event for event in monorepo.github.events if event.name == "push"]
    jobs = monorepo.runners.settle()
    assert [job.result for job in jobs] == ["success"] * 2, [job.log for job in jobs]
    tags = monorepo.tags("eso")
    assert tags.keys() == {*(commit[:12] for commit in commits), "latest"}
    assert tags["latest"] == tags[commits[1][:12]] != tags[commits[0][:12]]

    # Last week's job again, at somebody else's wish.
    (again,) = monorepo.runners.run(events[0], by="bob")
    assert again.result == "success", again.log
    assert monorepo.tags("eso") == tags


def test_a_release_is_published_with_what_main_has(monorepo: Monorepo) -> None:
    commit = monorepo.change("eso")
    monorepo.runners.settle()
    # At a commit that has nothing to do with the artifact.
    monorepo.repo.commit(files={"README.md": "no artifact\n"})
    monorepo.push()
    monorepo.github.repo_as("alice").create_git_release(TAG, "eso 1.0.0", "", target_commitish="main")
    job = only(monorepo.runners.settle(), "publish")
    assert job.result == "success", job.log
    assert f"### Release [{TAG}]({monorepo.github.url}/octo/monorepo/releases/tag/{TAG})" in job.summary
    tags = monorepo.tags("eso")
    assert tags["1.0.0"] == tags[commit[:12]] == tags["latest"]
    assert json.loads(job.outputs["digests"]) == {
        "eso": f"{monorepo.registry.removeprefix('oci://')}/eso@{tags['1.0.0']}"
    }

    # Releases of other things are not ours, and start nothing.
    monorepo.github.repo_as("alice").create_git_release("v7", "7", "", target_commitish="main")
    assert monorepo.runners.settle() == []
    assert monorepo.tags("eso") == tags


def push_tag(monorepo: Monorepo, *tags: str) -> None:
    """Tags of the tip, as somebody pushes them."""
    for tag in tags:
        monorepo.repo.git("tag", tag)
    monorepo.repo.push("origin", *tags)
    monorepo.github.pushed("alice")


def test_tags_that_were_pushed_are_published_and_get_their_issues(monorepo: Monorepo) -> None:
    """Without a release, and several at one commit."""
    monorepo.runners.left_out -= {"issue"}
    monorepo.change("eso")
    monorepo.runners.settle()
    push_tag(monorepo, TAG, "flux-oci-ingress-v1.0.0")
    jobs = monorepo.runners.settle()
    assert [job.result for job in jobs] == ["success"] * len(jobs), [job.log for job in jobs]
    started = [job.name for job in jobs if job.name in ("dispatch", "issue", "publish")]
    assert sorted(started) == sorted(["dispatch", "issue", "publish"] * 2)
    for artifact in ("eso", "ingress"):
        assert "1.0.0" in monorepo.tags(artifact)
    repo = monorepo.github.repo_as("alice")
    assert sorted(issue.title for issue in repo.get_issues()) == [
        "Promote eso 1.0.0",
        "Promote ingress 1.0.0",
    ]
    assert list(repo.get_releases()) == []


def test_a_pushed_tag_gets_its_release_where_that_is_set(monorepo: Monorepo) -> None:
    settings = yaml.safe_load((monorepo.repo.path / "invoke.yaml").read_text())
    settings["flux"]["create_release"] = True
    monorepo.prepare({"invoke.yaml": yaml.safe_dump(settings)})
    push_tag(monorepo, TAG)
    job = only(monorepo.runners.settle(), "publish")
    assert job.result == "success", job.log
    (made,) = monorepo.github.repo_as("alice").get_releases()
    assert (made.tag_name, made.draft) == (TAG, False)


def test_a_pushed_tag_that_cannot_be_read_fails_with_the_right_name(monorepo: Monorepo) -> None:
    push_tag(monorepo, "Flux-OCI-eso-v1.0", "v1.0.0")
    job = only(monorepo.runners.settle(), "publish")
    assert job.result == "failure"
    assert f"tag the commit {TAG}" in job.log


def test_a_change_of_what_is_left_out_is_built(monorepo: Monorepo) -> None:
    """It is a change of the artifacts that it concerns, though no file of theirs changed."""
    settings = yaml.safe_load((monorepo.repo.path / "invoke.yaml").read_text())
    settings["flux"]["ignore"] = [*settings["flux"]["ignore"], "/at/"]
    monorepo.repo.commit("leave out", files={"invoke.yaml": yaml.safe_dump(settings)})
    monorepo.push()
    (job,) = monorepo.runners.settle()
    assert (job.name, job.result) == ("build", "success"), job.log
    assert "eso" in json.loads(job.outputs["artifacts"])
    assert job.outputs["head"] == monorepo.repo.head
    assert monorepo.tags("eso").keys() == {monorepo.repo.head[:12], "latest"}


def test_a_release_by_a_workflow_is_published_on_dispatch(monorepo: Monorepo) -> None:
    """GITHUB_TOKEN's release tells no workflow, but it may dispatch one."""
    github, runners = monorepo.github, monorepo.runners
    repo = github.repo_with(github.actions_token(contents="write", actions="write"))
    repo.create_git_release(
        "flux-oci-eso-v1.0.0-rc.1", "eso", "", prerelease=True, target_commitish="main", make_latest="false"
    )
    assert runners.settle() == []
    repo.get_workflow("release-flux-artifact.yml").create_dispatch(
        "main", {"tag": "flux-oci-eso-v1.0.0-rc.1"}, throw=True
    )
    (job,) = runners.settle()
    assert (job.name, job.result) == ("publish", "success"), job.log
    assert "1.0.0-rc.1" in monorepo.tags("eso")


def test_what_a_release_has_for_code_is_not_run(monorepo: Monorepo) -> None:
    """A release can be made of any branch, reviewed or not: main's workflows publish it."""
    mark = monorepo.runners.folder / "mark"
    repo = monorepo.repo
    repo.checkout("topic", create=True)
    path, workflow = ".github/actions/setup/action.yml", ".github/workflows/release.yml"
    head, steps, tail = (repo.path / path).read_text().partition("  steps:\n")
    hostile = f"    - run: touch {mark}\n      shell: bash\n"
    tasks = f"import pathlib; pathlib.Path('{mark}').touch()\nfrom flux.tasks import ns\n"
    hostile_workflow = (
        (repo.path / workflow).read_text().replace("run: inv publish", f"run: touch {mark}; inv publish")
    )
    repo.commit(files={path: head + steps + hostile + tail, "tasks.py": tasks, workflow: hostile_workflow})
    repo.push()
    monorepo.github.pushed("bob")
    monorepo.github.repo_as("bob").create_git_release(TAG, "eso", "", target_commitish="topic")
    job = only(monorepo.runners.settle(), "publish")
    assert job.result == "failure"
    assert "which is not on main" in job.log
    assert not mark.exists()
    assert "1.0.0" not in monorepo.tags("eso")


@pytest.mark.parametrize("lacking", ["packages", "contents"])
def test_a_job_needs_what_it_asks_for(lacking: str, monorepo: Monorepo) -> None:
    """Permissions are what they should be: without one of them it fails."""
    path = ".github/workflows/release.yml"
    text = (monorepo.repo.path / path).read_text()
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(f"      {lacking}: ")]
    monorepo.prepare({path: "".join(lines)})
    if lacking == "contents":
        monorepo.github.repository("octo/monorepo").private = True
    monorepo.change("eso")
    (job,) = monorepo.runners.settle()
    assert job.result == "failure", job.log
    assert told(monorepo.github)
