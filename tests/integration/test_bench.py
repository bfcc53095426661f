"""The benchmark still runs, and measures all that it is to; how fast things are is not for a test to say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Goal, Row, Samples
from bench.page import renewed
from tests.parts import CACHE

ROOT = Path(__file__).parents[2]


@pytest.mark.stories
@pytest.mark.usefixtures("run_registry", "flux_cli")
def test_every_row_is_measured(kustomize: tuple[str, ...], tmp_path: Path) -> None:
    result, page = tmp_path / "bench.json", tmp_path / "page.md"
    page.write_text((ROOT / "docs/performance.md").read_text())
    small = ("--artifacts=2", "--sizes=1,2", "--repeats=1", "--slow-repeats=1", "--round-trip=0")
    options = ("--quick", *small, f"--page={page}", f"--json={result}")
    path = f"{Path(kustomize[0]).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "bench", *options]
    environment = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(CACHE.parent)}
    subprocess.run(command, cwd=ROOT, check=True, env=environment)
    rows = json.loads(result.read_text())["rows"]
    assert [row["key"] for row in rows] == [
        "list",
        "changed-1",
        "changed-2",
        "changed-flat",
        "changed-terminal",
        "build-http",
        "build-http-cpu",
        "build-http-task",
        "build-http-task-cpu",
        "build-http-tmpfs",
        "build-http-tmpfs-cpu",
        "build-http-tmpfs-task",
        "build-http-tmpfs-task-cpu",
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
        "largest",
        "largest-cpu",
        "memory-largest",
        "memory-many-large",
        "flat-changed",
        "flat-changed-memory",
        "flat-build",
        "flat-build-memory",
        "flat-check",
        "flat-check-memory",
        "flat-list",
        "flat-list-memory",
        "flat-status",
        "flat-status-memory",
        "list-long",
        "treeless",
        "log",
        "log-git",
        "check",
        "check-seconds",
        "check-cpu",
        "check-changed",
        "tag-in-place-near",
        "tag-in-place-near-8",
        "tag-all-moving-near",
        "tag-all-moving-near-8",
        "reconcile-requests",
        "reconcile-cpu",
    ]
    assert page.read_text().count("\n| ") == len(rows) + 1
    for row in rows:
        assert row["ratio"] > 0
        for side in (row["ours"], row["peer"]):
            assert 0 < side["minimum"] <= side["median"]


def test_the_page_gets_a_new_table_and_keeps_the_rest() -> None:
    page = (ROOT / "docs/performance.md").read_text()
    fast = Row("a", "inv a", "s", Samples("inv a", [1.0]), Samples("flux", [4.5]), Goal("at least", 4))
    slow = Row("b", "inv b", "MiB", Samples("inv b", [30.0]), Samples("bare", [20.0]), Goal("at most", 1.1))
    new = renewed(page, [fast, slow])
    assert new.splitlines()[0] == page.splitlines()[0]
    assert new.splitlines()[-1] == page.splitlines()[-1]
    assert "| inv a: 1.00 s | flux: 4.50 s | at least 4.5 x as fast | at least 4 x as fast |" not in new
    assert "| inv a: 1.00 s | flux: 4.50 s | 4.5 x as fast | at least 4 x as fast |" in new
    assert "| inv b: 30 MiB | bare: 20 MiB | 1.5 x | at most 1.1 x, missed |" in new
    assert renewed(new, [fast, slow]) == new
    with pytest.raises(ValueError, match="no place"):
        renewed("# Performance", [])
