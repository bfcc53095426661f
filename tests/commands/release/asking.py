"""What tests of `inv release` ask of it."""

from typing import Any

import pytest

from flux.errors import RequestError
from tests.commands.releasing import release
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def edit(repo: Repo, subject: str = "fix: edit", artifact: str = "app") -> str:
    path = repo.path / f"artifacts/{artifact}/x.yaml"
    path.write_text(path.read_text() + "# more\n")
    return repo.commit(subject)


def tags(repo: Repo) -> dict[str, str]:
    listed = repo.git("for-each-ref", "--format=%(refname:strip=2) %(*objectname)%(objectname)", "refs/tags")
    return {name: oid[:40] for name, _, oid in (line.partition(" ") for line in listed.splitlines())}


def refused(repo: Repo, artifact: str, wanted: str, **more: Any) -> tuple[str, str]:
    """The message and the hint, with no tag made and nothing else written."""
    before = tags(repo)
    with pytest.raises(RequestError) as error:
        release(repo, artifact, wanted, **more)
    assert error.value.exit_code == 2
    assert tags(repo) == before
    return error.value.message, error.value.hint
