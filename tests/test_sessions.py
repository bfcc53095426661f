"""No test is lost between the nox sessions, CI calls them all, and nothing is skipped there unseen."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests import sessions

ROOT = Path(__file__).parent.parent
_LISTING = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    for item in items:
        print("TEST", item.nodeid.split("::")[0], *(mark.name for mark in item.iter_markers()))
"""


def run_pytest(folder: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **env}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.mark.stories
def test_each_test_belongs_to_exactly_one_session(tmp_path: Path) -> None:
    (tmp_path / "listing.py").write_text(_LISTING)
    done = run_pytest(tmp_path, "-p", "listing", "--collect-only", "-qqq")
    assert done.returncode == 0, done.stdout + done.stderr
    listed = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("TEST ")]
    seen = set()
    for path, *marks in listed:
        marked = {name: name in marks for name in sessions.LONG}
        mine = [name for name in sessions.SESSIONS if eval(sessions.expression(name), {}, marked)]
        assert len(mine) == 1, (path, mine)
        seen.add(mine[0])
    assert seen == set(sessions.SESSIONS), "no session is empty"
    written = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}
    assert {path for path, *_ in listed} == written, "each file has a test that is collected"


def test_the_action_installs_the_newest_python_that_the_suite_runs_on() -> None:
    steps = yaml.safe_load((ROOT / ".github/actions/setup/action.yml").read_text())["runs"]["steps"]
    (python,) = (step["with"]["python-version"] for step in steps if "setup-python" in step.get("uses", ""))
    assert python == max(sessions.PYTHONS, key=lambda version: int(version.partition(".")[2]))


def test_the_oldest_python_of_the_suite_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={sessions.PYTHONS[0]}"


def test_ci_calls_each_session() -> None:
    run = (ROOT / ".ci/run").read_text()
    default = re.search(r"nox\.options\.sessions = (\[.*\])", (ROOT / "noxfile.py").read_text())
    assert default
    assert '"tests"' in default[1]
    assert '"$(.ci/command tests)"' in run, "which is the default sessions"
    called = {name for line in re.findall(r'"\$nox" -s (.*)', run) for name in line.split()}
    assert set(sessions.LONG) <= called


_SKIPPING = """
import pytest

@pytest.fixture
def part():
    pytest.skip("a part is missing")

def test_in_a_fixture(part): pass

def test_in_its_body():
    pytest.skip("a part is missing")

@pytest.mark.skip("a part is missing")
def test_by_a_mark(): pass

@pytest.mark.skipif(True, reason="a part is missing")
def test_by_a_condition(): pass

@pytest.mark.xfail
def test_that_is_expected_to_fail(): assert False

def test_that_passes(): pass
"""


@pytest.mark.stories
@pytest.mark.parametrize(("required", "failed", "workers"), [("", 0, "0"), ("1", 4, "0"), ("1", 4, "2")])
def test_where_every_part_is_due_a_skipped_test_fails(
    required: str, failed: int, workers: str, tmp_path: Path
) -> None:
    (tmp_path / "test_one.py").write_text(_SKIPPING)
    plugin = ["-p", "tests.conftest", "--rootdir", str(tmp_path), "-c", os.devnull, "-n", workers]
    tally = tmp_path / "tally"
    settings = {"FLUX_TESTS_REQUIRE_PARTS": required, "FLUX_TESTS_TALLY": str(tally)}
    done = run_pytest(tmp_path, *plugin, str(tmp_path), **settings)
    assert done.returncode == bool(failed), done.stdout + done.stderr
    assert tally.read_text() == f"1 {failed}\n", "which .ci/run adds up"
    assert done.stdout.count("skipped, where every part is due: ") >= failed
