"""The workflows for another monorepo have its settings in every place where this one's stand."""

from pathlib import Path

import pytest
import yaml

from flux.adoption.workflows import WORKFLOWS, Values, render, tag_filter

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
OURS = Values(
    "main",
    ("artifacts/**",),
    "flux-oci-{artifact}-v{version}",
    "flux/releaseconfig.json",
    "flux-release",
    freezes="flux/freezes.json",
)
OTHERS = Values(
    "trunk",
    ("apps/**", "infra/**"),
    "v{version}",
    "deploy/state.json",
    "releases",
    "r.io",
    "acme/tool@0123",
    "deploy/freezes.json",
)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_with_our_own_settings_they_are_ours(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert render(text, OURS) == text


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_of_ours_is_left(name: str) -> None:
    rendered = render((FOLDER / name).read_text(), OTHERS)
    assert yaml.safe_load(rendered)
    for ours in (
        "[main]",
        "ref: main\n",
        '"main"',
        "artifacts/**",
        "flux-oci-",
        "flux/releaseconfig",
        "'flux-release'",
    ):
        assert ours not in rendered
    assert "./.github/actions" not in rendered
    assert "'ghcr.io'" not in rendered


def test_release_tags_without_a_beginning_pass_by_their_form() -> None:
    assert tag_filter("{artifact}/v{version}") == "**/[Vv][0-9]**"
    assert tag_filter("flux-oci-{artifact}-v{version}") == "[Ff][Ll][Uu][Xx]-[Oo][Cc][Ii]-**"


def test_where_each_stands() -> None:
    release = yaml.safe_load(render((FOLDER / WORKFLOWS[0]).read_text(), OTHERS))
    assert release[True]["push"] == {
        "branches": ["trunk"],
        "paths": ["apps/**", "infra/**", "invoke.yaml"],
        "tags": ["[Vv]**"],
    }
    assert release["jobs"]["build"]["steps"][1]["uses"] == "acme/tool/.github/actions/setup@0123"
    odd = render("branches: [main]\n", Values("release/1.x", ("a",), "{version}", "x", "y"))
    assert yaml.safe_load(odd) == {"branches": ["release/1.x"]}
    assert yaml.safe_load(render("branches: [main]\n", Values("1.0", ("a",), "{version}", "x", "y"))) == {
        "branches": ["1.0"]
    }
