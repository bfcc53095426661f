"""What the workflows are not to do, as far as no linter says it; `nox -s workflows` has the linters."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import oidc
from flux.adoption.workflows import WORKFLOWS
from flux.monorepo.signers import SigningWorkflows
from flux.promotion.clusters.status import STATUS_PREFIX
from flux.promotion.gates.freeze import freezes_path
from flux.settings import FILES, Settings
from tests.actions.calls import expanded
from tests.actions.needs import needs, spelled
from tests.actions.triggers import events_of, starts

FOLDER = Path(__file__).parents[2] / ".github"
CALLING = ("release-flux-artifact.yml", "manage-flux-releases.yml", "publish-flux-board.yml")
NAMES = (*CALLING, "check-flux-promotions.yml", "sign-flux-promotions.yml")
CALLABLE = ("release.yml", "manage.yml", "board.yml", "build-flux-artifacts.yml")
OIDC = tuple(path.name for path in oidc.files())
ALL = sorted(path.name for path in (FOLDER / "workflows").glob("*.y*ml"))
RUN = r'inv [a-z. -]+( "\$(TAG|ISSUE|NUMBER)")?( --digests "\$RUNNER_TEMP/digests\.json")?'
BOARD = 'inv board --output "$RUNNER_TEMP/board"'
SETUP, SIGN = "$/.github/actions/setup", "$/.github/actions/sign"
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
    """Those that run something themselves."""
    return {
        (name, job): about
        for name in names
        for job, about in read(name)["jobs"].items()
        if "uses" not in about
    }


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of a job, and those of our own actions that it uses."""
    found: list[dict[str, Any]] = []
    for step in job["steps"]:
        found.append(step)
        if step.get("uses") in (SETUP, SIGN):
            found += steps({"steps": action(step["uses"].rpartition("/")[2])})
    return found


def whole(name: str) -> dict[Any, Any]:
    """A workflow with the jobs of those that it calls."""
    return expanded(spelled(read(name)), lambda uses: spelled(read(uses.rpartition("/")[2]))).workflow


EVERY = pytest.mark.parametrize(
    ("workflow", "job"),
    [
        pytest.param(read(name), about, id=f"{name}:{job}")
        for (name, job), about in jobs(*NAMES, *CALLABLE, *OIDC).items()
    ],
)
RUNNING_INV = pytest.mark.parametrize(
    "job",
    [
        pytest.param(about, id=f"{name}:{job}")
        for (name, job), about in jobs(*NAMES, *CALLABLE, *OIDC).items()
        if any(step.get("uses") == SETUP for step in about["steps"])
    ],
)


