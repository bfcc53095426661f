"""Trees become layers, layers become images; each to the last byte."""

import base64
import io
import json
import tarfile
import time
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.ignore import excludes
from flux.artifact.image import Image, layer_of
from flux.artifact.layer import digest_of
from flux.artifact.published import in_order, published
from flux.artifact.revision import Revision
from flux.artifact.tree import EXECUTABLE, REGULAR, Content, File
from tests.artifact.trees import Tree, files_of, layer, trees

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_REVISION = Revision(_COMMIT, 1_767_225_600)
_TREE: Tree = {
    "foo.yaml": (REGULAR, b"foo: bar\n"),
    "foo/x.yaml": (REGULAR, b""),
    "foo-bar/run.sh": (EXECUTABLE, b"#!/bin/sh\n"),
    "pictures/old/logo.png": (REGULAR, b"\x89PNG"),
    "README.md": (REGULAR, b"# readme\n"),
    "é.yaml": (REGULAR, b"accent: acute\n"),
    "\udce9.yaml": (REGULAR, b"latin: 1\n"),
}


def entries(tar: bytes) -> list[tuple[str, str, bytes | None]]:
    with tarfile.open(fileobj=io.BytesIO(tar), encoding="utf-8", errors="surrogateescape") as opened:
        read = [(member, opened.extractfile(member)) for member in opened]
        return [(member.name, f"{member.mode:o}", file.read() if file else None) for member, file in read]


def test_a_layer() -> None:
    """Parts of paths decide the order, as in a walk; git's own has `foo-bar` and `foo.yaml` before `foo/`."""
    assert entries(layer(_TREE, excludes(("README.md",)))) == [
        (".", "755", None),
        ("foo", "755", None),
        ("foo/x.yaml", "644", b""),
        ("foo-bar", "755", None),
        ("foo-bar/run.sh", "755", b"#!/bin/sh\n"),
        ("foo.yaml", "644", b"foo: bar\n"),
        # Flux leaves the picture out, and keeps the folders that it was in.
        ("pictures", "755", None),
        ("pictures/old", "755", None),
        # By bytes: c3 a9 before e9.
        ("é.yaml", "644", b"accent: acute\n"),
        ("\udce9.yaml", "644", b"latin: 1\n"),
    ]


def test_folders_that_are_left_out_themselves() -> None:
    files, _ = files_of(_TREE)
    folders, kept = published(files, excludes(("foo*/", "old")))
    assert folders == {"pictures"}
    assert {file.path for file in kept} == {"foo.yaml", "README.md", "é.yaml", "\udce9.yaml"}


def test_what_is_left_out_is_not_read() -> None:
    files, read = files_of(_TREE)
    asked = []

    def noted(file: File) -> bytes:
        asked.append(file.path)
        return read(file)

    list(layer_of(in_order(files, excludes(("foo*",))), lambda file: Content.of(noted(file))))
    assert asked == ["README.md", "é.yaml", "\udce9.yaml"]


def test_an_artifact_of_nothing_is_its_folder() -> None:
    assert entries(layer({"a.png": (REGULAR, b"")}, excludes(()))) == [(".", "755", None)]


@given(trees().flatmap(lambda tree: st.tuples(st.just(tree), st.permutations(list(tree)))))
def test_the_order_of_git_does_not_matter(given: tuple[Tree, list[str]]) -> None:
    tree, order = given
    tar = layer(tree, excludes(()))
    assert layer({path: tree[path] for path in order}, excludes(())) == tar
    # A walk finds every folder before what is in it, and every name once.
    names = [name for name, _, _ in entries(tar)]
    assert len(names) == len(set(names))
    assert all(parent in names[:at] for at, name in enumerate(names) if (parent := name.rpartition("/")[0]))


_ALIKE = trees(st.sampled_from(["a", "b", "a/a", "a/b", "aa"]), max_size=3)


@given(_ALIKE, _ALIKE)
def test_two_trees_have_the_same_layer_only_if_they_are_the_same(one: Tree, other: Tree) -> None:
    assert (layer(one, lambda path: False) == layer(other, lambda path: False)) == (one == other)


def test_a_manifest() -> None:
    image = Image(lambda: [b"tar" * 100], "release/é", _REVISION, "https://github.com/acme/monorepo")
    diff_id = "sha256:" + sha256(b"tar" * 100).hexdigest()
    config = (
        '{"architecture":"","os":"","rootfs":{"diff_ids":["' + diff_id + '"],"type":"layers"}}'
    ).encode()
    assert (image.diff_id, image.config) == (diff_id, config)
    assert zlib.decompress(image.layer.content, wbits=31) == b"tar" * 100
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.cncf.flux.config.v1+json",
            "digest": "sha256:" + sha256(config).hexdigest(),
            "size": len(config),
            "data": base64.b64encode(config).decode(),
        },
        "layers": [
            {
                "mediaType": "application/vnd.cncf.flux.content.v1.tar+gzip",
                "digest": "sha256:" + sha256(image.layer.content).hexdigest(),
                "size": len(image.layer.content),
            }
        ],
        "annotations": {
            "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
            "org.opencontainers.image.revision": f"release/é@sha1:{_COMMIT}",
            "org.opencontainers.image.source": "https://github.com/acme/monorepo",
        },
    }
    assert json.loads(image.manifest) == document
    assert image.manifest.isascii()
    assert image.manifest == json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def test_the_same_digests_for_ever() -> None:
    """Images like this one are published: another diff ID here is a new image of everything there is, and
    another digest of the layer a new one of all that is built anew.

    The diff ID is that of the tar that flux 2.9.4 makes of these files.
    """
    image = Image(lambda: [layer(_TREE, excludes(()))], "main", _REVISION, "https://github.com/acme/monorepo")
    assert image.diff_id == "sha256:dd27521cb42ae84b31683f38e7eccaedc2881fd6630a40ba9d724a04f4827221"
    assert image.config_digest == "sha256:976077d54c756b6f03e13cdb44051df54bac755396201a1d4ca028158a065546"
    assert (
        digest_of(image.layer.content)
        == "sha256:d7ce058d64fde83fe00192eeb52374352bef2b94f588b34d813711371d9b83e4"
    )
    assert (
        digest_of(image.manifest) == "sha256:98233594f7d93d4d80e255a44bd5972597f998ed5f6cb7eee1c222c35582d374"
    )


def test_without_a_source_there_is_no_annotation_of_it() -> None:
    annotations = json.loads(Image(lambda: [b""], "main", _REVISION, "").manifest)["annotations"]
    assert sorted(annotations) == ["org.opencontainers.image.created", "org.opencontainers.image.revision"]


def test_the_config_is_a_function_of_the_content_alone() -> None:
    one = Image(lambda: [b"tar"], "main", _REVISION, "https://github.com/acme/monorepo")
    other = Image(lambda: [b"tar"], "release", Revision("f" * 40, 0), "")
    assert one.config == other.config
    assert one.manifest != other.manifest


@pytest.mark.parametrize("zone", ["UTC0", "AHEAD-14", "BEHIND+3:30"])
def test_created_is_in_utc_wherever_it_is_built(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert (
            b'image.created":"2026-01-01T00:00:00Z"' in Image(lambda: [b""], "main", _REVISION, "").manifest
        )
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_commit_tag() -> None:
    assert _REVISION.tag == "0123456789ab"
