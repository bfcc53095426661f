"""The workflows for another monorepo have its settings in every place where this one's stand."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from flux.adoption.workflows import (
    WORKFLOWS,
    Values,
    calls_ours,
    render_workflow,
    tag_filter,
    used_by,
    without_versions,
)

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
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
    f"acme/tool@{COMMIT}",
    "deploy/freezes.json",
)
EACH = pytest.mark.parametrize("name", WORKFLOWS)


def rendered(name: str, values: Values = OTHERS) -> str:
    return render_workflow((FOLDER / name).read_text(), values)


def permissions(text: str) -> dict[str, dict[str, str]]:
    return {name: job["permissions"] for name, job in yaml.safe_load(text)["jobs"].items()}


@EACH
def test_with_our_own_settings_they_are_ours(name: str) -> None:
    assert rendered(name, OURS) == (FOLDER / name).read_text()


@EACH
def test_an_adopters_file_is_short(name: str) -> None:
    assert len(rendered(name).splitlines()) < 25


@EACH
def test_nothing_of_ours_is_left(name: str) -> None:
    text = rendered(name)
    assert yaml.safe_load(text)
    for ours in (
        *("[main]", ": main", "artifacts/**", "flux-oci-", "flux/releaseconfig", ": flux-release", "$/"),
        "ghcr.io",
    ):
        assert ours not in text
    assert used_by(text) == OTHERS.uses


def test_release_tags_without_a_beginning_pass_by_their_form() -> None:
    assert tag_filter("{artifact}/v{version}") == "**/[Vv][0-9]**"
    assert tag_filter("flux-oci-{artifact}-v{version}") == "[Ff][Ll][Uu][Xx]-[Oo][Cc][Ii]-**"


def test_where_each_stands() -> None:
    release, manage = (yaml.safe_load(rendered(name)) for name in WORKFLOWS[:2])
    assert release[True]["push"] == {
        "branches": ["trunk"],
        "paths": ["apps/**", "infra/**", "invoke.yaml"],
        "tags": ["[Vv]**"],
    }
    assert manage[True]["push"]["paths"] == ["deploy/state.json", "deploy/freezes.json"]
    tag = "${{ inputs.tag }}"
    for workflow, job, said in (
        (release, "release", {"prefix": "v"}),
        (manage, "manage", {"label": "releases"}),
    ):
        called = workflow["jobs"][job]
        assert called["uses"] == f"acme/tool/.github/workflows/{job}.yml@{COMMIT}"
        assert called["with"] == {"branch": "trunk", "registry": "r.io", "tag": tag, **said}
        (sign,) = workflow["jobs"]["sign"]["steps"]
        assert sign["uses"] == f"acme/tool/.github/actions/sign@{COMMIT}"
        assert (sign["with"]["ref"], sign["with"]["registry"]) == ("trunk", "r.io")


@pytest.mark.parametrize("branch", ["release/1.x", "1.0", "on", "null", "a, b: {c}", "é\"'"])
def test_whatever_a_branch_is_called(branch: str) -> None:
    workflow = yaml.safe_load(rendered(WORKFLOWS[0], replace(OTHERS, branch=branch)))
    assert workflow[True]["push"]["branches"] == [branch]
    assert workflow["jobs"]["release"]["with"]["branch"] == branch


@EACH
def test_a_job_that_logs_in_to_a_cloud_can_say_who_it_is(name: str) -> None:
    plain, cloud = rendered(name), rendered(name, replace(OTHERS, host="example.azurecr.io"))
    assert len(cloud.splitlines()) == len(plain.splitlines())
    for job, may in permissions(cloud).items():
        assert may == permissions(plain)[job] | {"id-token": "write"}
    workflow = yaml.safe_load(cloud)
    called = [job["uses"] for job in workflow["jobs"].values() if "uses" in job]
    assert all(uses.endswith(f"-oidc.yml@{COMMIT}") for uses in called)


def test_nobody_else_can() -> None:
    for name in WORKFLOWS[:2]:
        called = next(job for job in yaml.safe_load(rendered(name))["jobs"].values() if "uses" in job)
        assert "id-token" not in called["permissions"]
    assert "id-token" not in permissions(rendered("check-flux-promotions.yml"))["authority"]


@EACH
def test_versions_that_were_moved_are_no_difference(name: str) -> None:
    text = rendered(name)
    moved = text.replace(f"@{COMMIT}", "@v2").replace("# v4.1.2", "# v9.0.0")
    assert without_versions(moved) == without_versions(text)
    assert used_by(moved) == "acme/tool@v2"
    assert without_versions(text.replace("acme/tool", "evil/tool")) != without_versions(text)
    for line in range(len(text.splitlines())):
        lines = text.splitlines()
        assert without_versions("\n".join(lines[:line] + lines[line + 1 :])) != without_versions(text)


def test_where_nothing_is_used_from() -> None:
    assert used_by((FOLDER / WORKFLOWS[0]).read_text()) == ""


def test_ours_are_known_by_what_they_call() -> None:
    for name in WORKFLOWS:
        text = (FOLDER / name).read_text()
        assert calls_ours(text)
        assert calls_ours(text.replace("uses: $/", "uses: acme/flux-artifacts/"))
    assert not calls_ours("jobs: {a: {uses: acme/x/.github/workflows/build.yml@v1}}")
