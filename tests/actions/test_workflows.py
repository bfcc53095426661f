"""What the workflows are not to do, as far as no linter says it; `nox -s workflows` has the linters."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from flux.promotion.clusters.status import PREFIX
from flux.promotion.gates.freeze import freezes_path
from flux.settings import FILES, Settings
from tests.actions.needs import needs
from tests.actions.triggers import events_of, starts

FOLDER = Path(__file__).parents[2] / ".github"
NAMES = ("release-flux-artifact.yml", "manage-flux-releases.yml", "sign-flux-promotions.yml")
CALLABLE = "build-flux-artifacts.yml"
ALL = sorted(path.name for path in (FOLDER / "workflows").glob("*.y*ml"))
RUN = r'inv [a-z. -]+( "\$(TAG|ISSUE)")?( --digests "\$RUNNER_TEMP/digests\.json")?'
SETUP, SIGN = "./.github/actions/setup", "./.github/actions/sign"
PUSHING = ("${{ vars.FLUX_ENVIRONMENT", "pypi")


def read(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / "workflows" / name).read_text())
    return found


def action(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"actions/{name}/action.yml").read_text())["runs"][
        "steps"
    ]
    return found


def jobs(*names: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(name, job): about for name in names for job, about in read(name)["jobs"].items()}


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of a job, and those of our own actions that it uses."""
    found = []
    for step in job["steps"]:
        found.append(step)
        if step.get("uses") in (SETUP, SIGN):
            found += action(step["uses"].rpartition("/")[2])
    return found


EVERY = pytest.mark.parametrize(
    ("workflow", "job"),
    [
        pytest.param(read(name), about, id=f"{name}:{job}")
        for (name, job), about in jobs(*NAMES, CALLABLE).items()
    ],
)
RUNNING_INV = pytest.mark.parametrize(
    "job",
    [
        pytest.param(about, id=f"{name}:{job}")
        for (name, job), about in jobs(*NAMES, CALLABLE).items()
        if any(step.get("uses") == SETUP for step in about["steps"])
    ],
)


