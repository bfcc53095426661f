"""A registry is opened by how its location begins."""

from pathlib import Path

import pytest

from flux.registry import open_registry
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.kinds import KINDS
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Registry


@pytest.mark.parametrize(
    ("location", "kind", "name"),
    [
        ("oci://127.0.0.1:9/prefix", RemoteRegistry, "127.0.0.1:9/prefix/app"),
        ("images", LayoutRegistry, "images/app"),
        ("./oci:", LayoutRegistry, "./oci:/app"),
    ],
)
def test_a_registry_is_opened_by_its_kind(
    location: str, kind: type[Registry], name: str, tmp_path: Path
) -> None:
    registry = open_registry(location, tmp_path, jobs=1, insecure=None)
    assert isinstance(registry, kind)
    assert registry.name("app") == name


def test_what_begins_like_no_other_is_a_folder() -> None:
    assert [*KINDS][-1] == ""
