"""Whose token it is, and logins that nobody has."""

import os
from pathlib import Path

import pytest

from flux.diagnosis.check_line import Rating
from tests.diagnosis.examining import asked, found, health, only, script, the
from tests.github.server import GitHub
from tests.repo import Repo


def test_the_local_forge_needs_to_know_who_commits(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert the(found(), "forge").message == "files in .forge, as Test <test@example.com>"
    nobody = "[user]\nuseConfigOnly = true\n"
    config = repo.write("gitconfig", nobody)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    line = the(found(), "forge")
    assert line.health is Rating.PROBLEM
    assert "git config --global user.name" in line.fix


def test_a_github_without_a_token(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    line = the(found({"forge": "github"}, None), "forge")
    assert "the repository on GitHub is unknown" in line.message
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/monorepo")
    lines = found({"forge": "github"})
    assert the(lines, "forge").health is Rating.PROBLEM
    assert the(lines, "forge").message == "there is no token for github.com"
    assert {"workflows", "branch", "automation"} & set(lines) == set()


def test_a_job_is_told_less(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.repository("octo/monorepo").protected.add("main")
    lines = asked(github, monkeypatch, github.actions_token(contents="write"))
    assert (
        health({subject: lines[subject] for subject in ("forge", "workflows", "branch", "automation")}) == {}
    )
    assert "it needs contents, issues, pull-requests and actions: write" in the(lines, "forge").message
    assert the(lines, "branch").message == (
        "main is protected; only administrators can see how many approvals it needs"
    )


@pytest.mark.parametrize("scopes", [["repo"], []])
def test_a_token_that_may_not_write(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, scopes: list[str]
) -> None:
    lines = asked(github, monkeypatch, github.token("carol", scopes=scopes))
    line = the(lines, "forge")
    assert line.health is Rating.PROBLEM
    lacking = "write access to the repository" if scopes else "the scope `repo`"
    assert line.message == f"octo/monorepo as carol: the token lacks {lacking}"
    # What gh has is not what is used.
    assert line.fix == "set GH_TOKEN to a token with write access and the scope `repo`"


def test_a_token_of_gh_that_may_not_write(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(tmp_path / "bin/gh", f"echo {github.token('carol', scopes=[])}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    host = github.url.removeprefix("http://").partition("/")[0]
    assert the(found({"forge": "github"}), "forge").fix == (
        f"`gh auth refresh --hostname {host} --scopes repo`, "
        "or set GH_TOKEN to a token with write access and the scope `repo`"
    )


def test_a_token_that_is_not_valid_is_said_once(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = asked(github, monkeypatch, "ghp_wrong")
    assert the(lines, "forge").health is Rating.PROBLEM
    assert "Bad credentials" in the(lines, "forge").message
    assert {"workflows", "branch", "automation"} & set(lines) == set()


def test_logins_that_nobody_has(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"automation": ["github-actions[bot]", "promoter"], "promoters": {"prod": ["bob", "bobb"]}}
    lines = asked(github, monkeypatch, github.token("alice"), **settings)
    told = lines["automation"]
    assert [line.health for line in told] == [Rating.WARNING] * 2
    assert [line.message for line in told] == [
        "automation: there is no account promoter",
        "promoters, prod: there is no account bobb",
    ]
