"""Another repository calls our workflows, from files of its own under 25 lines, with a password."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flux.adoption.workflows import WORKFLOWS
from tests import parts
from tests.actions.conftest import Monorepo, copy_repository, log_in
from tests.actions.driver import Runners
from tests.actions.jobs import Job
from tests.actions.test_release import push_tag
from tests.actions.used import taken_from
from tests.conftest import need
from tests.github.fixtures import RunGitHub
from tests.registry.remote.logins import USER, htpasswd
from tests.registry.token_service import TokenService
from tests.repo import Repo

TOOL = "acme/flux-artifacts@0123456789abcdef0123456789abcdef01234567"
FOLDER = ".github/workflows"
TAG = "eso/v1.0.0"
NOT_MODULES = ("flux/__init__.py", "pip.py", "semver.py", "sysconfig.py", "urllib3/__init__.py", "yaml.py")
SETTINGS = {
    "sources": "components",
    "branch": "trunk",
    "release_tag": "{artifact}/v{version}",
    "releaseconfig": "deploy/state.json",
    "label": "a release",
    "phases": [{"test": ["test_1"]}, {"live": ["live_1", "live_2"]}],
    "forge": "github",
}


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, as others get it at a commit."""
    folder = tmp_path_factory.mktemp("tool") / "repository"
    copy_repository(folder)
    for path in (folder / ".github").rglob("*.yml"):
        path.write_text(taken_from(TOOL, path.read_text()))
    return folder


@pytest.fixture
def adopter(
    tmp_path: Path,
    run_github: RunGitHub,
    run_registry: parts.RunRegistry,
    packages: TokenService,
    tool: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Monorepo]:
    login = f"{USER.name}:{USER.password}"
    act = need(parts.act)
    with run_registry(tmp_path / "images", auth=htpasswd(tmp_path)) as registry:
        monkeypatch.setenv("DOCKER_CONFIG", str(log_in(tmp_path / "docker", registry.host, login)))
        repo = Repo(tmp_path / "monorepo")
        repo.git("checkout", "--quiet", "-B", "trunk")
        location = f"oci://{registry.host}/platform"
        repo.write("invoke.yaml", yaml.safe_dump({"flux": {**SETTINGS, "registry": location}}))
        for name in ("eso", "ingress"):
            repo.write(f"components/{name}/kustomization.yaml", "resources: [configmap.yaml]\n")
            text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
            repo.write(f"components/{name}/configmap.yaml", text)
        repo.commit("start")
        init(repo)
        for name in NOT_MODULES:  # no job runs these files, which nobody reviews as code of the workflows
            repo.write(name, "raise SystemExit(__file__)\n")
        repo.commit("adopt")
        with run_github(repo.bare_origin().path) as github:
            github.repository("octo/monorepo").default_branch = "trunk"
            variables = {"FLUX_REGISTRY_USERNAME": USER.name, "FLUX_UNSIGNED": "true"}
            runners = Runners(github, tmp_path / "runners", act, packages, variables, tools={TOOL: tool})
            runners.secrets["FLUX_REGISTRY_PASSWORD"] = USER.password
            try:
                yield Monorepo(repo, github, runners, location, "trunk")
            finally:
                runners.kill()


def init(repo: Repo) -> None:
    """Have the workflows written, as the platform engineer does."""
    command = [sys.executable, "-m", "flux.program", "init", f"--uses={TOOL}"]
    subprocess.run(command, cwd=repo.path, check=True, capture_output=True)
    for name in WORKFLOWS:
        assert len((repo.path / FOLDER / name).read_text().splitlines()) < 25


def change(adopter: Monorepo, text: str = "# new\n") -> str:
    adopter.update()
    commit = adopter.repo.commit("change eso", files={"components/eso/new.yaml": text})
    adopter.push()
    return commit


def ran(jobs: list[Job]) -> dict[str, str]:
    results = {job.name: job.result for job in jobs}
    assert set(results.values()) <= {"success"}, "\n".join(f"{job}\n{job.log}" for job in jobs)
    assert not any(USER.password in job.log for job in jobs)
    return results


