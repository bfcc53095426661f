"""The real parts as fixtures: where one is missing its tests skip, or fail where all are due."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests import parts

Part = TypeVar("Part")


def need(find: Callable[[], Part]) -> Part:
    try:
        return find()
    except parts.MissingError as missing:
        remedy = str(missing)
    if os.environ.get("FLUX_TESTS_REQUIRE_PARTS") == "1":
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


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


@pytest.fixture(scope="session")
def run_registry() -> parts.RunRegistry:
    """`run_registry(folder, auth={…})`: a registry with a configuration of the test's own."""
    need(parts.docker_registry)
    return parts.run_registry


@pytest.fixture(scope="session")
def registry_server(
    run_registry: parts.RunRegistry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[parts.Registry]:
    """One registry for all: a test keeps to repositories under a prefix of its own."""
    with run_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry
