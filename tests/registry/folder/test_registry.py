"""Where the folder is."""

from pathlib import Path

import pytest

from flux.registry import open_registry
from tests.registry.folder.listing import files
from tests.registry.images import image, push


@pytest.mark.parametrize("location", ["images", "./images", "images/", "some/images"])
def test_a_relative_folder_is_the_repositorys(tmp_path: Path, location: str) -> None:
    registry = open_registry(location, tmp_path, jobs=1, insecure=None)
    push(registry.repository("artifact"), image(), "latest")
    assert (tmp_path / location / "artifact" / "index.json").is_file()
    assert registry.name("artifact") == f"{location.rstrip('/')}/artifact"


def test_an_absolute_folder_is_itself(tmp_path: Path) -> None:
    registry = open_registry(str(tmp_path / "images"), tmp_path / "elsewhere", jobs=1, insecure=None)
    push(registry.repository("artifact"), image(), "latest")
    ours = {f"images/artifact/{path}" for path in files(tmp_path / "images/artifact")}
    assert files(tmp_path) == ours | {"images/.gitignore"}


def test_git_ignores_only_a_folder_that_is_new(tmp_path: Path) -> None:
    for name in ("new", "there"):
        folder = tmp_path / name
        if name == "there":
            folder.mkdir()
        open_registry(str(folder), tmp_path, jobs=1, insecure=None).repository("team/app").push_blob(b"x")
        assert (folder / ".gitignore").exists() == (name == "new")
