"""An artifact to publish, and where."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests import parts
from tests.commands.faulty import Place, folder, on_server
from tests.commands.invoking import (
    build,
    monorepo,
)
from tests.commands.releasing import digests, publish
from tests.repo import Repo

TAG = "flux-oci-app-v1.0.0"
FILES = {"artifacts/app/x.yaml": "app: 1\n", "artifacts/db/x.yaml": "db: 1\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", FILES)


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return folder(tmp_path / "images")
    server: parts.Registry = request.getfixturevalue("registry_server")
    return on_server(server, f"publish/{uuid4().hex}")


@pytest.fixture
def images(tmp_path: Path) -> Place:
    """Where which registry it is does not matter."""
    return folder(tmp_path / "images")


def edit(repo: Repo, artifact: str = "app") -> str:
    path = repo.path / f"artifacts/{artifact}/x.yaml"
    path.write_text(path.read_text() + "# more\n")
    return repo.commit("edit")


def pushed_by_main(repo: Repo, place: Place, artifact: str = "app") -> str:
    (result,) = build(repo, artifact, registry=place.location).results
    assert result.digest
    return result.digest


def same_image(repo: Repo, place: Place, tag: str, digest: str, commit: str) -> None:
    published = publish(repo, tag, registry=place.location)
    assert published.result
    assert (published.result.digest, published.result.action) == (digest, "tagged")
    assert published.same_as == commit[:12]
    assert digests(place.location, "app")["app"]["1.0.0"] == digest
    before = place.writes()
    again = publish(repo, tag, registry=place.location)
    assert again.result
    assert (again.result.digest, again.result.action) == (digest, "unchanged")
    assert place.writes() == before
