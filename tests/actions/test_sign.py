"""Signing: real certificates for who the job is, by a Sigstore of the tests' own."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.actions.conftest import Monorepo
from tests.actions.sigstore import run_sigstore

ARTIFACTS = [path for path in (Path(__file__).parents[2] / "artifacts").iterdir() if path.is_dir()]
CALLED = ".github/workflows/called.yml"
ATTEST = "POST */attestations"
REQUEST = "GET /_services/pipelines/idtoken"


@pytest.fixture
def cosign(monorepo: Monorepo, tmp_path: Path) -> Iterator[str]:
    with run_sigstore(tmp_path / "sigstore", monorepo.github.url) as folder:
        monorepo.runners.environment["TEST_COSIGN"] = str(folder)
        monorepo.runners.variables |= {"FLUX_UNSIGNED": "", "FLUX_ATTEST": "true"}
        yield str(folder / "cosign")


def verify(cosign: str, monorepo: Monorepo, reference: str, workflow: str, **annotations: str) -> bool:
    """Whether that workflow on main signed an image so; prints what cosign says, for a test that fails."""
    url = monorepo.github.url
    identity = f"{url}/octo/monorepo/.github/workflows/{workflow}@refs/heads/main"
    flags = [f"--certificate-identity={identity}", f"--certificate-oidc-issuer={url}/_services/token"]
    flags += [f"--annotations={key}={value}" for key, value in annotations.items()]
    verified = subprocess.run([cosign, "verify", *flags, reference], capture_output=True, text=True)
    print(workflow, verified.returncode, verified.stderr)
    return verified.returncode == 0


def test_a_job_is_known_by_the_file_that_is_called(monorepo: Monorepo) -> None:
    """Whoever calls it: what may be called is not to sign."""
    ask = 'curl -sH "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" '
    step = {"run": f'{ask} "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sigstore"'}
    may = {"id-token": "write"}
    inner = {"runs-on": "ubuntu-latest", "permissions": may, "steps": [step]}
    outer = {"uses": f"./{CALLED}", "permissions": may}
    monorepo.runners.left_out |= {"build"}
    monorepo.prepare(
        {
            CALLED: json.dumps({"on": "workflow_call", "jobs": {"called": inner}}),
            ".github/workflows/calling.yml": json.dumps({"on": "push", "jobs": {"calling": outer}}),
        }
    )
    monorepo.change("eso")
    jobs = {job.workflow: job for job in monorepo.runners.settle()}
    token = json.loads(jobs["calling.yml"].log)["value"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["job_workflow_ref"] == f"octo/monorepo/{CALLED}@refs/heads/main"
    assert claims["workflow_ref"] == "octo/monorepo/.github/workflows/calling.yml@refs/heads/main"


def test_what_is_pushed_is_signed_once(monorepo: Monorepo, cosign: str) -> None:
    """Even where a run was killed between the two, and by one whom clusters accept."""
    monorepo.change("eso")
    event = next(event for event in monorepo.github.events if event.name == "push")
    monorepo.runners.kill_at(REQUEST)
    built, killed = monorepo.runners.settle()
    assert (built.name, built.result) == ("build", "success"), built.log
    assert (killed.name, killed.result) == ("sign", "killed"), killed.log
    digest = monorepo.tags("eso")["latest"]
    reference = f"{monorepo.registry.removeprefix('oci://')}/eso@{digest}"
    # Somebody else's signature is none.
    path = ".github/workflows/ci.yml@refs/heads/main"
    other = monorepo.github.identity(job_workflow_ref=f"octo/monorepo/{path}", sub="repo:octo/monorepo")
    subprocess.run([cosign, "sign", "--yes", reference], env={**os.environ, **other}, check=True)
    assert verify(cosign, monorepo, reference, "ci.yml")
    assert not verify(cosign, monorepo, reference, "release-flux-artifact.yml")

    # The next run that comes along makes it good.
    monorepo.runners.kill_at(ATTEST)
    _, killed = monorepo.runners.schedule()
    assert killed.result == "killed", killed.log
    _, repaired = monorepo.runners.schedule()
    assert (repaired.name, repaired.result) == ("sign", "success"), repaired.log
    assert verify(cosign, monorepo, reference, "manage-flux-releases.yml", artifact="eso")
    assert not verify(cosign, monorepo, reference, "manage-flux-releases.yml", artifact="dashboard")
    assert not verify(cosign, monorepo, reference, "release-flux-artifact.yml")
    assert "| eso | signed |" in killed.summary
    assert "| eso | valid |" in repaired.summary, "which lacked its attestation alone"
    assert f"attested {digest.removeprefix('sha256:')}  " in repaired.log  # type: ignore[union-attr]
    assert repaired.outputs["unattested"] == str(len(ARTIFACTS)), "all that was pushed"

    asked = len([request for request in monorepo.github.requests if str(request) == REQUEST])
    _, again = monorepo.runners.run(event)
    assert again.result == "success", again.log
    assert "| eso | valid |" in again.summary, "whichever of the two workflows signed it"
    assert "attested" not in again.log
    assert again.outputs["unattested"] == "0"
    assert len([request for request in monorepo.github.requests if str(request) == REQUEST]) == asked


def test_a_release_is_signed_as_that_by_main(monorepo: Monorepo, cosign: str) -> None:
    """Its event comes with the workflows of the tag, which may do nothing but start those of main."""
    monorepo.runners.left_out |= {"issue"}
    monorepo.change("eso")
    monorepo.release("flux-oci-eso-v1.0.0")
    jobs = {(job.name, job.event.name): job.result for job in monorepo.runners.settle()}
    assert jobs == {
        ("build", "push"): "success",
        ("sign", "push"): "success",
        ("dispatch", "push"): "success",  # of the tag, which leaves the rest to the release
        ("dispatch", "release"): "success",
        ("publish", "workflow_dispatch"): "success",
        ("sign", "workflow_dispatch"): "success",
    }
    reference = f"{monorepo.registry.removeprefix('oci://')}/eso@{monorepo.tags('eso')['1.0.0']}"
    signed = {"artifact": "eso", "version": "1.0.0"}
    assert verify(cosign, monorepo, reference, "release-flux-artifact.yml", **signed)
    assert not verify(
        cosign, monorepo, reference, "release-flux-artifact.yml", artifact="eso", version="1.0.1"
    )


def test_what_environments_have_is_signed_as_promoted(monorepo: Monorepo, cosign: str) -> None:
    """By a workflow that signs nothing else, and for the phases that it was promoted to."""
    runners, workflow = monorepo.runners, "sign-flux-promotions.yml"
    settings = yaml.safe_load((monorepo.repo.path / "invoke.yaml").read_text())
    settings["flux"]["sign_promotions"] = True
    monorepo.prepare({"invoke.yaml": yaml.safe_dump(settings)})
    monorepo.published("flux-oci-eso-v1.0.0")
    reference = f"{monorepo.registry.removeprefix('oci://')}/eso@{monorepo.tags('eso')['1.0.0']}"
    monorepo.update()
    monorepo.repo.commit(files={"flux/releaseconfig.json": json.dumps({"eso": {"prod_ring1": "1.0.0"}})})
    monorepo.push()
    ran = runners.settle()
    print(*(f"{job}\n{job.log}" for job in ran))
    jobs = {job.name: job.result for job in ran}
    assert jobs == {"tag": "success", "sign-promotions": "success", "sign": "success"}
    said = {"artifact": "eso", "version": "1.0.0"}
    assert verify(cosign, monorepo, reference, workflow, **said, phase="prod")
    assert not verify(cosign, monorepo, reference, workflow, **said, phase="at")
    assert not verify(cosign, monorepo, reference, "manage-flux-releases.yml")
