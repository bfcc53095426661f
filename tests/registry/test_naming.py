"""How artifacts and versions are written: one form is written, both are read."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from flux.errors import RegistryError
from flux.registry.builtin import BuiltinPublisher
from flux.registry.dry import DryPublisher
from flux.registry.folder.layout import LayoutTarget
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.naming import NamedPublisher, NamedRegistry, NamedTarget, Naming, version_of
from flux.registry.push import push as push_image
from flux.registry.target import Manifest
from tests.registry.images import packed, push


def test_only_versions_are_written_otherwise() -> None:
    naming = Naming(version_tag="v{version}")
    for tag in ("latest", "at_ring1", "0123456789ab", "1.0", "v1.0.0", "sha256:00", "1.2.3.4"):
        assert naming.written(tag) == tag
    for tag in ("1.0.0", "1.0.0-rc.1"):
        assert naming.written(tag) == f"v{tag}"
        assert naming.forms(tag) == (f"v{tag}", tag)
        assert Naming().forms(tag) == (tag, f"v{tag}")
        assert version_of(f"v{tag}") == version_of(tag) == tag
    assert [version_of(tag) for tag in ("v1", "vx", "latest")] == ["v1", "vx", "latest"]


def registry(folder: Path, repository: str = "{name}", version_tag: str = "{version}") -> NamedRegistry:
    return NamedRegistry(LayoutRegistry("images", folder), Naming(repository, version_tag))


@pytest.mark.parametrize(
    ("template", "place"), [("infra/{name}", "infra/eso"), ("flux-{name}-sync", "flux-eso-sync")]
)
def test_the_repository_of_an_artifact(tmp_path: Path, template: str, place: str) -> None:
    there = registry(tmp_path, template)
    push_image(there.publisher("eso"), packed(), ["latest"])
    assert (tmp_path / place / "index.json").exists()
    assert there.name("eso") == f"images/{place}"
    assert there.repository("eso").tags() == ["latest"]


@pytest.mark.parametrize(("old", "new"), [("{version}", "v{version}"), ("v{version}", "{version}")])
def test_a_version_in_the_other_form_is_found_and_not_written_again(
    tmp_path: Path, old: str, new: str
) -> None:
    before = registry(tmp_path, version_tag=old)
    push_image(before.publisher("eso"), packed(), ["c0ffee", "1.0.0"], fixed="1.0.0", thorough=True)
    written = set(LayoutRegistry("images", tmp_path).repository("eso").tags())
    now = registry(tmp_path, version_tag=new)
    target = now.repository("eso")
    assert set(target.tags()) == {"c0ffee", "1.0.0"}
    assert target.resolve("1.0.0") == target.resolve("c0ffee")
    again = push_image(now.publisher("eso"), packed(), ["c0ffee", "1.0.0"], fixed="1.0.0", thorough=True)
    assert again.action == "unchanged"
    with pytest.raises(RegistryError, match="a version never changes"):
        push_image(now.publisher("eso"), packed(b"other"), ["c1", "1.0.0"], fixed="1.0.0", thorough=True)
    assert set(LayoutRegistry("images", tmp_path).repository("eso").tags()) == written
    push_image(now.publisher("eso"), packed(b"other"), ["2.0.0"])
    assert set(LayoutRegistry("images", tmp_path).repository("eso").tags()) - written == {
        new.replace("{version}", "2.0.0")
    }


@pytest.mark.parametrize(("old", "new"), [("{version}", "v{version}"), ("v{version}", "{version}")])
def test_how_a_version_is_written_there(tmp_path: Path, old: str, new: str) -> None:
    push_image(registry(tmp_path, version_tag=old).publisher("eso"), packed(), ["c0ffee", "1.0.0"])
    publisher = registry(tmp_path, version_tag=new).publisher("eso")
    for of in (publisher, DryPublisher(publisher)):
        assert of.written("1.0.0") == old.replace("{version}", "1.0.0")
        assert of.written("2.0.0") == new.replace("{version}", "2.0.0")
        assert of.written("c0ffee") == "c0ffee"


def test_the_form_that_is_set_counts_where_both_are_there(tmp_path: Path) -> None:
    plain = LayoutRegistry("images", tmp_path).repository("eso")
    one, other = push(plain, packed(b"one"), "1.0.0"), push(plain, packed(b"other"), "v1.0.0")
    assert registry(tmp_path).repository("eso").fetch_manifest("1.0.0") == one
    assert registry(tmp_path, version_tag="v{version}").repository("eso").fetch_manifest("1.0.0") == other


def test_several_tags_at_once_are_written_in_their_form(tmp_path: Path) -> None:
    plain = LayoutRegistry("images", tmp_path).repository("eso")
    manifest = push(plain, packed(), "latest")
    asked: list[list[str]] = []

    class Several(LayoutTarget):
        def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Sequence[str]:
            asked.append(list(tags))
            return tags[:1]

    naming = Naming(version_tag="v{version}")
    target = Several(tmp_path / "eso")
    assert NamedTarget(target, naming).push_tags(manifest, ["1.0.0", "at"]) == ["1.0.0"]
    assert NamedPublisher(BuiltinPublisher(target), naming).tag_at_once(manifest, ["1.0.0", "at"]) == [
        "1.0.0"
    ]
    assert asked == [["v1.0.0", "at"]] * 2
