"""Three artifacts, and what changes them."""

from pathlib import Path

import pytest

from flux.monorepo.changed import Changed
from tests.repo import Repo

FILES = {f"artifacts/{name}/base.yaml": f"{name}\n" for name in ("app", "db", "web")}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three artifacts, one commit, and an origin that has it."""
    repo = Repo(tmp_path / "repo")
    repo.commit(files={**FILES, "README.md": "all of it\n", "artifacts/README.md": "how to add one\n"})
    repo.bare_origin()
    return repo


@pytest.fixture
def origin(repo: Repo) -> Repo:
    return Repo(repo.path.with_name("repo.git"), bare=True)


def edit(repo: Repo, *names: str) -> str:
    """A commit that changes these artifacts."""
    for name in names:
        path = repo.path / f"artifacts/{name}/base.yaml"
        path.write_text(path.read_text() + "more\n")
    return repo.commit(f"edit {names}")


def says(found: Changed) -> tuple[set[str], set[str]]:
    return set(found.artifacts), set(found.removed)
