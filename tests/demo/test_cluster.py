"""The script that stands for a cluster says what the tag of an environment has."""

import json
import subprocess
import sys
from pathlib import Path

from flux.demo.cluster import CLUSTER, DEMO_PATH, REPORTER, SCRIPT
from flux.event import read_status_event
from flux.promotion.clusters.status import parse_name
from tests.commands.promoting import World


def test_what_a_tag_has(local: World, tmp_path: Path) -> None:
    local.repo.write(DEMO_PATH, SCRIPT)
    command = [sys.executable, DEMO_PATH, "eso", "prod_ring1", "failure"]
    said = subprocess.run(command, cwd=local.repo.path, check=True, capture_output=True, text=True).stdout
    (tmp_path / "word.json").write_text(said)
    status = read_status_event(str(tmp_path / "word.json"))
    name = parse_name(status.context)
    assert name
    assert (name.kustomization, name.environment, name.cluster) == ("eso", "prod_ring1", CLUSTER)
    assert name.digest == local.tags()["prod_ring1"]
    assert (status.state, status.sender) == ("failure", REPORTER)
    assert status.commit in local.repo.git("log", "--format=%H")
    assert json.loads(said)["description"] == "reconciliation failure"
