"""`inv build`: what is built, and what a dry run says."""

from dataclasses import replace
from pathlib import Path

import pytest

from flux.commands.build import not_committed
from flux.errors import RequestError
from tests.commands.invoking import (
    TERMINAL,
    ZEROS,
    actions,
    actions_checkout,
    build,
    in_actions,
    inv,
    monorepo,
    push,
    push_payload,
)
from tests.monorepo.building import FILES, NAMES, bad_artifacts, by_name, digests, each_action, edit, snapshot
from tests.monorepo.building import origin as origin
from tests.monorepo.building import repo as repo
from tests.monorepos import opened
from tests.repo import Repo


def test_in_actions_each_failure_is_an_annotation(repo: Repo, tmp_path: Path) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 1
    errors = [line for line in ran.out.splitlines() if line.startswith("::error")]
    for name in bad:
        assert any(name in line for line in errors)
    assert set(job.outputs) == {"digests"}
    assert set(job.outputs["digests"]) == set(NAMES)
    assert all(name in job.summary.read_text().replace("\\", "") for name in bad)


@pytest.mark.parametrize("name", ["ap", "App", "artifacts/app", "app/", "*", ".", "..", "README.md", "-x"])
def test_a_name_that_is_no_artifact(repo: Repo, name: str) -> None:
    ran = inv(repo, "build", "--json", f"--artifact={name}")
    assert (ran.code, ran.result) == (2, {})
    assert repr(name) in ran.err
    assert "app, db, web" in ran.err
    if name == "ap":
        assert "did you mean app?" in ran.err
    assert not (repo.path / ".registry").exists()


def test_one_unknown_name_among_known_ones_builds_nothing(repo: Repo) -> None:
    ran = inv(repo, "build", "-a", "app,dbb")
    assert ran.code == 2
    assert "did you mean db?" in ran.err
    assert not (repo.path / ".registry").exists()


def test_only_what_changed(repo: Repo, tmp_path: Path) -> None:
    start = repo.head
    repo.tag("v1")
    edit(repo, "app")
    edit(repo, "db")
    assert set(each_action(build(repo, only_changed=True, registry="tip"))) == {"app", "db"}
    assert set(each_action(build(repo, "app", "web", only_changed=True, registry="both"))) == {"app"}
    assert build(repo, "web", only_changed=True, registry="none").results == []
    repo.push()
    assert build(repo, only_changed=True).results == []
    assert set(each_action(build(repo, only_changed=True, since="HEAD~1"))) == {"db"}
    assert set(each_action(build(repo, only_changed=True, event=push(start, repo.head)))) == {"app", "db"}
    ran = inv(repo, "build", "--since", "v1", "--json")
    assert [result["artifact"] for result in ran.document["artifacts"]] == ["app", "db"]
    nothing = inv(repo, "build", "--changed", "--json")
    assert (nothing.code, nothing.result["artifacts"]) == (0, [])
    assert not (repo.path / "none").exists()


def test_a_removed_artifact_is_not_built(repo: Repo) -> None:
    before = repo.head
    repo.remove("artifacts/app")
    repo.commit()
    repo.push()
    assert build(repo, only_changed=True, event=push(before, repo.head)).results == []
    with pytest.raises(RequestError, match="no artifact 'app'"):
        build(repo, "app")


def test_a_push_is_built_as_it_was_pushed_whatever_is_checked_out(repo: Repo) -> None:
    before = repo.head
    after = edit(repo, "app", push=True)
    expected = digests(build(repo, "app", registry="expected"))
    edit(repo, "app")
    built = build(repo, "app", event=push(before, after))
    assert built.commit == after
    assert digests(built) == expected


@pytest.mark.parametrize("only_changed", [True, False])
def test_a_push_that_a_shallow_checkout_of_the_branch_is_beyond(
    repo: Repo, origin: Repo, tmp_path: Path, only_changed: bool
) -> None:
    """`actions/checkout` with `ref: main`, and main went on before the job began."""
    before = repo.head
    after = edit(repo, "app", push=True)
    expected = digests(build(repo, "app", registry="expected"))
    edit(repo, "db", push=True)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head)
    built = build(clone, event=push(before, after), only_changed=only_changed)
    assert by_name(built)["app"].digest == expected["app"]


