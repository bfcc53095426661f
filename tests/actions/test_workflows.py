"""What the workflows are not to do, as far as no linter says it; `nox -s workflows` has the linters."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from flux.settings import Settings
from tests.actions.triggers import events_of

FOLDER = Path(__file__).parents[2] / ".github"
NAMES = ("release-flux-artifact.yml", "manage-flux-releases.yml")
ALL = sorted(path.name for path in (FOLDER / "workflows").glob("*.y*ml"))
RUN = r'inv [a-z. -]+( "\$(TAG|ISSUE)")?( --digests "\$RUNNER_TEMP/digests\.json")?'
RELEASES = "github.event.release.tag_name"


def read(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / "workflows" / name).read_text())
    return found


JOBS = [
    pytest.param(read(name), about, id=f"{name}:{job}")
    for name in (*NAMES, "build-flux-artifacts.yml")
    for job, about in read(name)["jobs"].items()
]


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job(workflow: dict[Any, Any], job: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    assert job["timeout-minutes"] <= 60
    if "workflow_call" not in workflow[True]:  # whose caller's it is
        concurrency = job.get("concurrency") or workflow["concurrency"]
        assert concurrency["cancel-in-progress"] is False
    checkout, setup, *rest = job["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert checkout["with"]["ref"] in ("main", "${{ github.event.after }}")
    assert setup["uses"] == "./.github/actions/setup"
    for step in rest:
        if "uses" in step:
            assert step["uses"] == "./.github/actions/sign"
            continue
        assert re.fullmatch(RUN, step["run"])
        assert step["env"]["GITHUB_TOKEN"]
    for step in rest[1:]:
        assert "!cancelled()" in step["if"] or "publish" in step["if"], "whatever became of the one before"


@pytest.mark.parametrize("name", ALL)
def test_what_anybody_may_call_has_no_identity(name: str) -> None:
    """A certificate names the file that is called, and nobody's code is in it but the caller's."""
    workflow = read(name)
    if "workflow_call" not in events_of(workflow):
        return
    # Where a job says nothing it may what its caller may.
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "id-token" not in job["permissions"]


def test_digests_are_in_no_variable() -> None:
    """Which holds those of some hundreds of images: 128 KiB."""
    jobs = [job for name in ALL for job in read(name)["jobs"].values()]
    steps = [step for job in jobs for step in job["steps"]]
    steps += yaml.safe_load((FOLDER / "actions/sign/action.yml").read_text())["runs"]["steps"]
    given = [value for step in steps for key in ("env", "with") for value in step.get(key, {}).values()]
    assert [value for value in given if re.search(r"outputs\.digests", str(value))] == []


def test_only_what_pushes_waits_for_an_environment() -> None:
    """A tick that waited for somebody's approval would be too old when it came."""
    jobs = {(file, name): job for file in ALL for name, job in read(file)["jobs"].items()}
    waiting = [name for name, job in jobs.items() if "environment" in job]
    assert waiting == [name for name, job in jobs.items() if job["permissions"].get("packages") == "write"]


def test_who_logs_in_may_read_packages() -> None:
    """And who need not, may not."""
    for file in (*NAMES, "build-flux-artifacts.yml"):
        for job in read(file)["jobs"].values():
            (setup,) = (s for s in job["steps"] if s.get("uses") == "./.github/actions/setup")
            assert bool(setup["with"]["registry"]) is ("packages" in job["permissions"])


def test_only_what_asks_the_registry_logs_in() -> None:
    _, manage = map(read, NAMES)
    assert "packages" not in manage["jobs"]["issue"]["permissions"], "the image is built anew to be shown"


def test_who_dispatches_cannot_go_around_the_environment() -> None:
    jobs = [job for file in ALL for job in read(file)["jobs"].values()]
    assert {job["environment"] for job in jobs if "environment" in job} == {
        "${{ vars.FLUX_ENVIRONMENT }}",
        "${{ vars.FLUX_ENVIRONMENT || inputs.environment }}",
    }


def test_what_is_queued_is_only_what_does_the_same() -> None:
    """GitHub keeps one run that waits for each group, and drops the others."""
    release, manage = map(read, NAMES)
    assert "github.event.after || github.event.release.tag_name" in release["concurrency"]["group"]
    groups = {name: job["concurrency"]["group"] for name, job in manage["jobs"].items()}
    assert groups == {
        "issue": f"flux-issue-${{{{ {RELEASES} || inputs.tag }}}}",
        "apply": "flux-apply-${{ github.run_id }}",
        "tag": "flux-tag",
        "reconcile": "flux-reconcile",
    }
    assert len(set(groups.values())) == len(groups), "another job does something else"


def test_what_stands_in_them_is_what_the_settings_say() -> None:
    settings = Settings()
    release, manage = map(read, NAMES)
    for workflow in (release, manage):
        assert workflow[True]["push"]["branches"] == [settings.branch]
    assert release[True]["push"]["paths"] == [f"{settings.prefix}**"]
    assert manage[True]["push"]["paths"] == [settings.releaseconfig]
    assert f"'{settings.label}'" in manage["jobs"]["apply"]["if"]
