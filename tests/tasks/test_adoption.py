"""`inv init` as people type it: its exit codes, and that a wrong request leaves nothing."""

import json
import subprocess
import sys
from pathlib import Path

from tests.repo import Repo


def run(repo: Repo, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flux.program", "init", *arguments]
    return subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)


def test_without_tasks_py(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"README.md": "nothing here\n"})
    refused = run(repo)
    assert refused.returncode == 2
    assert "nothing is written: no artifact was found" in refused.stderr
    assert repo.git("status", "--porcelain") == ""
    repo.commit(files={"apps/a/kustomization.yaml": "resources: []\n"})
    assert run(repo, "--dry-run").returncode == 0
    assert repo.git("status", "--porcelain") == ""
    repo.write("invoke.yaml", "run: {echo: true}\n")
    left = run(repo)
    assert left.returncode == 1
    assert "invoke.yaml: differs\ntasks.py: written" in left.stdout
    assert (repo.path / "invoke.yaml").read_text() == "run: {echo: true}\n"
    repo.git("clean", "--force", "--quiet", "-d")
    told = run(repo, "--json")
    assert told.returncode == 0, told.stderr
    assert all(file["written"] for file in json.loads(told.stdout)["files"])
