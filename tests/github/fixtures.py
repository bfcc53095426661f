"""A GitHub with one repository, which complains at a test's end of what it should not have seen."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.conftest import need
from tests.github import descriptions
from tests.github.state import Role
from tests.repo import Repo

if TYPE_CHECKING:
    from tests.github.server import GitHub

PEOPLE = {
    "alice": Role.ADMIN,
    "bob": Role.WRITE,
    "carol": Role.READ,
    "trudy": Role.TRIAGE,
}
"""Of `octo/monorepo`; `mallory` is there too, and may there what everybody may."""


class RunGitHub(Protocol):
    def __call__(self, bare: Path) -> AbstractContextManager["GitHub"]: ...


@pytest.fixture(scope="session")
def run_github() -> RunGitHub:
    """`run_github(bare)`: a server whose `octo/monorepo` is a bare repository of the test's own."""
    # They take a second, which is for those who need them.
    from tests.github import validation
    from tests.github.server import GitHub

    api, webhooks = validation.load(need(descriptions.folder))

    @contextmanager
    def run(bare: Path) -> Iterator[GitHub]:
        with GitHub(api, webhooks).running() as server:
            server.add_repository("octo/monorepo", bare, PEOPLE)
            server.add_person("mallory")
            yield server
        server.check()

    return run


@pytest.fixture
def monorepo(tmp_path: Path) -> Repo:
    """A clone of what `github` serves, with one commit."""
    repo = Repo(tmp_path / "monorepo")
    repo.commit("start", files={"README.md": "The monorepo\n"})
    repo.bare_origin()
    return repo


@pytest.fixture
def github(run_github: RunGitHub, monorepo: Repo) -> "Iterator[GitHub]":
    with run_github(monorepo.path.with_name("monorepo.git")) as server:
        yield server
