"""Several commands that start together in one clone, after main has moved at origin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo
from tests.monorepo.building import tags
from tests.repo import Repo

pytestmark = pytest.mark.stories

NAMES = ("app", "db", "web")


def start(repo: Repo, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "invoke", *words],
        cwd=repo.path,
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in NAMES}
    desired = '{"app": {"at": "1.0.0"}}\n'
    repo = monorepo(tmp_path / "repo", {**files, "flux/releaseconfig.json": desired}, {"forge": "local"})
    repo.bare_origin()
    assert inv(repo, "build").code == 0
    assert inv(repo, "release", "app", "1.0.0").code == 0
    assert inv(repo, "publish", "flux-oci-app-v1.0.0").code == 0
    return repo


def test_all_of_them_succeed_and_latest_is_right(repo: Repo, tmp_path: Path) -> None:
    other = Repo(repo.path.with_name("repo.git"), bare=True).clone(tmp_path / "other")
    for turn in range(2):
        tip = other.commit(files={f"artifacts/{name}/x.yaml": f"{name}: {turn + 2}\n" for name in NAMES})
        other.push()
        repo.git("fetch", "--quiet", "origin", "main:refs/heads/incoming", "--force")
        repo.git("reset", "--quiet", "--hard", "incoming")
        repo.git("update-ref", "-d", "refs/remotes/origin/main")  # as if it had not been fetched
        started = [
            start(repo, *words)
            for words in (
                ("build",),
                ("build", "-a", "app"),
                ("build", "-a", "db,web"),
                ("tag",),
                ("status",),
                ("release", "db", f"{turn + 1}.0.0"),
                ("release", "db", f"{turn + 1}.0.0"),
                ("release", "web", f"{turn + 1}.0.0"),
            )
        ]
        for process in started:
            out, err = process.communicate(timeout=300)
            assert process.returncode == 0, (process.args, out, err)
        for name in NAMES:
            there = tags(repo, name)
            assert there["latest"] == there[tip[:12]]
    assert tags(repo, "app")["at"] == tags(repo, "app")["1.0.0"]
    released = Repo(repo.path.with_name("repo.git"), bare=True).git("tag").split()
    assert {"flux-oci-db-v1.0.0", "flux-oci-db-v2.0.0", "flux-oci-web-v2.0.0"} <= set(released)


def test_main_moved_and_nobody_has_fetched_it(repo: Repo, tmp_path: Path) -> None:
    """Each run fetches the same ref. `latest` is not given to what is old by now."""
    before = tags(repo, "db")
    other = Repo(repo.path.with_name("repo.git"), bare=True).clone(tmp_path / "other")
    tip = other.commit(files={"artifacts/db/x.yaml": "db: 2\n"})
    other.push()
    started = [start(repo, *words) for words in (("build",), ("build",), ("status",), ("tag",), ("tag",))]
    for process in started:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, (process.args, out, err)
    assert tags(repo, "db") == before
    repo.git("pull", "--quiet", "origin", "main")
    started = [start(repo, "build") for _ in range(3)]
    for process in started:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, (process.args, out, err)
    there = tags(repo, "db")
    assert there["latest"] == there[tip[:12]] != before["latest"]
