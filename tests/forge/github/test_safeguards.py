"""What GitHub tells of rulesets for tags, of code owners and of secrets, to whom."""

import pytest

from flux.forge.forge import Environment, Keepers, TagRules
from flux.forge.github.forge import GitHubForge
from tests.forge.conftest import Place
from tests.github.server import GitHub
from tests.github.state import Environment as Kept


@pytest.mark.parametrize("token", ["token", "fine_grained_token"])
def test_rulesets_for_tags_are_told_to_all(server: GitHub, hub: Place, token: str) -> None:
    forge = GitHubForge(server.url, "octo/monorepo", getattr(server, token)("carol"))
    assert forge.tag_rules() == []
    about = {"name": "x", "target": "tag"}
    names = {"ref_name": {"include": ["refs/tags/v*"], "exclude": ["refs/tags/v0*"]}}
    off = {**about, "id": 1, "enforcement": "disabled", "conditions": names, "rules": [{"type": "creation"}]}
    on = {**off, "id": 2, "enforcement": "active"}
    server.repository("octo/monorepo").tag_rulesets = [off, on]
    assert forge.tag_rules() == [TagRules(("refs/tags/v*",), ("refs/tags/v0*",), frozenset({"creation"}))]


@pytest.mark.parametrize(
    ("include", "exclude", "covers"),
    [
        (["~ALL"], [], True),
        (["refs/tags/flux-oci-*"], [], True),
        (["refs/tags/*"], [], True),
        (["refs/tags/**/*"], [], True),
        (["refs/**"], [], True),
        (["refs/*"], [], False),
        (["refs/tags/flux-oci-es?-v1.0.0"], [], True),
        (["flux-oci-*"], [], False),
        (["refs/heads/*", "refs/tags/flux*"], [], True),
        (["~ALL"], ["refs/tags/flux-oci-eso-*"], False),
        (["~DEFAULT_BRANCH"], [], False),
        ([], [], False),
        (["refs/tags/flux.oci.*"], [], False),
    ],
)
def test_which_tags_a_ruleset_covers(include: list[str], exclude: list[str], covers: bool) -> None:
    rules = TagRules(tuple(include), tuple(exclude), frozenset())
    assert rules.covers("refs/tags/flux-oci-eso-v1.0.0") is covers


def test_who_keeps_a_secret(server: GitHub, hub: Place) -> None:
    repository = server.repository("octo/monorepo")
    forge = GitHubForge(server.url, "octo/monorepo", server.token("alice"))
    assert forge.keepers("KEY") == Keepers(False, ())
    repository.secrets |= {"KEY", "OTHER"}
    for number in range(130):  # more than a page has
        repository.environments[f"e{number:03}"] = Kept(number, repository.created)
    custom = {"protected_branches": False, "custom_branch_policies": True}
    protected = {"protected_branches": True, "custom_branch_policies": False}
    policies = [{"name": "main", "type": "branch"}, {"name": "v*", "type": "tag"}]
    for name, limits in {"e129": None, "e128": custom, "e127": protected}.items():
        there = repository.environments[name]
        there.limits, there.secrets, there.policies = limits, {"KEY"}, policies
    assert forge.keepers("KEY") == Keepers(
        True,
        (
            Environment("e127", ("any protected branch",)),
            Environment("e128", ("heads/main", "tags/v*")),
            Environment("e129", None),
        ),
    )
    assert forge.keepers("OTHER") == Keepers(True, ())
    less = GitHubForge(server.url, "octo/monorepo", server.actions_token(contents="write"))
    assert less.keepers("KEY") is None


def test_owners_whom_github_does_not_know(server: GitHub, hub: Place) -> None:
    assert hub.forge.owner_faults("main") == []
    server.repository("octo/monorepo").unknown_owners = [1, 3]
    assert hub.forge.owner_faults("main") == [
        ".github/CODEOWNERS, line 1: Unknown owner",
        ".github/CODEOWNERS, line 3: Unknown owner",
    ]
