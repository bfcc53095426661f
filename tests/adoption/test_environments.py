"""Environments from what clusters follow, in phases by their names."""

import json

import pytest

from flux.adoption.clues import Clues
from flux.adoption.environments import find_environments, is_environment

REPOSITORY = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
spec: {{url: 'oci://r.io/o/eso', ref: {{tag: {tag}}}}}
---
kind: OCIRepository
spec: {{url: 'oci://elsewhere.io/x', ref: {{tag: other}}}}
---
kind: OCIRepository
spec: null
"""


def settings(clues: Clues, **tags: list[str]) -> dict[str, object]:
    return {one.setting: one.value for one in find_environments(clues, {"eso": "eso"}, "oci://r.io/o", tags)}


def test_manifests_of_this_clone_and_of_the_fleet() -> None:
    clues = Clues(
        [], {"a.yaml": REPOSITORY.format(tag="prod")}, fleet={"b.yaml": REPOSITORY.format(tag="at")}
    )
    assert settings(clues) == {"phases": ["at", "prod"]}


def test_an_existing_desired_state() -> None:
    state = {"eso": {"prod_ring2": "1.0.0", "at_ring1": "1.1.0"}}
    clues = Clues([], {"package.json": '{"name": "x"}', "deploy/state.json": json.dumps(state)})
    assert settings(clues) == {
        "releaseconfig": "deploy/state.json",
        "phases": [{"at": ["at_ring1"]}, {"prod": ["prod_ring2"]}],
    }


def test_the_tags_of_a_registry() -> None:
    tags = ["1.0.0", "v1.0.0", "latest", "0123456789ab", "sha-0123456", "sha256-0.sig", "at1", "at2", "prod"]
    assert settings(Clues([], {}), eso=tags) == {"phases": [{"at": ["at1", "at2"]}, "prod"]}


def test_what_is_tagged_by_a_script() -> None:
    script = "flux tag artifact oci://r.io/o/eso:1 --tag latest-stable --tag $ENV --tag canary\n"
    assert settings(Clues([], {"x.sh": script})) == {
        "phases": ["canary", {"latest-stable": {"follow": "stable"}}],
        "latest": "none",
    }


def test_manifests_inside_of_others() -> None:
    def told(tag: str, url: str = "oci://r.io/o/eso") -> str:
        return f"{{kind: OCIRepository, spec: {{url: '{url}', ref: {{tag: {tag}}}}}}}"

    fleet = {
        "list.yaml": f"kind: List\nitems: [{told('qa')}, {told('near', 'oci://r.io/o-other/eso')}]\n",
        "set.yaml": f"kind: ResourceSet\nspec: {{resources: [{told('uat')}]}}\n---\n{{{{ broken\n",
        "instance.yaml": "kind: FluxInstance\nspec:\n  distribution: {version: 2.x}\n"
        "  sync: {kind: OCIRepository, url: 'oci://r.io/o/eso', ref: prod, path: .}\n",
        "others.yaml": told("theirs", "oci://r.io/o/of-another-team")
        + "\n---\n"
        + told("any", "oci://r.io/o/e${app}")
        + "\n---\n"
        + told("none", "oci://r.io/o/team/<< inputs.app >>"),
        "other.yaml": "kind: OCIRepository\nspec: {url: 'oci://r.io/o/eso', ref: {semver: '>=1.0.0'}}\n"
        "---\nkind: OCIRepository\nspec: {url: 'oci://r.io/o/eso', ref: {digest: 'sha256:0'}}\n",
    }
    assert settings(Clues([], {}, fleet=fleet)) == {"phases": ["qa", "any", "uat", "prod"]}


def test_environments_that_follow_come_last() -> None:
    tags = ["stable", "edge", "tt", "prod", "latest-stable", "at"]
    follow: list[object] = [{"edge": {"follow": "tip"}}, {"latest-stable": {"follow": "stable"}}]
    assert settings(Clues([], {}), eso=tags) == {
        "phases": ["at", "tt", "prod", *follow, {"stable": {"follow": "stable"}}]
    }
    promoted = Clues([], {"state.json": json.dumps({"eso": {"edge": "1.0.0", "stable": "1.0.0"}})})
    assert settings(promoted)["phases"] == ["edge", "stable"]


@pytest.mark.parametrize(
    "text", ["kind: OCIRepository: [", "{}", "- OCIRepository", "&a [*a, OCIRepository]"]
)
def test_any_manifest_is_read(text: str) -> None:
    assert settings(Clues([], {"x.yaml": text})) == {}


def test_what_is_an_environment() -> None:
    assert is_environment("at_ring1")
    for tag in ("1.0", "v2", "$X", "${{ x }}", "latest", "abcdef0", "x.sig", "a/b", ""):
        assert not is_environment(tag)
