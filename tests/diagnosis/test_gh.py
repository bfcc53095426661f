"""What people are told to type."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests import parts
from tests.conftest import need
from tests.diagnosis.examining import asked, health, the
from tests.github.server import GitHub
from tests.repo import Repo


def test_the_fixes_are_what_to_type(
    repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With gh, and a GitHub that is reached under a name as GitHub Enterprise Cloud has them."""
    gh = need(parts.gh)
    there = github.repository("octo/monorepo")
    there.actions_may_create_pulls = False
    token = github.token("alice")
    for name, value in {**github.gh(token), "GITHUB_API_URL": "http://api.github.localhost"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("flux.forge.github.api.DEFAULT_SECONDS_BETWEEN_REQUESTS", 0)

    def fix(subject: str, which: int = 0) -> None:
        command = the(asked(github, monkeypatch, token), subject).fix.split("`")[2 * which + 1]
        program, *arguments = shlex.split(command)
        assert program == "gh"
        assert arguments[:3] == ["api", "--hostname", "github.localhost"]
        subprocess.run([gh, *arguments], check=True, capture_output=True, cwd=tmp_path)

    fix("workflows")
    assert there.actions_may_create_pulls
    fix("branch")
    assert there.approvals == {"main": 1}
    there.approvals.clear()
    fix("branch")
    assert there.approvals == {"main": 1}
    fix("reviews")
    assert there.reviews == {"main": {"dismiss_stale_reviews", "require_code_owner_reviews"}}
    fix("release tags")
    two = the(asked(github, monkeypatch, token, two_person=True), "two people").fix.split("`")[1]
    typed, _, document = two.removeprefix("gh ").partition(" <<< ")
    (given,) = shlex.split(document)
    arguments = [gh, *shlex.split(typed)]
    subprocess.run(arguments, input=given, text=True, check=True, capture_output=True, cwd=tmp_path)
    there_now = the(asked(github, monkeypatch, token, two_person=True), "two people")
    assert there_now.message == "main requires the check flux-artifacts/authority"
    there.secrets.add("FLUX_APP_KEY")
    fix("app key")
    fix("app key", 1)
    there.environments["flux-app"].secrets, there.secrets = there.secrets, set()
    assert there.environments["flux-app"].policies == [{"name": "main", "type": "branch"}]
    lines = asked(github, monkeypatch, token)
    fixed = ("workflows", "branch", "reviews", "approvals", "release tags", "app key")
    assert health({subject: lines[subject] for subject in fixed}) == {}
    assert the(lines, "branch").message == "main is protected: a pull request needs approvals (1)"
