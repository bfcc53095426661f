"""What a release published, from git alone."""

from pathlib import Path

import pytest
from semver import Version

from flux.errors import ContentError
from flux.monorepo.released_files import released_files
from flux.monorepo.releases import Released
from tests.monorepos import opened
from tests.repo import Repo

VERSION = Version.parse("1.0.0")


def test_the_files_of_the_release_and_no_others(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    files = {"artifacts/app/a.yaml": "a: 1\n", "artifacts/app/logo.png": "x", "artifacts/db/b.yaml": "b: 1\n"}
    commit = repo.commit(files=files)
    repo.commit(files={"artifacts/app/a.yaml": "a: 2\n"})
    with opened(repo) as monorepo:
        assert released_files(monorepo, Released("app", VERSION, "t", commit)) == {"a.yaml": b"a: 1\n"}


@pytest.mark.parametrize(("artifact", "lacking"), [("gone", False), ("app", True)])
def test_what_is_not_there(tmp_path: Path, artifact: str, lacking: bool) -> None:
    repo = Repo(tmp_path / "repo")
    commit = repo.commit(files={"artifacts/app/a.yaml": "a: 1\n"})
    released = Released(artifact, VERSION, "t", "0123456789" * 4 if lacking else commit)
    with opened(repo) as monorepo, pytest.raises(ContentError):
        released_files(monorepo, released)
