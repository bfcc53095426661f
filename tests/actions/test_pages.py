"""The workflows that the pages show for those who need more."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from tests import parts
from tests.actions.conftest import Monorepo
from tests.actions.forms import write_own
from tests.conftest import need
from tests.github.world import Event

ROOT = Path(__file__).parents[2]
PAGES = "".join(
    (ROOT / "docs" / page).read_text() for page in ("reference/workflows.md", "how-to/large-monorepos.md")
)
FOLDER = ".github/workflows"
RELEASE = f"{FOLDER}/release-flux-artifact.yml"


def block(start: str) -> str:
    """The block of YAML that begins so."""
    (found,) = re.findall(rf"```yaml\n({re.escape(start)}.*?)```", PAGES, re.DOTALL)
    return str(found)


def by_entry(release: str) -> str:
    """release-flux-artifact.yml with the jobs of the page in place of its own `release`."""
    workflow = yaml.safe_load(release)
    workflow["jobs"] |= yaml.safe_load(block("jobs:\n  release:"))["jobs"]
    sign = workflow["jobs"]["sign"]
    sign["needs"] = ["release", "build"]
    asked = "needs.{}.outputs.signable == 'true'"
    sign["if"] = sign["if"].replace(asked.format("release"), " || ".join(map(asked.format, sign["needs"])))
    sign["if"] = sign["if"].replace("&& ", "&& (").replace(" }}", ") }}")
    workflow["on"] = workflow.pop(True)
    return yaml.safe_dump(workflow, width=1000)


def test_no_linter_has_anything_against_them(tmp_path: Path) -> None:
    actionlint = need(parts.actionlint)
    root = tmp_path / "repo"
    write_own(root)
    blocks = re.findall(r"```yaml\n(.*?)```", PAGES, re.DOTALL)
    whole = {found[1]: text for text in blocks if (found := re.match(rf"# ({FOLDER}/.+)\n", text))}
    assert len(whole) + 1 == sum(bool(re.search(r"^jobs:", text, re.MULTILINE)) for text in blocks)
    for path, text in {**whole, RELEASE: by_entry((ROOT / RELEASE).read_text())}.items():
        (root / path).write_text(text.replace("uses: $/", "uses: ./"))
    done = subprocess.run([actionlint, *parts.ACTIONLINT_ALONE], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_entries_are_built_with_all_that_one_build_has() -> None:
    """They take its place: the login, the environment, the time and what is signed are no less."""
    whole = yaml.safe_load((ROOT / FOLDER / "release.yml").read_text())["jobs"]["build"]
    entry = yaml.safe_load(by_entry((ROOT / RELEASE).read_text()))["jobs"]["build"]
    for key in ("timeout-minutes", "permissions"):
        assert entry[key] == whole[key]
    assert entry["environment"] == "${{ vars.FLUX_ENVIRONMENT }}"
    (setup, _, upload), (our_setup, _, our_upload) = whole["steps"], entry["steps"]
    assert setup["with"].pop("ref") == "${{ github.sha }}"
    assert our_setup["with"].pop("ref") == "${{ needs.changed.outputs.head }}", "what was compared"
    assert setup["with"].pop("registry") == "${{ inputs.registry }}"
    assert our_setup["with"] == setup["with"]
    assert our_upload["with"].pop("name") == "digests-${{ strategy.job-index }}", "or one would hide another"
    assert upload["with"].pop("name") == "digests"
    assert our_upload == upload


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
    monorepo.prepare({RELEASE: by_entry((monorepo.repo.path / RELEASE).read_text())})
    monorepo.change("dashboard")
    commit = monorepo.change("eso")
    event = {**monorepo.github.events[-1].payload, "before": monorepo.repo.git("rev-parse", "HEAD~2")}
    monorepo.runners.skip()
    both = Event("push", event, "alice", True)
    jobs = {job.name: job.result for job in monorepo.runners.run(both)}
    assert jobs == {"changed": "success", "build": "success"}
    assert commit[:12] in monorepo.tags("eso")
    assert "latest" in monorepo.tags("dashboard")
