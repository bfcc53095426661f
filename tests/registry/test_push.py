"""Bringing tags to an image: only what is missing is sent, and the next run finishes one that was cut off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.errors import RegistryError
from flux.registry.push import Pushed, push
from flux.registry.target import Manifest, Target
from tests.registry.conftest import Place
from tests.registry.images import image

TAGS = ["aaaaaaaaaaaa", "latest"]


@dataclass
class Watched:
    """A real target, whose uses are counted and which may fail at one of the writes."""

    target: Target
    fails_at: int = -1

    def __post_init__(self) -> None:
        self.uses: list[str] = []
        self.writes = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def use(*arguments: Any) -> Any:
            self.uses.append(" ".join([name, *(a for a in arguments if isinstance(a, str))]))
            if name.startswith("push"):
                if self.writes == self.fails_at:
                    raise RegistryError("cut off")
                self.writes += 1
            return getattr(self.target, name)(*arguments)

        return use


def state(place: Place) -> dict[str, str | None]:
    return {tag: place.target.resolve(tag) for tag in place.target.tags()}


def test_new_content_is_pushed_and_then_there_is_nothing_to_do(place: Place) -> None:
    ours = image()
    manifest = Manifest(ours.manifest, MANIFEST_TYPE)
    assert push(place.target, ours, TAGS) == Pushed(manifest.digest, "pushed")
    assert state(place) == dict.fromkeys(TAGS, manifest.digest)
    assert place.target.fetch_manifest("latest") == manifest
    assert place.target.fetch_blob(ours.config_digest) == ours.config

    before, again = place.writes(), Watched(place.target)
    assert push(again, ours, TAGS) == Pushed(manifest.digest, "unchanged")
    assert again.uses == ["fetch_manifest latest"]
    assert place.writes() == before


def test_latest_is_the_last_to_move(place: Place) -> None:
    target = Watched(place.target)
    push(target, image(), TAGS)
    written = [use for use in target.uses if use.startswith("push")]
    assert written == ["push_blob", "push_blob", "push_manifest aaaaaaaaaaaa", "push_manifest latest"]


@pytest.mark.parametrize("writes", range(4))
def test_a_run_that_was_cut_off_is_finished_by_the_next(place: Place, writes: int) -> None:
    push(place.target, image(b"before"), ["bbbbbbbbbbbb", "latest"])
    ours = image(b"after")
    with pytest.raises(RegistryError, match="cut off"):
        push(Watched(place.target, fails_at=writes), ours, TAGS)
    manifest = Manifest(ours.manifest, MANIFEST_TYPE)
    action = "tagged" if writes == 3 else "pushed"
    assert push(place.target, ours, TAGS) == Pushed(manifest.digest, action)
    assert [place.target.fetch_manifest(tag) for tag in TAGS] == [manifest] * 2
    assert push(place.target, ours, TAGS) == Pushed(manifest.digest, "unchanged")


def test_a_revert_is_published(place: Place) -> None:
    old, new = image(b"old", commit="a" * 40), image(b"new", commit="b" * 40)
    back = image(b"old", commit="c" * 40)
    push(place.target, old, ["aaaaaaaaaaaa", "latest"])
    push(place.target, new, ["bbbbbbbbbbbb", "latest"])
    manifest = Manifest(back.manifest, MANIFEST_TYPE)
    tags = ["cccccccccccc", "latest"]
    assert push(place.target, back, tags) == Pushed(manifest.digest, "pushed")
    assert [place.target.fetch_manifest(tag) for tag in tags] == [manifest] * 2


@pytest.mark.parametrize("there", TAGS)
def test_the_same_content_under_one_tag_gets_the_other(place: Place, there: str) -> None:
    """Not pushed again, whatever its annotations."""
    theirs = image(commit="f" * 40)
    digest = push(place.target, theirs, [there]).digest
    target = Watched(place.target)
    assert push(target, image(), TAGS) == Pushed(digest, "tagged")
    assert state(place) == dict.fromkeys(TAGS, digest)
    (missing,) = set(TAGS) - {there}
    assert [use for use in target.uses if use.startswith("push")] == [f"push_manifest {missing}"]


def test_the_same_content_of_another_revision_is_looked_at_under_each_tag(place: Place) -> None:
    digest = push(place.target, image(commit="f" * 40), TAGS).digest
    before = place.writes()
    assert push(place.target, image(), TAGS) == Pushed(digest, "unchanged")
    assert place.writes() == before


def test_a_version_never_changes(place: Place) -> None:
    tags = ["aaaaaaaaaaaa", "1.0.0"]
    published = push(place.target, image(b"published"), tags, fixed="1.0.0").digest
    before = place.writes()
    with pytest.raises(RegistryError) as raised:
        push(place.target, image(b"other"), ["bbbbbbbbbbbb", "1.0.0"], fixed="1.0.0")
    said = f"1.0.0 is published with other content, {published}, and a version never changes"
    assert raised.value.message == said
    assert raised.value.hint == "release the new content as a new version"
    assert push(place.target, image(b"published"), tags, fixed="1.0.0") == Pushed(published, "unchanged")
    assert place.writes() == before
    assert state(place) == dict.fromkeys(tags, published)


def test_only_the_fixed_tag_is_fixed(place: Place) -> None:
    push(place.target, image(b"old"), TAGS)
    new = push(place.target, image(b"new"), [*TAGS, "1.0.0"], fixed="1.0.0")
    assert new.action == "pushed"
    assert state(place) == dict.fromkeys([*TAGS, "1.0.0"], new.digest)
