"""Bringing tags to an image: only what is missing is sent, and the next run finishes one that was cut off."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.image_manifest import OTHER_TYPES
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.builtin import BuiltinPublisher
from flux.registry.push import PushAction, Pushed, push
from flux.registry.target import Manifest, Target
from tests.registry.conftest import Place
from tests.registry.images import FLUX_CONFIG, image, packed
from tests.registry.images import push as push_all

TAGS = ["aaaaaaaaaaaa", "latest"]


def state(place: Place) -> dict[str, str | None]:
    return {tag: place.target.resolve(tag) for tag in place.target.tags()}


# Whoever publishes


def test_new_content_is_pushed_and_then_there_is_nothing_to_do(publishing: Place) -> None:
    foreseen = publishing.publisher.foresee(packed())
    pushed = push(publishing.publisher, packed(), TAGS)
    assert pushed.action == "pushed"
    assert pushed.digest == (foreseen or pushed.digest)
    assert state(publishing) == dict.fromkeys(TAGS, pushed.digest)
    before = publishing.writes()
    assert push(publishing.publisher, packed(), TAGS) == Pushed(pushed.digest, PushAction.UNCHANGED, (*TAGS,))
    assert publishing.writes() == before


def test_a_revert_is_published(publishing: Place) -> None:
    old, new, back = (
        packed(content, commit=c * 40) for content, c in ((b"1", "a"), (b"2", "b"), (b"1", "c"))
    )
    first = push(publishing.publisher, old, ["aaaaaaaaaaaa", "latest"]).digest
    push(publishing.publisher, new, ["bbbbbbbbbbbb", "latest"])
    layers = len([write for write in publishing.writes() if "digest=" in write])
    pushed = push(publishing.publisher, back, ["cccccccccccc", "latest"])
    assert pushed.action == "pushed"
    tags = state(publishing)
    assert tags["aaaaaaaaaaaa"] == first
    assert tags["cccccccccccc"] == tags["latest"] == pushed.digest
    assert len([write for write in publishing.writes() if "digest=" in write]) == layers


THEIRS = packed(commit="f" * 40)
"""Our content, of another commit."""
OURS = replace(packed(), is_at=lambda commit, diff_id: commit == THEIRS.revision.commit)
"""For which git says that it is what that commit has."""


@pytest.mark.parametrize("there", TAGS)
def test_the_same_content_under_one_tag_gets_the_other(publishing: Place, there: str) -> None:
    """Not pushed again, as long as its annotations are true."""
    digest = push(publishing.publisher, THEIRS, [there]).digest
    assert push(publishing.publisher, OURS, TAGS) == Pushed(digest, PushAction.TAGGED, (there,))
    assert state(publishing) == dict.fromkeys(TAGS, digest)


def test_the_same_content_of_another_revision_is_looked_at_under_each_tag(publishing: Place) -> None:
    digest = push(publishing.publisher, THEIRS, TAGS).digest
    before = publishing.writes()
    assert push(publishing.publisher, OURS, TAGS) == Pushed(digest, PushAction.UNCHANGED, (*TAGS,))
    assert publishing.writes() == before


def test_the_same_content_under_a_false_revision_is_replaced(publishing: Place) -> None:
    theirs = push(publishing.publisher, THEIRS, TAGS).digest
    pushed = push(publishing.publisher, packed(), TAGS)
    assert pushed.action == "pushed"
    assert state(publishing) == dict.fromkeys(TAGS, pushed.digest)
    assert pushed.digest != theirs


def with_key(key: str) -> Manifest:
    """Ours, with a second list of layers."""
    content = packed().manifest[:-1] + f',"{key}":{json.dumps([LAYER])}}}'.encode()
    return Manifest(content, MANIFEST_TYPE)


LAYER = {
    "mediaType": LAYER_TYPE,
    "digest": packed(b"evil").layer.digest,
    "size": len(packed(b"evil").layer.content),
}


def with_size(size: int) -> Manifest:
    """As flux writes it, our layer with another size."""
    document = json.loads(packed().manifest)
    document["config"] = {
        "mediaType": CONFIG_TYPE,
        "digest": digest_of(FLUX_CONFIG),
        "size": len(FLUX_CONFIG),
    }
    document["layers"][0]["size"] = size
    return Manifest(json.dumps(document).encode(), MANIFEST_TYPE)


SIZE = len(packed().layer.content)
INDEX, DOCKER_LIST = list(OTHER_TYPES)[:2]
FOREIGN = {
    "Flux reads the key 'Layers' as layers": with_key("Layers"),
    "Flux reads the key 'layer\N{LATIN SMALL LETTER LONG S}' as layers": with_key("layer\\u017f"),
    "it has the key 'layers' twice": with_key("layers"),
    f"its layer has more than the {SIZE - 1} bytes that it declares": with_size(SIZE - 1),
    f"its layer has {SIZE} bytes, not {SIZE + 1}": with_size(SIZE + 1),
    "it is an image index": Manifest(
        json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode(), INDEX
    ),
    "it is a Docker manifest list": Manifest(
        json.dumps({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": []}).encode(), DOCKER_LIST
    ),
}


@pytest.mark.parametrize("why", FOREIGN)
def test_what_is_foreign_is_refused_under_a_version_and_replaced_elsewhere(place: Place, why: str) -> None:
    target, foreign = place.target, FOREIGN[why]
    push_all(target, packed(), "ours")
    push_all(target, packed(b"evil"), "evil")
    target.push_blob(FLUX_CONFIG)
    for tag in (*TAGS, "1.0.0"):
        target.push_manifest(foreign, tag)
        assert target.resolve(tag) == foreign.digest
        assert target.fetch_manifest(tag) == foreign
    before = place.writes()
    with pytest.raises(RegistryError) as raised:
        push(place.publisher, packed(), [TAGS[0], "1.0.0"], fixed="1.0.0")
    assert raised.value.message == (
        f"1.0.0 is published with other content, {foreign.digest}, and a version never changes: {why}"
    )
    assert raised.value.hint
    assert place.writes() == before
    ours = push(place.publisher, packed(), TAGS)
    assert ours.action == "pushed"
    assert [target.fetch_manifest(tag) for tag in TAGS] == [Manifest(packed().manifest, MANIFEST_TYPE)] * 2
    assert target.resolve("1.0.0") == foreign.digest


def test_a_version_never_changes(publishing: Place) -> None:
    tags = ["aaaaaaaaaaaa", "1.0.0"]
    published = push(publishing.publisher, packed(b"published"), tags, fixed="1.0.0").digest
    before = publishing.writes()
    with pytest.raises(RegistryError) as raised:
        push(publishing.publisher, packed(b"other"), ["bbbbbbbbbbbb", "1.0.0"], fixed="1.0.0")
    said = f"1.0.0 is published with other content, {published}, and a version never changes"
    assert raised.value.message == said
    assert raised.value.hint == "release the new content as a new version"
    again = push(publishing.publisher, packed(b"published"), tags, fixed="1.0.0")
    assert again == Pushed(published, PushAction.UNCHANGED, (*tags,))
    assert publishing.writes() == before
    assert state(publishing) == dict.fromkeys(tags, published)


def test_only_the_fixed_tag_is_fixed(publishing: Place) -> None:
    push(publishing.publisher, packed(b"old"), TAGS)
    new = push(publishing.publisher, packed(b"new"), [*TAGS, "1.0.0"], fixed="1.0.0")
    assert new.action == "pushed"
    assert state(publishing) == dict.fromkeys([*TAGS, "1.0.0"], new.digest)


# What is asked and written, call by call


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

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Sequence[str]:
        """None, so that each tag is pushed with a call of its own."""
        return ()

    @property
    def publisher(self) -> BuiltinPublisher:
        return BuiltinPublisher(self)


def test_nothing_to_do_is_one_question(place: Place) -> None:
    push(place.publisher, image(), TAGS)
    target = Watched(place.target)
    assert push(target.publisher, image(), TAGS).action == "unchanged"
    assert target.uses == ["fetch_manifest latest"]


def test_who_is_thorough_mends_what_others_have_overwritten(place: Place) -> None:
    ours = push(place.publisher, packed(), TAGS)
    push_all(place.target, packed(b"evil"), TAGS[0])
    assert push(place.publisher, packed(), TAGS).action == "unchanged"
    mended = push(place.publisher, packed(), TAGS, thorough=True)
    assert mended == Pushed(ours.digest, PushAction.TAGGED, ("latest",))
    assert state(place) == dict.fromkeys(TAGS, ours.digest)
    target = Watched(place.target)
    assert push(target.publisher, packed(), TAGS, thorough=True).action == "unchanged"
    assert target.uses == ["fetch_manifest latest", "fetch_manifest aaaaaaaaaaaa"]


def test_an_image_of_flux_is_downloaded_once(flux: Place) -> None:
    """For its diff ID, which nothing else tells."""
    push(flux.publisher, packed(), TAGS)
    target = Watched(flux.target)
    assert push(target.publisher, packed(), TAGS).action == "unchanged"
    assert [use.partition(" sha256:")[0] for use in target.uses] == [
        "fetch_manifest latest",
        "fetch_blob",
        "fetch_manifest aaaaaaaaaaaa",
    ]


@dataclass
class Hasty(Watched):
    """A registry that takes several tags at once, and makes the last of them only."""

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Sequence[str]:
        self.target.push_manifest(manifest, tags[-1])
        return tags[-1:]


@pytest.mark.parametrize("is_there", [False, True])
def test_no_environment_moves_to_a_version_that_could_not_be_pushed(place: Place, is_there: bool) -> None:
    """Whatever a registry makes of several tags at once."""
    if is_there:
        push(place.publisher, image(), ["aaaaaaaaaaaa"])
    target = Hasty(place.target, fails_at=0 if is_there else 2)
    with pytest.raises(RegistryError, match="cut off"):
        push(
            target.publisher,
            image(),
            ["bbbbbbbbbbbb", "1.0.0", "at_ring1", "at_ring2"],
            "1.0.0",
            thorough=True,
        )
    assert not {"at_ring1", "at_ring2"} & set(place.target.tags())
    ours = push(place.publisher, image(), ["1.0.0", "at_ring1", "at_ring2"], "1.0.0", thorough=True)
    assert {place.target.resolve(tag) for tag in ("1.0.0", "at_ring1", "at_ring2")} == {ours.digest}


def test_latest_is_the_last_to_move(place: Place) -> None:
    target = Watched(place.target)
    push(target.publisher, image(), TAGS)
    written = [use for use in target.uses if use.startswith("push")]
    assert written == ["push_blob", "push_blob", "push_manifest aaaaaaaaaaaa", "push_manifest latest"]


@pytest.mark.parametrize("writes", range(4))
def test_a_run_that_was_cut_off_is_finished_by_the_next(place: Place, writes: int) -> None:
    push(place.publisher, image(b"before"), ["bbbbbbbbbbbb", "latest"])
    ours = image(b"after")
    with pytest.raises(RegistryError, match="cut off"):
        push(Watched(place.target, fails_at=writes).publisher, ours, TAGS)
    manifest = Manifest(ours.manifest, MANIFEST_TYPE)
    action = PushAction.TAGGED if writes == 3 else PushAction.PUSHED
    had = ("aaaaaaaaaaaa",) if writes == 3 else ()
    assert push(place.publisher, ours, TAGS) == Pushed(manifest.digest, action, had)
    assert [place.target.fetch_manifest(tag) for tag in TAGS] == [manifest] * 2
    assert push(place.publisher, ours, TAGS) == Pushed(manifest.digest, PushAction.UNCHANGED, (*TAGS,))
