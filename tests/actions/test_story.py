"""From a commit to a cluster, by workflows alone; and what goes wrong on the way."""

import subprocess
import tarfile
from pathlib import Path

from tests import parts
from tests.actions.conftest import Monorepo
from tests.actions.driver import Job
from tests.conftest import need

TAG = "flux-oci-eso-v1.0.0"
BRANCH = "promote/eso-1.0.0"


def ran(jobs: list[Job]) -> dict[str, str]:
    """What became of each job, which all should end well."""
    results = {job.name: job.result for job in jobs}
    assert set(results.values()) <= {"success"}, "\n".join(f"{job}\n{job.log}" for job in jobs)
    return results


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_ticked_box_reaches_the_cluster(monorepo: Monorepo, tmp_path: Path) -> None:
    runners = monorepo.runners
    monorepo.change("eso")
    assert ran(runners.settle()) == {"build": "success"}
    monorepo.release(TAG)
    assert ran(runners.settle()) == {"publish": "success", "issue": "success"}
    issue = monorepo.issue()
    assert issue.user.login == "github-actions[bot]"
    assert [label.name for label in issue.labels] == ["flux-release"]
    assert [person.login for person in issue.assignees] == ["alice"]

    monorepo.tick("prod_ring2")
    (applied,) = runners.settle()
    assert ran([applied]) == {"apply": "success"}
    (pull,) = monorepo.pulls()
    assert (pull.head.ref, pull.user.login) == (BRANCH, "github-actions[bot]")
    assert monorepo.desired(BRANCH) == {"eso": {"prod_ring2": "1.0.0"}}
    assert pull.html_url in applied.summary

    monorepo.merge()
    (tagged,) = runners.settle()
    assert ran([tagged]) == {"tag": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring2"] == tags["1.0.0"] == tags["latest"]
    assert f"{tags['1.0.0']}"[:19] in tagged.summary
    (comment,) = monorepo.issue().get_comments()
    assert "| `prod_ring2` | ✅ deployed |" in comment.body

    # What a cluster gets is what was reviewed.
    pulled = tmp_path / "pulled"
    pulled.mkdir()
    flux = [need(parts.flux), "pull", "artifact", f"{monorepo.registry}/eso:prod_ring2", f"--output={pulled}"]
    subprocess.run(flux, check=True, capture_output=True)
    archived = tmp_path / "archived.tar"
    monorepo.repo.git("archive", f"--output={archived}", TAG, "artifacts/eso")
    with tarfile.open(archived) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    source = contents(tmp_path / "source/artifacts/eso")
    assert source.pop("CHANGELOG.md"), "left out by this repository's settings"
    assert contents(pulled) == source
