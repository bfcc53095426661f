"""The workflows that the README shows for those who need more."""

import json
import re
from pathlib import Path

import yaml

from tests.actions.conftest import Monorepo
from tests.github.world import Event

README = (Path(__file__).parents[2] / "README.md").read_text()
RELEASE = ".github/workflows/release-flux-artifact.yml"


def block(start: str) -> str:
    """The block of YAML that begins so."""
    (found,) = re.findall(rf"```yaml\n({re.escape(start)}.*?)```", README, re.DOTALL)
    return str(found)


def test_a_workflow_that_calls_ours_gets_its_outputs(monorepo: Monorepo) -> None:
    path = ".github/workflows/build-and-tell.yml"
    monorepo.prepare({path: block(f"# {path}")})
    commit = monorepo.change("eso")
    jobs = {(job.workflow, job.name): job for job in monorepo.runners.settle()}
    tell = jobs["build-and-tell.yml", "tell"]
    assert tell.result == "success", tell.log
    assert jobs["release-flux-artifact.yml", "build"].result == "success", "which signs"
    tags = monorepo.tags("eso")
    assert json.loads(tell.log) == {
        "eso": f"{monorepo.registry.removeprefix('oci://')}/eso@{tags[commit[:12]]}"
    }


def test_building_by_entry(monorepo: Monorepo) -> None:
    workflow = yaml.safe_load((monorepo.repo.path / RELEASE).read_text())
    workflow["jobs"] = yaml.safe_load(block("jobs:\n  changed:"))["jobs"]
    workflow["on"] = workflow.pop(True)
    monorepo.prepare({RELEASE: yaml.safe_dump(workflow)})
    monorepo.change("dashboard")
    commit = monorepo.change("eso")
    event = {**monorepo.github.events[-1].payload, "before": monorepo.repo.git("rev-parse", "HEAD~2")}
    monorepo.runners.skip()
    both = Event("push", event, "alice", True)
    jobs = {job.name: job.result for job in monorepo.runners.run(both)}
    assert jobs == {"changed": "success", "build": "success"}
    assert commit[:12] in monorepo.tags("eso")
    assert "latest" in monorepo.tags("dashboard")