@EVERY
def test_a_job(workflow: dict[Any, Any], job: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    assert job["timeout-minutes"] <= 60
    if "workflow_call" not in workflow[True]:  # whose caller's it is
        concurrency = job.get("concurrency") or workflow["concurrency"]
        assert concurrency["cancel-in-progress"] is False


@RUNNING_INV
def test_a_job_that_runs_inv(job: dict[str, Any]) -> None:
    checkout, setup, *rest = job["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert checkout["with"]["ref"] in ("main", "${{ github.sha }}")
    assert setup["uses"] == SETUP
    ran = [step for step in rest if "run" in step]
    for step in ran:
        assert re.fullmatch(RUN, step["run"])
        assert step["env"]["GITHUB_TOKEN"]
    for step in [*ran[1:], *(step for step in rest if "upload-artifact" in step.get("uses", ""))]:
        assert "!cancelled()" in step["if"], "whatever became of the one before"


@pytest.mark.parametrize("name", ALL)
def test_who_signs_builds_nothing(name: str) -> None:
    """What builds has no identity, and what has one is given digests, which it does not believe."""
    for job in read(name)["jobs"].values():
        typed = " ".join(step.get("run", "") for step in steps(job))
        if "id-token" in job["permissions"]:
            assert not re.search(r"inv (\S+ )*(build|publish|reconcile|tag)\b|-m build|pip wheel", typed)
        else:
            assert not re.search(r"inv sign|cosign|gh-action-pypi-publish|actions/attest", str(job["steps"]))


@pytest.mark.parametrize("name", ALL)
def test_who_signs_is_started_by_main(name: str) -> None:
    """A tag has the workflows of its commit, and so has a pull request."""
    started = set(events_of(read(name)))
    if any("id-token" in job["permissions"] for job in read(name)["jobs"].values()):
        assert started <= {"push", "schedule", "workflow_dispatch", "issues", "release", "status"}
    for job in read(name)["jobs"].values():
        if "release" in started and "github.event_name == 'release'" in job.get("if", ""):
            may = {"actions": "write", "contents": "read"}
            assert job["permissions"] == may, "it starts those of main, and no more"
            assert not any("uses" in step for step in job["steps"])


def test_the_event_of_a_release_or_a_tag_reaches_no_other_job() -> None:
    for name in ALL:
        workflow = read(name)
        by_tag = starts(workflow, "push", {"ref": "refs/tags/flux-oci-a-v1.0.0"}, list)
        if not by_tag and "release" not in events_of(workflow):
            continue
        for job in workflow["jobs"].values():
            condition = job["if"]
            known = (
                "event_name == 'release'",
                "event_name == 'push' && github.ref_type == 'branch'",
                "event_name == 'workflow_dispatch'",
            )
            after = (
                all("if" in workflow["jobs"][each] for each in needs(job)) and "outputs.signable" in condition
            )
            assert after or any(each in condition for each in known)


@pytest.mark.parametrize("name", ALL)
def test_packages_come_from_a_lock(name: str) -> None:
    """Wherever a job may write, or holds a secret, or has an identity."""
    for job in read(name)["jobs"].values():
        for step in steps(job):
            for command in re.findall(r"pip install.*", step.get("run", "")):
                assert "--require-hashes --only-binary :all: --requirement" in command


def test_no_python_is_built_beside_secrets() -> None:
    for (name, _), job in jobs(*ALL).items():
        builds = any("-m build" in step.get("run", "") for step in job["steps"])
        assert not builds or (job["permissions"] == {"contents": "read"} and "secrets." not in str(job)), name


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


def test_what_signs_promotions_signs_nothing_else() -> None:
    """Its identity says that an image was promoted."""
    (job,) = read("sign-flux-promotions.yml")["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["inv sign.promotions"]
    others = [step.get("run", "") for _, job in jobs(*NAMES[:2]).items() for step in steps(job)]
    assert not any("sign.promotions" in run for run in others)


def test_digests_are_in_no_variable() -> None:
    """Which holds those of some hundreds of images: 128 KiB."""
    found = [step for job in jobs(*ALL).values() for step in job["steps"]] + action("sign")
    given = [value for step in found for key in ("env", "with") for value in step.get(key, {}).values()]
    assert [value for value in given if re.search(r"outputs\.digests", str(value))] == []


def test_only_what_pushes_waits_for_an_environment() -> None:
    """A tick that waited for somebody's approval would be too old when it came."""
    waiting = [
        name for name, job in jobs(*ALL).items() if str(job.get("environment", "")).startswith(PUSHING[0])
    ]
    assert waiting == [
        name for name, job in jobs(*ALL).items() if job["permissions"].get("packages") == "write"
    ]


def test_the_key_of_the_app_can_be_kept_in_an_environment() -> None:
    """One that is limited to main: otherwise any branch's workflows have it."""
    for job in jobs(*ALL).values():
        if "FLUX_APP_KEY" in str(job["steps"]):
            assert "vars.FLUX_APP_ENVIRONMENT" in job["environment"]


def test_who_logs_in_may_read_packages() -> None:
    """And who need not, may not."""
    for job in jobs(*NAMES, CALLABLE).values():
        for setup in (step for step in job["steps"] if step.get("uses") == SETUP):
            assert bool(setup["with"]["registry"]) is ("packages" in job["permissions"])


def test_only_what_asks_the_registry_logs_in() -> None:
    manage = read("manage-flux-releases.yml")
    assert "packages" not in manage["jobs"]["issue"]["permissions"], "the image is built anew to be shown"


def test_who_dispatches_cannot_go_around_the_environment() -> None:
    """The input comes after the variable, wherever there is one."""
    for job in jobs(*ALL).values():
        if "inputs.environment" in str(job.get("environment")):
            assert "inputs.environment" in job["environment"].partition("vars.FLUX_ENVIRONMENT || ")[2] or (
                read(CALLABLE)["jobs"]["build"] == job
            )


def test_what_is_queued_is_only_what_does_the_same() -> None:
    """GitHub keeps one run that waits for each group, and drops the others."""
    release, manage = read(NAMES[0]), read(NAMES[1])
    assert release["concurrency"]["group"] == (
        "release-flux-artifact-${{ github.event_name }}-"
        "${{ inputs.tag || github.ref_type == 'tag' && github.ref_name || github.sha }}"
    ), "what an event of a tag starts waits for another group than the event"
    groups = {name: job["concurrency"]["group"] for name, job in manage["jobs"].items()}
    assert groups == {
        "issue": "flux-issue-${{ inputs.tag }}",
        "advance": "flux-advance-${{ github.run_id }}",
        "apply": "flux-apply-${{ github.run_id }}",
        "tag": "flux-tag",
        "reconcile": "flux-reconcile",
        "sign": "flux-sign-${{ github.run_id }}",
        "sign-promotions": "flux-have-promotions-signed",
    }
    assert len(set(groups.values())) == len(groups), "another job does something else"


def test_what_stands_in_them_is_what_the_settings_say() -> None:
    settings = Settings()
    release, manage = read(NAMES[0]), read(NAMES[1])
    for workflow in (release, manage):
        assert workflow[True]["push"]["branches"] == [settings.branch]
    assert release[True]["push"]["paths"] == [f"{settings.sources}/**", FILES[0]]
    prefix = settings.release_tag.partition("{")[0]
    (tags,) = release[True]["push"]["tags"]
    assert tags == "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in prefix) + "**"
    assert manage[True]["push"]["paths"] == [
        settings.releaseconfig,
        freezes_path(settings.releaseconfig),
    ]
    assert f"startsWith(github.event.context, '{PREFIX}')" in manage["jobs"]["advance"]["if"]
    assert f"'{settings.label}'" in manage["jobs"]["apply"]["if"]
    started = release["jobs"]["dispatch"]["if"]
    assert f"tag_name, '{prefix}')" in started
    assert f"github.ref, 'refs/tags/{prefix}')" in started
    for name in NAMES:
        for ref in re.findall(r"""ref"?: ?"(\w+)"|ref: (\w+)""", (FOLDER / "workflows" / name).read_text()):
            assert settings.branch in ref
