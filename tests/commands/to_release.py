"""Two artifacts to release."""

from pathlib import Path

import pytest

from tests.commands.invoking import monorepo
from tests.repo import Repo

FILES = {"artifacts/app/x.yaml": "app: 1\n", "artifacts/db/x.yaml": "db: 1\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Two artifacts, and no origin."""
    return monorepo(tmp_path / "repo", FILES)
