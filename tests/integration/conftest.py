"""The programs that only integration tests run."""

import os
from pathlib import Path

import pytest

from tests import parts
from tests.conftest import need


@pytest.fixture(scope="session")
def skopeo() -> str:
    return need(parts.skopeo)


@pytest.fixture
def flux_cli(monkeypatch: pytest.MonkeyPatch) -> str:
    """The flux CLI, first on PATH for the test."""
    program = need(parts.flux)
    monkeypatch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
    return program


@pytest.fixture(scope="session")
def kustomize() -> tuple[str, ...]:
    """The command that renders the folder given to it."""
    return need(parts.kustomize)
