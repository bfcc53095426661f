"""The files of the local forge."""

from pathlib import Path

import pytest

from tests.forge.conftest import Place


@pytest.fixture
def root(local: Place) -> Path:
    return local.repo.path / ".forge"


@pytest.fixture
def issue(local: Place, root: Path) -> Path:
    """The file of issue 1."""
    local.forge.create_issue("Promote eso", "- [ ] at\n- [ ] prod", "flux-release", None)
    return root / "issues" / "1.md"


@pytest.fixture
def pull(local: Place, root: Path) -> Path:
    """The file of pull request 1."""
    local.propose()
    return root / "pulls" / "1.md"
