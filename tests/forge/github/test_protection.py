"""What GitHub tells of a token, of a branch's protection and of workflows, to whom."""

from collections.abc import Callable
from typing import Any

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Protection
from flux.forge.github.forge import GitHubForge
from tests.forge.conftest import Place
from tests.github import faults
from tests.github.server import GitHub

TOKENS: dict[str, Callable[[GitHub], str]] = {
    "administrator": lambda server: server.token("alice"),
    "writer": lambda server: server.token("bob"),
    "fine-grained": lambda server: server.fine_grained_token("alice", contents="write"),
    "fine-grained administrator": lambda server: server.fine_grained_token("alice", administration="read"),
    "job": lambda server: server.actions_token(contents="write"),
    "app": lambda server: server.app_token(administration="read"),
}
ADMINISTER = {"administrator", "fine-grained administrator", "app"}


def rule(approvals: int) -> dict[str, Any]:
    unasked = (
        *("dismiss_stale_reviews_on_push", "require_code_owner_review"),
        *("require_last_push_approval", "required_review_thread_resolution"),
    )
    parameters = {"required_approving_review_count": approvals, **dict.fromkeys(unasked, False)}
    return {"type": "pull_request", "parameters": parameters}


@pytest.fixture(params=list(TOKENS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def forge(server: GitHub, hub: Place, kind: str) -> GitHubForge:
    return GitHubForge(server.url, "octo/monorepo", TOKENS[kind](server))


def test_a_ruleset_is_told_to_all(server: GitHub, forge: GitHubForge, kind: str) -> None:
    rules = server.repository("octo/monorepo").rulesets
    rules["main"] = [{"type": "deletion"}, rule(1), rule(2)]
    rules["release/1"] = [rule(1)]
    assert forge.protection("main") == Protection(2)
    assert forge.protection("release/1") == Protection(1)
    assert forge.protection("other") is None
    rules["main"] = [{"type": "deletion"}]
    # A classic protection that asks for approvals may be there as well.
    assert forge.protection("main") == Protection(0 if kind in ADMINISTER else None)


def test_a_branchs_own_protection_is_told_to_administrators(
    server: GitHub, forge: GitHubForge, kind: str
) -> None:
    repository = server.repository("octo/monorepo")
    repository.protected.add("main")
    for approvals in (None, 0, 1, 3):
        repository.approvals = {} if approvals is None else {"main": approvals}
        assert forge.protection("main") == Protection((approvals or 0) if kind in ADMINISTER else None)
    repository.rulesets["main"] = [rule(1)]
    assert forge.protection("main") == Protection(3 if kind in ADMINISTER else 1)


def test_what_workflows_may_is_told_to_administrators(server: GitHub, forge: GitHubForge, kind: str) -> None:
    for may in (True, False):
        server.repository("octo/monorepo").actions_may_create_pulls = may
        assert forge.workflows_may_propose() is (may if kind in ADMINISTER else None)


def test_what_a_review_has_to_be_is_told_as_approvals_are(
    server: GitHub, forge: GitHubForge, kind: str
) -> None:
    """A ruleset and the branch's own protection add up."""
    repository = server.repository("octo/monorepo")
    repository.protected.add("main")
    repository.approvals["main"] = 1

    def told() -> tuple[bool | None, bool | None]:
        protection = forge.protection("main")
        assert protection is not None
        return protection.owners, protection.dismisses

    unsaid = False if kind in ADMINISTER else None
    assert told() == (unsaid, unsaid)
    repository.reviews["main"] = {"require_code_owner_reviews"}
    assert told() == ((True, False) if kind in ADMINISTER else (None, None))
    asked = rule(1)
    asked["parameters"]["dismiss_stale_reviews_on_push"] = True
    repository.rulesets["main"] = [rule(1), asked]
    assert told() == (True if kind in ADMINISTER else None, True)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    ("make", "lacks"),
    [
        (lambda server: server.token("alice"), []),
        (lambda server: server.token("bob", scopes=["repo", "workflow"]), []),
        (lambda server: server.token("trudy"), ["write access to the repository"]),
        (lambda server: server.token("carol"), ["write access to the repository"]),
        (lambda server: server.fine_grained_token("carol"), ["write access to the repository"]),
        (lambda server: server.fine_grained_token("bob"), None),
        (lambda server: server.actions_token(), None),
        (lambda server: server.app_token(), None),
    ],
)
def test_what_a_token_lacks(
    server: GitHub, hub: Place, make: Callable[[GitHub], str], lacks: list[str] | None, private: bool
) -> None:
    server.repository("octo/monorepo").private = private
    assert GitHubForge(server.url, "octo/monorepo", make(server)).lacks() == lacks


@pytest.mark.parametrize("scopes", [[], ["workflow"], ["read:org", "gist"]])
def test_a_scope_that_is_lacking(server: GitHub, hub: Place, scopes: list[str]) -> None:
    token = server.token("alice", scopes=scopes)
    assert GitHubForge(server.url, "octo/monorepo", token).lacks() == ["the scope `repo`"]


def test_the_scope_for_public_repositories_will_do_for_those(server: GitHub, hub: Place) -> None:
    token = server.token("alice", scopes=["public_repo"])
    assert GitHubForge(server.url, "octo/monorepo", token).lacks() == []


def test_accounts_of_people_and_of_apps(server: GitHub, hub: Place) -> None:
    server.app_token("flux-promoter")
    found = {
        name: hub.forge.has_account(name) for name in ("bob", "flux-promoter[bot]", "promoter[bot]", "a/b?")
    }
    assert found == {"bob": True, "flux-promoter[bot]": True, "promoter[bot]": False, "a/b?": False}


def test_what_fails_is_no_answer(server: GitHub, hub: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    forge = hub.forge
    monkeypatch.setattr("flux.forge.github.retry.time.sleep", lambda seconds: None)
    asks: dict[str, Callable[[], object]] = {
        "GET */branches/main": lambda: forge.protection("main"),
        "GET */rules/*": lambda: forge.protection("main"),
        "GET */permissions/workflow": forge.workflows_may_propose,
        "GET */users/*": lambda: forge.has_account("bob"),
        "GET */rulesets": forge.tag_rules,
        "GET */actions/secrets": lambda: forge.keepers("KEY"),
        "GET */environments": lambda: forge.keepers("KEY"),
        "GET */codeowners/errors": lambda: forge.owner_faults("main"),
    }
    for only, ask in asks.items():
        server.fail_next(faults.error(502), times=5, only=only)
        with pytest.raises(ForgeError):
            ask()
