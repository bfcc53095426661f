"""The benchmark still runs, and measures all that it is to; how fast things are is not for a test to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.stories
@pytest.mark.usefixtures("run_registry", "flux_cli")
def test_every_row_is_measured(tmp_path: Path) -> None:
    result = tmp_path / "bench.json"
    options = ("--quick", "--artifacts=2", "--sizes=1,2", "--repeats=1", "--slow-repeats=1", "--round-trip=0")
    subprocess.run([sys.executable, "-m", "bench", *options, f"--json={result}"], cwd=ROOT, check=True)
    rows = json.loads(result.read_text())["rows"]
    assert [row["key"] for row in rows] == [
        "list",
        "changed-1",
        "changed-2",
        "changed-flat",
        "changed-terminal",
        "build-http",
        "build-http-cpu",
        "requests-cold",
        "requests-nothing-to-do",
        "requests-one-changed",
        "build-flux-near",
        "build-flux-near-8",
        "publisher-flux-cold-near",
        "publisher-flux-cold-near-8",
        "memory",
        "publisher-flux-idle-near",
        "publisher-flux-idle-near-8",
        "large",
        "large-cpu",
        "memory-large",
        "memory-many-large",
        "flat-changed",
        "flat-changed-memory",
        "flat-build",
        "flat-build-memory",
        "flat-list",
        "flat-list-memory",
        "tag-in-place-near",
        "tag-in-place-near-8",
        "tag-all-moving-near",
        "tag-all-moving-near-8",
    ]
    for row in rows:
        assert row["ratio"] > 0
        for side in (row["ours"], row["peer"]):
            assert 0 < side["minimum"] <= side["median"]
