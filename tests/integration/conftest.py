"""The programs that only integration tests run."""

import pytest

from tests import parts
from tests.conftest import need


@pytest.fixture(scope="session")
def skopeo() -> str:
    return need(parts.skopeo)


@pytest.fixture(scope="session")
def kustomize() -> tuple[str, ...]:
    """The command that renders the folder given to it."""
    return (need(parts.kustomize), "build")