def test_from_a_push_to_a_tag_that_clusters_follow(adopter: Monorepo) -> None:
    runners = adopter.runners
    commit = change(adopter)
    assert ran(runners.settle()) == {"build": "success"}
    assert adopter.tags("eso").keys() == {commit[:12], "latest"}

    push_tag(adopter, TAG)
    released = dict.fromkeys(("dispatch", "publish", "issue", "advance"), "success")
    assert ran(runners.settle()) == released
    tags = adopter.tags("eso")
    assert tags["1.0.0"] == tags[commit[:12]]
    issue = adopter.issue()
    assert (issue.title, [label.name for label in issue.labels]) == ("Promote eso 1.0.0", ["a release"])

    adopter.tick("live_1")
    assert ran(runners.settle()) == {"apply": "success"}
    (pull,) = adopter.pulls()
    assert (pull.base.ref, pull.head.ref) == ("trunk", "promote/eso-1.0.0")
    assert ran(runners.run(next(iter(runners.waiting)))) == {"authority": "success"}

    adopter.merge()
    assert ran(runners.settle()) == {"tag": "success"}
    assert adopter.tags("eso")["live_1"] == tags["1.0.0"]

    runners.variables["FLUX_BOARD"] = "true"
    jobs = runners.schedule()
    assert ran(jobs) == dict.fromkeys(("reconcile", "make", "publish"), "success")
    (published,) = [job for job in jobs if job.name == "publish"]
    assert {"published ./index.html", "published ./board.json"} <= set(published.log.splitlines())


def test_act_follows_the_calls_by_itself(adopter: Monorepo) -> None:
    """What `uses:` names is found, and gets its inputs and secrets, without our reading of a call."""
    commit = change(adopter)
    event = adopter.github.events[-1]
    adopter.runners.skip()
    jobs = adopter.runners.run_by_act(event, f"{FOLDER}/{WORKFLOWS[0]}")
    assert all(job.result == "success" for job in jobs), "\n".join(f"{job}\n{job.log}" for job in jobs)
    assert adopter.tags("eso").keys() == {commit[:12], "latest"}


def test_a_registry_without_its_password_is_named_before_anything_happens(adopter: Monorepo) -> None:
    adopter.runners.variables["FLUX_REGISTRY_HOST"] = "registry.example.com"
    del adopter.runners.secrets["FLUX_REGISTRY_PASSWORD"]
    change(adopter)
    (job,) = adopter.runners.settle()
    assert job.result == "failure"
    assert "there is no password for registry.example.com" in job.log
    assert "Build what changed" not in job.log


CLOUDS = {
    "example.azurecr.io": (
        {"FLUX_AZURE_CLIENT_ID": "client", "FLUX_AZURE_TENANT_ID": "tenant"},
        "00000000-0000-0000-0000-000000000000",
        "api://AzureADTokenExchange",
    ),
    "123456789012.dkr.ecr.eu-north-1.amazonaws.com": (
        {"FLUX_AWS_ROLE": "arn:aws:iam::123456789012:role/flux"},
        "AWS",
        "sts.amazonaws.com",
    ),
    "europe-docker.pkg.dev": (
        {"FLUX_GOOGLE_PROVIDER": "projects/1/x", "FLUX_GOOGLE_SERVICE_ACCOUNT": "flux@example.com"},
        "oauth2accesstoken",
        "//iam.googleapis.com/projects/1/x",
    ),
}


@pytest.mark.parametrize("host", CLOUDS)
def test_a_cloud_is_logged_in_to_by_variables_alone(adopter: Monorepo, host: str) -> None:
    """By `setup` in a job of one's own; the stand-ins ask for its identity as the official actions do."""
    variables, user, audience = CLOUDS[host]
    show = {
        "run": 'cat "$DOCKER_CONFIG/config.json"; echo; env | grep -E "^AWS_(ACCESS|SECRET|SESSION)" || true'
    }
    uses = f"{TOOL.partition('@')[0]}/.github/actions/setup@{TOOL.partition('@')[2]}"
    job = {
        "runs-on": "ubuntu-latest",
        "permissions": {"contents": "read", "id-token": "write"},
        "steps": [{"uses": uses, "with": {"variables": "${{ toJSON(vars) }}"}}, show],
    }
    adopter.prepare({f"{FOLDER}/mine.yml": json.dumps({"on": "workflow_dispatch", "jobs": {"mine": job}})})
    adopter.runners.variables |= {**variables, "FLUX_REGISTRY_HOST": host}
    assert adopter.github.repo_as("alice").get_workflow("mine.yml").create_dispatch("trunk", throw=True)
    (ran_job,) = adopter.runners.settle()
    assert ran_job.result == "success", ran_job.log
    shown = next(line for line in ran_job.log.splitlines() if line.startswith('{"auths"'))
    (logged_in, auth), *_ = json.loads(shown)["auths"].items()
    name, _, token = base64.b64decode(auth["auth"]).decode().partition(":")
    assert (logged_in, name) == (host, user)
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == audience
    assert not re.search(r"AWS_(ACCESS|SECRET|SESSION)", ran_job.log), (
        "what follows has no credentials of the cloud"
    )
