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
    assert files(tmp_path) == {f"images/artifact/{path}" for path in files(tmp_path / "images/artifact")}
