"""`inv doctor` as a whole, and on repositories that keep what the promises rest on or do not."""

from pathlib import Path

import pytest

from flux.diagnosis.check_line import Rating
from tests.commands.invoking import (
    break_origin,
    commands,
    in_actions,
    inv,
    one_table,
)
from tests.commands.releasing import tree
from tests.diagnosis.conftest import github as github
from tests.diagnosis.conftest import repo as repo
from tests.diagnosis.examining import (
    HEALTHY,
    SAFE,
    asked,
    found,
    health,
    only,
    safe,
    the,
    unsafe,
)
from tests.github.server import GitHub
from tests.repo import Repo


def test_a_machine_with_git_alone_has_no_problem(repo: Repo, tmp_path: Path) -> None:
    env = {"PATH": only(tmp_path / "bin", "git")}
    before = tree(repo.path)
    done = inv(repo, "doctor", env=env)
    assert (done.code, done.err) == (0, ""), done.said
    told = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert [line.split(maxsplit=1)[0] for line in told].count("warning") == 1
    assert [line.split()[1].rstrip(":") for line in told] == [*HEALTHY, "forge"]
    assert "warning kustomize: neither kustomize 5 nor kubectl 1.27 is on PATH" in done.out
    assert "        fix: install one of them: https://" in done.out
    assert tree(repo.path) == before
    assert not (repo.path / ".registry").exists()
    assert not (repo.path / ".forge").exists()


def test_one_document(repo: Repo, tmp_path: Path) -> None:
    break_origin_of(repo)
    done = inv(repo, "doctor", "--json", env={"PATH": only(tmp_path / "bin", "git")})
    assert (done.code, done.err) == (1, "")
    assert done.document["healthy"] is False
    checks = done.document["checks"]
    assert [check["subject"] for check in checks] == [*HEALTHY, "forge"]
    assert {tuple(check) for check in checks} == {("subject", "health", "message", "fix")}
    bad = {check["subject"]: check["health"] for check in checks if check["health"] != "ok"}
    assert bad == {"kustomize": "warning", "origin": "problem"}
    assert all(check["fix"] for check in checks if check["health"] != "ok")


def break_origin_of(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "x")
    break_origin(repo)


def test_in_actions(repo: Repo, tmp_path: Path) -> None:
    """Where the folder that a registry is by default would go with the job."""
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    done = inv(repo, "doctor", env=job.env | {"PATH": only(tmp_path / "bin", "git")})
    assert done.code == 1
    assert [command.partition(": ")[0] for command in commands(done.out)] == [
        "::warning::kustomize",
        "::error::registry",
    ]
    assert "::error::registry: the registry is the folder .registry, which is lost when this" in done.out
    one_table(job.summary.read_text(), rows=11)


def test_an_event_that_is_none(repo: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "push", "[")
    done = inv(repo, "doctor", "--json", env=job.env | {"INVOKE_FLUX_REGISTRY": "images"})
    assert done.code == 1
    bad = [check["subject"] for check in done.document["checks"] if check["health"] == "problem"]
    assert bad == ["event"]


def test_every_setting_that_is_wrong_is_named(repo: Repo) -> None:
    lines = found({"jobs": 0, "regitsry": "x", "branch": "main"}, {"INVOKE_FLUX_FORGE": "gitlab"})
    faults = lines["settings"]
    assert [line.health for line in faults] == [Rating.PROBLEM] * 3
    assert [line.message.split()[0] for line in faults] == ["flux.jobs", "flux.regitsry", "INVOKE_FLUX_FORGE"]
    assert "did you mean registry?" in faults[1].message
    assert faults[0].fix == "allowed is a whole number from 1 to 64"
    assert list(lines) == ["settings", "packages", "kustomize", "git", "clone", "the rest"]
    assert the(lines, "the rest").health is Rating.WARNING


@pytest.mark.parametrize("configured", ["x", {"promoters": {"nonesuch": ["ann"]}}])
def test_settings_that_are_wrong_as_a_whole(repo: Repo, configured: object) -> None:
    assert health(found(configured))["settings"] == ["problem"]


def test_wrong_settings_do_not_stop_the_command(repo: Repo) -> None:
    done = inv(repo, "doctor", env={"INVOKE_FLUX_JOBS": "many"})
    assert done.code == 1
    assert "problem settings: INVOKE_FLUX_JOBS cannot be 'many'" in done.out
    assert done.err == ""


def test_an_administrator_is_told_all(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(github, monkeypatch, github.token("alice"))
    assert the(lines, "forge").message == "octo/monorepo as alice"
    assert the(lines, "workflows").message == "they may open pull requests"
    assert the(lines, "branch").health is Rating.WARNING
    assert (
        the(lines, "branch").message == "main is not protected: whoever may push can promote without a review"
    )
    assert the(lines, "automation").message == "issues that github-actions[bot] or alice opened are ours"
    writes = [request for request in github.requests if request.method not in ("GET", "HEAD")]
    assert writes == []


def test_all_is_as_it_should_be(github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    safe(github, repo)
    assert unsafe(asked(github, monkeypatch, github.token("alice"))) == {}
    writes = [request for request in github.requests if request.method not in ("GET", "HEAD")]
    assert writes == []


def test_a_new_repository_lacks_all_of_it(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.repository("octo/monorepo").secrets.add("FLUX_APP_KEY")
    lines = asked(github, monkeypatch, github.token("alice"))
    assert {subject: [line.health for line in lines[subject]] for subject in SAFE & set(lines)} == (
        {subject: [Rating.WARNING] for subject in SAFE - {"reviews"}}
    )
    assert "reviews" not in lines, "which the line of the branch says"


def test_who_is_not_told_is_not_warned(github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    safe(github, repo)
    for token in (github.token("carol"), github.actions_token(contents="write")):
        lines = asked(github, monkeypatch, token)
        assert {subject: lines[subject][0].health for subject in SAFE} == dict.fromkeys(SAFE, Rating.OK)
        assert "only administrators can see" in the(lines, "app key").message