def test_since_is_built_as_it_is_compared(repo: Repo) -> None:
    """What `--since` says is about HEAD, and so is what is built."""
    start = repo.head
    after = edit(repo, "app", push=True)
    head = repo.commit(files={"artifacts/new/x.yaml": "x"})
    built = build(repo, event=push(start, after), only_changed=True, since=start)
    assert set(each_action(built)) == {"app", "new"}
    assert built.commit == head


@pytest.mark.parametrize("sources", ["components", "a/b", "."])
def test_other_sources(tmp_path: Path, sources: str) -> None:
    prefix = "" if sources == "." else f"{sources}/"
    repo = Repo(tmp_path / "repo")
    repo.commit(files={f"{prefix}{path.removeprefix('artifacts/')}": text for path, text in FILES.items()})
    built = build(repo, sources=sources)
    assert set(each_action(built)) == set(NAMES)
    usual = Repo(tmp_path / "usual")
    usual.commit(files=FILES)
    assert {r.diff_id for r in built.results} == {r.diff_id for r in build(usual).results}


def test_sources_that_are_not_there(repo: Repo) -> None:
    """A typing error in a setting is not the same as nothing to do."""
    ran = inv(repo, "build", env={"INVOKE_FLUX_SOURCES": "artefacts"})
    assert "artefacts" in ran.err


def test_a_repository_without_artifacts(tmp_path: Path) -> None:
    repo = monorepo(tmp_path, {})
    ran = inv(repo, "build", "--json")
    assert (ran.code, ran.result["artifacts"]) == (0, [])


def test_a_push_that_removes_the_last_artifact(repo: Repo) -> None:
    before = repo.head
    repo.remove("artifacts")
    repo.commit()
    repo.push()
    assert build(repo, only_changed=True, event=push(before, repo.head)).results == []


# --dry-run


def test_a_dry_run_says_what_would_be_and_writes_nothing(repo: Repo, tmp_path: Path) -> None:
    before = snapshot(repo.path)
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    env = {**job.env, "INVOKE_FLUX_REGISTRY": ".registry"}
    plan = inv(repo, "build", "--dry-run", "--json", env=env)
    assert plan.code == 0
    assert {r["artifact"]: r["action"] for r in plan.document["artifacts"]} == dict.fromkeys(NAMES, "pushed")
    after = snapshot(repo.path)
    for state in (before, after):
        for name in [name for name in state if name.endswith(("__pycache__", ".pyc"))]:
            del state[name]
        state.pop(".", None)
    assert after == before
    assert not (repo.path / ".registry").exists()
    assert job.outputs == {}
    real = inv(repo, "build", "--json")
    assert real.result == plan.result
    edit(repo, "app", push=True)
    before = snapshot(repo.path / ".registry")
    plan = inv(repo, "build", "--dry-run", "--json")
    assert {r["artifact"]: r["action"] for r in plan.document["artifacts"]} == {
        "app": "pushed",
        "db": "unchanged",
        "web": "unchanged",
    }
    assert snapshot(repo.path / ".registry") == before
    assert "Would be" in inv(repo, "build", "-d").out or "would be" in inv(repo, "build", "--dry-run").out


def test_a_dry_run_finds_what_could_not_be_done(repo: Repo) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    ran = inv(repo, "build", "--dry-run", "--json")
    assert ran.code == 1
    assert {r["artifact"] for r in ran.document["artifacts"] if r["action"] == "failed"} == set(bad)


def test_an_event_without_commits_builds_what_is_checked_out(repo: Repo) -> None:
    edit(repo, "app")
    built = build(repo, event=actions(None))
    assert built.commit == repo.head


def test_a_deleted_branch_builds_nothing(repo: Repo) -> None:
    assert build(repo, event=push(repo.head, None, "refs/heads/x"), only_changed=True).results == []


def test_what_is_not_committed_is_named_outside_of_jobs(tmp_path: Path) -> None:
    """A job checks out what it builds."""
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": "x: 1\n" for name in ("app", "db")})
    repo.write("artifacts/app/x.yaml", "x: 2\n")
    for event, names, expected in (
        (TERMINAL, [], {"app": ["artifacts/app/x.yaml"]}),
        (TERMINAL, ["db"], {"db": []}),
        (replace(TERMINAL, actions=True), [], {}),
    ):
        with opened(repo, event=event) as context:
            assert not_committed(context, names) == expected
