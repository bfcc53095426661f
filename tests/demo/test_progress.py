"""How versions go on by rule, played on a clone: the plan, and that it plays."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flux.demo.progress import beginnings_with_rules, plan_progress, require_phases
from flux.demo.stage import Chosen
from flux.errors import RequestError
from flux.settings import Phase, Settings, read_settings
from tests.commands.invoking import monorepo
from tests.monorepos import opened
from tests.repo import Repo

PHASES = (Phase("at", ("at1", "at2")), Phase("prod", ("p1",)))


def test_the_rules_are_those_of_the_phases_that_there_are(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(
        files={"artifacts/app/x.yaml": "x: 1\n", "invoke.yaml": "run: {echo: false}\nflux: {jobs: 3}\n"}
    )
    with opened(repo, Settings(phases=PHASES)) as found:
        files = beginnings_with_rules(found)
    document = yaml.safe_load(files["invoke.yaml"])
    settings = read_settings(document["flux"], {})
    assert document["run"] == {"echo": False}
    assert settings.jobs == 3
    assert settings.groups == {"at": ("at1", "at2"), "prod": ("p1",)}
    assert settings.rule("app", "prod").healthy
    assert [*settings.clusters] == ["at1", "at2", "p1"]


def test_one_phase_has_nothing_to_go_on_to() -> None:
    with pytest.raises(RequestError, match="there is only one phase"):
        require_phases(Settings(phases=PHASES[:1]))
    require_phases(Settings(phases=PHASES))


def test_every_environment_reports() -> None:
    plan = plan_progress(Settings(phases=PHASES), Chosen("app", "artifacts/app/x.yaml"), {})
    typed = [command for scene in plan.scenes for command in scene.typed]
    assert typed[-1] == "inv board"
    assert [word.split()[3:5] for word in typed if word.startswith("python3")] == [
        ["at1", "success"],
        ["at2", "success"],
        ["p1", "success"],
        ["at1", "success"],
        ["at2", "failure"],
    ]


@pytest.mark.stories
def test_it_plays(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    settings = {"flux": {"phases": {"at": ["at1", "at2"], "prod": ["p1"]}}}
    repo.commit("phases", files={"invoke.yaml": json.dumps(settings)})
    command = [sys.executable, "-m", "invoke", "demo", "--progress", "--folder", str(tmp_path / "demo")]
    played = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert played.returncode == 0, played
    clone = Repo(tmp_path / "demo")
    desired = json.loads(clone.git("show", "main:flux/releaseconfig.json"))
    assert desired == {"app": {"at1": "0.1.0", "at2": "0.1.0", "p1": "0.1.0"}}
    assert "promote/app-0.1.1: opened for at1, at2" in played.stdout
    assert "at2 is failing" in played.stdout.replace("app:", "")
    assert "at was rolled back from 0.1.1" in played.stdout
    assert "Wrote the board of 1 artifact: .board/index.html" in played.stdout
    assert "rollback" in (clone.path / ".board/artifacts/app.html").read_text(encoding="utf-8")