@EVERY
def test_a_job(workflow: dict[Any, Any], job: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    assert job["timeout-minutes"] <= 60
    if workflow["name"] != "Build flux artifacts":  # whose caller's it is
        concurrency = job.get("concurrency") or workflow["concurrency"]
        newer_decides = job["name"] == "flux-artifacts/authority"
        assert concurrency["cancel-in-progress"] is newer_decides


@RUNNING_INV
def test_a_job_that_runs_inv(job: dict[str, Any]) -> None:
    setup, *rest = job["steps"]
    assert setup["uses"] == SETUP
    assert setup["with"]["ref"] in ("main", "${{ inputs.branch }}", "${{ github.sha }}")
    assert setup["with"]["variables"] == "${{ toJSON(vars) }}"
    ran = [step for step in rest if "run" in step]
    for step in ran:
        assert re.fullmatch(RUN, step["run"]) or step["run"] == BOARD
        assert step["env"]["GITHUB_TOKEN"]
    for step in [*ran[1:], *(step for step in rest if "upload-artifact" in step.get("uses", ""))]:
        assert "!cancelled()" in step["if"], "whatever became of the one before"


def test_the_clone_has_its_history_and_keeps_no_token() -> None:
    checkout = action("setup")[0]
    assert checkout["with"] == {"ref": "${{ inputs.ref }}", "fetch-depth": 0, "persist-credentials": False}


@pytest.mark.parametrize("name", CALLING)
def test_a_call_gets_what_its_jobs_need_and_no_secret_that_they_do_not_name(name: str) -> None:
    workflow = read(name)
    for job in workflow["jobs"].values():
        if "uses" not in job:
            continue
        called = read(job["uses"].rpartition("/")[2])
        needed: dict[str, str] = {}
        for about in called["jobs"].values():
            for right, level in about["permissions"].items():
                needed[right] = max(level, needed.get(right, ""))
        assert job["permissions"] == needed, "the most that one of its jobs takes"
        assert job["secrets"].keys() == called[True]["workflow_call"]["secrets"].keys()
    assert whole(name)["jobs"], "GitHub would start it"


@pytest.mark.parametrize("name", ALL)
def test_who_signs_builds_nothing(name: str) -> None:
    """What builds has no identity that clusters accept, and what has one believes no digest."""
    accepted = re.fullmatch(f"{SigningWorkflows.BUILD}|{SigningWorkflows.PROMOTE}", name)
    for job in (about for _, about in jobs(name).items()):
        typed = " ".join(step.get("run", "") for step in steps(job))
        if "id-token" in job["permissions"] and (accepted or name not in OIDC):
            assert not re.search(r"inv (\S+ )*(build|publish|reconcile|tag)\b|-m build|pip wheel", typed)
        else:
            assert not re.search(
                r"inv sign|gh-action-pypi-publish|actions/attest|actions/sign", str(job["steps"])
            )
    assert not accepted or "workflow_call" not in events_of(read(name)), "its identity is its caller's to use"


@pytest.mark.parametrize("name", ALL)
def test_who_signs_is_started_by_main(name: str) -> None:
    """A tag has the workflows of its commit, and so has a pull request."""
    if not re.fullmatch(f"{SigningWorkflows.BUILD}|{SigningWorkflows.PROMOTE}", name):
        return
    started = set(events_of(read(name)))
    if any("id-token" in job["permissions"] for job in read(name)["jobs"].values()):
        assert started <= {"push", "schedule", "workflow_dispatch", "issues", "release", "status"}
    for job in whole(name)["jobs"].values():
        if "release" in started and "github.event_name == 'release'" in job.get("if", ""):
            may = {"actions": "write", "contents": "read"}
            assert job["permissions"] == may, "it starts those of main, and no more"
            assert not any("uses" in step for step in job["steps"])


def test_the_event_of_a_release_or_a_tag_reaches_no_other_job() -> None:
    for name in ALL:
        if "workflow_call" in events_of(read(name)):
            continue
        by_tag = starts(read(name), "push", {"ref": "refs/tags/flux-oci-a-v1.0.0"}, list)
        if not by_tag and "release" not in events_of(read(name)):
            continue
        found = whole(name)["jobs"]
        for job in found.values():
            condition = job["if"]
            known = (
                "event_name == 'release'",
                "event_name == 'push' && github.ref_type == 'branch'",
                "event_name == 'workflow_dispatch'",
            )
            after = all("if" in found[each] for each in needs(job)) and "outputs.signable" in condition
            assert after or any(each in condition for each in known)


@pytest.mark.parametrize("name", ALL)
def test_packages_come_from_a_lock(name: str) -> None:
    """Wherever a job may write, or holds a secret, or has an identity."""
    for job in jobs(name).values():
        for step in steps(job):
            for command in re.findall(r"pip install.*", step.get("run", "")):
                assert "--require-hashes --only-binary :all: --requirement" in command


def test_no_file_of_the_checkout_is_taken_for_a_module_of_python() -> None:
    """`python -m` and `python -c` search the folder that they run in, and Invoke that of tasks.py."""
    action = (FOLDER / "actions/setup/action.yml").read_text()
    assert set(re.findall(r"python (-\w) -", action)) == {"-P"}
    assert 'echo "import flux"' in action


def test_no_python_is_built_beside_secrets() -> None:
    for (name, _), job in jobs(*ALL).items():
        builds = any("-m build" in step.get("run", "") for step in job["steps"])
        assert not builds or (job["permissions"] == {"contents": "read"} and "secrets." not in str(job)), name


@pytest.mark.parametrize("name", ALL)
def test_what_anybody_may_call_has_no_identity(name: str) -> None:
    """A certificate names the file that is called, and nobody's code is in it but the caller's."""
    workflow = read(name)
    if "workflow_call" not in events_of(workflow) or name in OIDC:
        return  # those for clouds are the same files, and nothing in them signs
    # Where a job says nothing it may what its caller may.
    assert workflow["permissions"] == {}
    for key, job in workflow["jobs"].items():
        assert ("id-token" in job["permissions"]) is ((name, key) == ("board.yml", "publish"))


def test_what_signs_promotions_signs_nothing_else() -> None:
    """Its identity says that an image was promoted."""
    (job,) = read("sign-flux-promotions.yml")["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["inv sign.promotions"]
    others = [step.get("run", "") for job in jobs(*NAMES[:3], *CALLABLE).values() for step in steps(job)]
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
    for job in jobs(*NAMES, *CALLABLE).values():
        for setup in (step for step in job["steps"] if step.get("uses") == SETUP):
            assert (setup["with"].get("registry") != "none") is ("packages" in job["permissions"])


def test_only_what_asks_the_registry_logs_in() -> None:
    manage = read("manage.yml")
    assert "packages" not in manage["jobs"]["issue"]["permissions"], "the image is built anew to be shown"


def test_who_calls_cannot_go_around_the_environment() -> None:
    """The input comes after the variable, wherever there is one."""
    for job in jobs(*ALL).values():
        if "inputs.environment" in str(job.get("environment")):
            assert "inputs.environment" in job["environment"].partition("vars.FLUX_ENVIRONMENT || ")[2]


def test_what_is_queued_is_only_what_does_the_same() -> None:
    """GitHub keeps one job that waits for each group, and drops the others."""
    groups = {
        name: job["concurrency"]["group"]
        for called in ("release.yml", "manage.yml")
        for name, job in read(called)["jobs"].items()
    }
    assert groups == {
        "build": "flux-build-${{ github.sha }}",
        "publish": "flux-publish-${{ inputs.tag }}",
        "dispatch": (
            "flux-dispatch-${{ github.event_name }}-${{ github.event.release.tag_name || github.ref_name }}"
        ),
        "issue": "flux-issue-${{ inputs.tag }}",
        "advance": "flux-advance-${{ github.run_id }}",
        "apply": "flux-apply-${{ github.run_id }}",
        "tag": "flux-tag",
        "reconcile": "flux-reconcile",
        "sign-promotions": "flux-have-promotions-signed",
    }
    assert len(set(groups.values())) == len(groups), "another job does something else"
    for name in CALLING:
        assert "concurrency" not in read(name), "a call that waited for itself would never start"
        sign = read(name)["jobs"].get("sign")
        assert not sign or sign["concurrency"]["group"] == "flux-sign-${{ github.run_id }}"


def test_what_stands_in_them_is_what_the_settings_say() -> None:
    settings = Settings()
    release, manage = read(NAMES[0]), read(NAMES[1])
    for workflow in (release, manage):
        assert workflow[True]["push"]["branches"] == [settings.branch]
    assert release[True]["push"]["paths"] == [f"{settings.sources}/**", FILES[0]]
    prefix = settings.release_tag.partition("{")[0]
    (tags,) = release[True]["push"]["tags"]
    assert tags == "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in prefix) + "**"
    state = [settings.releaseconfig, freezes_path(settings.releaseconfig)]
    assert manage[True]["push"]["paths"] == read("publish-flux-board.yml")[True]["push"]["paths"] == state
    assert (
        f"startsWith(github.event.context, '{STATUS_PREFIX}')" in read("manage.yml")["jobs"]["advance"]["if"]
    )
    assert release["jobs"]["release"]["with"]["prefix"] == prefix
    assert manage["jobs"]["manage"]["with"]["label"] == settings.label
    for name in WORKFLOWS:
        text = (FOLDER / "workflows" / name).read_text()
        assert {*re.findall(r"\b(?:ref|branch): ([^,}\s]+)", text)} <= {settings.branch}


@pytest.mark.parametrize(("name", "job"), [("release.yml", "release"), ("manage.yml", "manage")])
def test_what_is_left_out_in_a_call_is_as_the_settings_have_it(name: str, job: str) -> None:
    calling = {"release.yml": NAMES[0], "manage.yml": NAMES[1]}[name]
    inputs = read(name)[True]["workflow_call"]["inputs"]
    for key, value in read(calling)["jobs"][job]["with"].items():
        assert key == "tag" or inputs[key]["default"] == value
