"""What a review has to be."""

import pytest

from flux.diagnosis.check_line import Line, Rating
from tests.diagnosis.examining import Spoil, UnsafeWith, asked, safe, the, unsafe, without
from tests.github.server import GitHub
from tests.repo import Repo


def test_the_branch_is_that_of_the_setting(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.repository("octo/monorepo").protected.add("trunk")
    github.repository("octo/monorepo").approvals["trunk"] = 2
    lines = asked(github, monkeypatch, github.token("alice"), branch="trunk")
    assert "trunk is not protected" in the(lines, "branch").message  # there is no such branch


def test_a_workflow_that_may_approve(github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may where it may open pull requests: then only a code owner's review is nobody else's."""
    safe(github, repo)
    there = github.repository("octo/monorepo")
    without(there, "require_code_owner_reviews")
    bad = unsafe(asked(github, monkeypatch, github.token("alice")))
    assert set(bad) == {"reviews", "approvals"}
    assert bad["reviews"] == "main: no code owner has to review"
    there.actions_may_create_pulls = False
    assert set(unsafe(asked(github, monkeypatch, github.token("alice")))) == {"reviews"}
    # A ruleset may ask for it instead.
    parameters = {
        "required_approving_review_count": 0,
        "require_code_owner_review": True,
        "dismiss_stale_reviews_on_push": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    there.rulesets["main"] = [{"type": "pull_request", "parameters": parameters}]
    there.actions_may_create_pulls = True
    assert unsafe(asked(github, monkeypatch, github.token("alice"))) == {}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda there: without(there, "dismiss_stale_reviews"),
            "new commits keep older approvals",
        ),
    ],
)
def test_reviews_that_new_commits_keep(unsafe_with: UnsafeWith, spoil: Spoil, said: str) -> None:
    """A commit after the approval needs another."""
    bad = unsafe_with(spoil)
    assert list(bad) == ["reviews"]
    assert said in bad["reviews"]


CHECK = "flux-artifacts/authority"


@pytest.mark.parametrize("login", ["alice", "carol"])
def test_the_check_that_two_people_need(github: GitHub, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    there = github.repository("octo/monorepo")

    def line(**settings: object) -> Line:
        return the(asked(github, monkeypatch, github.token(login), **settings), "two people")

    assert line().health is Rating.OK
    assert "asks for no second person" in line().message
    assert line(two_person=["prod"]).message.startswith(f"main does not require the check {CHECK}")
    phases = [{"prod": {"environments": ["prod"], "merge": "auto"}}]
    assert "`merge: auto` also merges what others push" in line(phases=phases).message
    there.protected.add("main")
    there.checks["main"] = {"lint": 15368}
    assert line(two_person=True).health is Rating.WARNING
    there.checks["main"][CHECK] = None
    assert "whoever may push can set it to green" in line(two_person=True).message
    there.checks["main"][CHECK] = 15368
    assert line(two_person=True).message == f"main requires the check {CHECK}"
    assert line(phases=phases).message == f"main requires the check {CHECK}"
    there.protected.clear()
    check = {"context": CHECK, "integration_id": 15368}
    parameters = {"strict_required_status_checks_policy": False, "required_status_checks": [check]}
    there.rulesets["main"] = [{"type": "required_status_checks", "parameters": parameters}]
    assert line(two_person=True).health is Rating.OK
    del check["integration_id"]
    assert line(two_person=True).health is Rating.WARNING


def test_the_check_that_rules_need(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    there, rules = github.repository("octo/monorepo"), "flux-artifacts/rules"
    phases = [{"at": ["at"]}, {"prod": {"environments": ["prod"], "soak": "2h"}}]
    token = github.token("alice")
    assert "rules" not in asked(github, monkeypatch, token)
    line = the(asked(github, monkeypatch, token, phases=phases), "rules")
    assert line.message.startswith(f"main does not require the check {rules}")
    assert rules in line.fix
    there.protected.add("main")
    there.checks["main"] = {rules: None}
    line = the(asked(github, monkeypatch, token, phases=phases), "rules")
    assert (line.health, line.message) == (Rating.OK, f"main requires the check {rules}")
