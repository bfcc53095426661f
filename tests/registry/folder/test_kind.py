"""The locations of folders of image layouts."""

import re

import pytest

from flux.registry.folder.kind import FolderKind


@pytest.mark.parametrize(
    ("location", "read"),
    [(".registry", ".registry"), ("./a.b/", "./a.b"), ("/srv/x/", "/srv/x"), ("/", "/"), ("../x", "../x")],
)
def test_a_location_is_a_path(location: str, read: str) -> None:
    assert FolderKind().read(location) == read
    assert re.fullmatch(FolderKind.pattern, location)


@pytest.mark.parametrize("location", ["ghcr.io/o/a", "localhost:5000", "me@host/x", "https://ghcr.io/o"])
def test_what_looks_like_a_server_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match=r"^a registry begins with oci://"):
        FolderKind().read(location)
    assert not re.fullmatch(FolderKind.pattern, location)
