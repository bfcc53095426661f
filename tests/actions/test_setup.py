"""How the action `setup` decides to log in: by inputs, the repository's variables and the settings alone."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github/actions/setup/decide.py"
GITHUB = "https://github.com"
AZURE = {"FLUX_AZURE_CLIENT_ID": "client", "FLUX_AZURE_TENANT_ID": "tenant"}
GOOGLE = {"FLUX_GOOGLE_PROVIDER": "projects/1", "FLUX_GOOGLE_SERVICE_ACCOUNT": "a@b"}
ACR, ECR = "example.azurecr.io", "123456789012.dkr.ecr.eu-north-1.amazonaws.com"
GAR = "europe-docker.pkg.dev"


@pytest.fixture(scope="module")
def decide() -> ModuleType:
    spec = importlib.util.spec_from_file_location("decide", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given(host: str = "ghcr.io", password: bool = False) -> dict[str, str]:
    return {"registry": host, "actor": "alice", "has_password": str(password).lower()}


@pytest.mark.parametrize(
    ("host", "password", "variables", "way"),
    [
        ("ghcr.io", False, {}, "github"),
        ("ghcr.io", True, {}, "password"),
        ("", False, {}, "github"),
        ("r.example.com:5000", True, {}, "password"),
        (ACR, False, AZURE, "azure"),
        (ACR, True, AZURE, "password"),
        (ECR, False, {"FLUX_AWS_ROLE": "arn"}, "aws"),
        (GAR, False, GOOGLE, "google"),
        ("none", False, {}, "none"),
        ("none", True, {"FLUX_REGISTRY_HOST": ACR}, "none"),
        ("ghcr.io", False, {"FLUX_REGISTRY_HOST": "none"}, "none"),
    ],
)
def test_how(decide: ModuleType, host: str, password: bool, variables: dict[str, str], way: str) -> None:
    assert decide.decide(given(host, password), variables, GITHUB, True)["way"] == way


@pytest.mark.parametrize("event", ["pull_request", "pull_request_review", "push", "schedule"])
def test_who_logs_in_for_a_pull_request(decide: ModuleType, event: str) -> None:
    pulls = {"FLUX_AWS_PULL_ROLE": "may-pull", "FLUX_AZURE_PULL_CLIENT_ID": ""}
    found = decide.for_event({"FLUX_AWS_ROLE": "may-push", **AZURE, **pulls}, event)
    assert found["FLUX_AWS_ROLE"] == ("may-pull" if event.startswith("pull_request") else "may-push")
    assert found["FLUX_AZURE_CLIENT_ID"] == AZURE["FLUX_AZURE_CLIENT_ID"]


def test_who_and_where(decide: ModuleType) -> None:
    variables = {"FLUX_REGISTRY_HOST": "R.example.com", "FLUX_REGISTRY_USERNAME": "robot"}
    assert decide.decide(given(password=True), variables, GITHUB, False) == {
        "registry": "r.example.com",
        "username": "robot",
        "way": "password",
    }
    assert decide.decide(given(), {}, GITHUB, False)["username"] == "alice"
    assert decide.decide(given(ACR), AZURE, GITHUB, True)["name"] == "example"
    assert decide.decide(given(ECR), {"FLUX_AWS_ROLE": "arn"}, GITHUB, True)["region"] == "eu-north-1"


@pytest.mark.parametrize(
    ("host", "variables", "oidc", "said"),
    [
        ("r.example.com", {}, True, "there is no password for r.example.com"),
        ("ghcr.io.evil.com", {}, True, "gets no token of GitHub's"),
        (ACR, {}, True, "nor the variable FLUX_AZURE_CLIENT_ID and FLUX_AZURE_TENANT_ID"),
        (ACR, {**AZURE, "FLUX_AZURE_TENANT_ID": ""}, True, "nor the variable FLUX_AZURE_TENANT_ID"),
        (ACR, AZURE, False, "no `id-token: write`, by which example.azurecr.io knows it"),
        (ECR, {}, True, "nor the variable FLUX_AWS_ROLE"),
        (GAR, {"FLUX_GOOGLE_PROVIDER": "p"}, True, "nor the variable FLUX_GOOGLE_SERVICE_ACCOUNT"),
        ("https://ghcr.io", {}, True, "is not a host of a registry"),
        ("ghcr.io/acme", {}, True, "is not a host of a registry"),
        ("a\nway=none", {}, True, "is not a host of a registry"),
    ],
)
def test_what_cannot_work(
    decide: ModuleType, host: str, variables: dict[str, str], oidc: bool, said: str
) -> None:
    with pytest.raises(decide.UnfitError, match=said):
        decide.decide(given(host), variables, GITHUB, oidc)


@pytest.mark.parametrize(
    ("host", "server", "gets"),
    [
        ("ghcr.io", GITHUB, True),
        ("containers.git.acme.com", "https://git.acme.com", True),
        ("containers.acme.ghe.com", "https://acme.ghe.com", True),
        ("ghcr.io", "https://git.acme.com", False),
        ("notgit.acme.com", "https://git.acme.com", False),
        ("docker.io", GITHUB, False),
        ("x.github.com", GITHUB, False),
        ("anything.com", "", False),
    ],
)
def test_only_githubs_own_registry_gets_its_token(
    decide: ModuleType, host: str, server: str, gets: bool
) -> None:
    try:
        assert (decide.decide(given(host), {}, server, True)["way"] == "github") is gets
    except decide.UnfitError:
        assert not gets


def run(
    folder: Path, variables: str, settings: str | None = None, **more: str
) -> tuple[int, dict[str, str], str]:
    if settings is not None:
        (folder / "invoke.yaml").write_text(settings)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VARIABLES": variables, **more}
    done = subprocess.run([sys.executable, SCRIPT], cwd=folder, env=env, capture_output=True, text=True)
    return done.returncode, dict(line.split("=", 1) for line in done.stdout.splitlines()), done.stderr


def test_as_the_action_runs_it(tmp_path: Path) -> None:
    variables = json.dumps({"FLUX_APP": "Iv1", "OTHER": "x", "FLUX_ATTEST": "true"})
    clusters = "clusters: {at: {names: [eu], reporters: [flux]}}"
    settings = f"flux: {{require_signature: true, {clusters}, phases: {{at: [at]}}}}\n"
    code, outputs, said = run(tmp_path, variables, settings, REGISTRY="ghcr.io", ACTOR="alice")
    assert (code, said) == (0, "")
    assert outputs == {
        **dict.fromkeys(["FLUX_AZURE_SUBSCRIPTION_ID", *AZURE, "FLUX_AWS_ROLE", *GOOGLE], ""),
        "way": "github",
        "registry": "ghcr.io",
        "username": "alice",
        "app": "Iv1",
        "attest": "true",
        "verifies": "true",
        "progress": "write",
    }


@pytest.mark.parametrize("settings", [None, "", "flux: {wrong: 1}\n", "flux: [\n", "- x\n"])
def test_settings_that_cannot_be_read_are_for_inv_to_name(tmp_path: Path, settings: str | None) -> None:
    code, outputs, said = run(tmp_path, "{}", settings)
    assert (code, said) == (0, "")
    assert outputs.get("verifies", "false") == "false"


@pytest.mark.parametrize("variables", ["[]", "{", '"x"', json.dumps({"FLUX_APP": "a\nway=none"})])
def test_an_error_is_one_line_that_says_what_to_do(tmp_path: Path, variables: str) -> None:
    code, outputs, said = run(tmp_path, variables)
    assert (code, outputs) == (1, {})
    assert said.startswith("::error::")
    assert len(said.splitlines()) == 1
    assert "; " in said
