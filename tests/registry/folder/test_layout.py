"""What the folder promises on top of the contract: it is an image layout, and it survives its writers."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.target import Target
from tests.registry.folder.listing import files
from tests.registry.images import image, push


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return LayoutRegistry("images", tmp_path).repository("artifact")


def test_the_folder_is_an_oci_image_layout(target: Target, tmp_path: Path) -> None:
    pushed = image()
    manifest = push(target, pushed, "latest", "1.0.0")
    layout = tmp_path / "artifact"
    blobs = {
        f"blobs/sha256/{digest_of(b)[7:]}": b for b in (manifest.content, pushed.config, pushed.layer.content)
    }
    # No partial file is left; hidden ones are no part of a layout.
    assert {path for path in files(layout) if not path.startswith(".")} == {
        "oci-layout",
        "index.json",
        *blobs,
    }
    assert {path: (layout / path).read_bytes() for path in blobs} == blobs
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((layout / "index.json").read_bytes())
    assert index["schemaVersion"] == 2
    assert index["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert index["manifests"] == [
        {
            "mediaType": MANIFEST_TYPE,
            "digest": manifest.digest,
            "size": len(manifest.content),
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }
        for tag in ("latest", "1.0.0")
    ]


def test_an_index_that_others_wrote_is_kept(target: Target, tmp_path: Path) -> None:
    manifest = push(target, image(), "latest")
    path = tmp_path / "artifact" / "index.json"
    index = json.loads(path.read_bytes())
    del index["manifests"][0]["annotations"]
    path.write_text(json.dumps(index))
    assert target.tags() == []
    assert target.fetch_manifest(manifest.digest) == manifest
    push(target, image(b"other"), "latest")
    assert target.fetch_manifest(manifest.digest) == manifest


_TAGGER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from flux.registry.folder.registry import LayoutRegistry
from tests.registry.images import image, push
print("ready", flush=True)
sys.stdin.readline()
target = LayoutRegistry("images", Path(sys.argv[1])).repository("artifact")
for number in range(40):
    push(target, image(f"{sys.argv[2]}{number}".encode()), f"{sys.argv[2]}{number}", "latest")
"""


def test_two_processes_at_once_lose_nothing(target: Target, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TAGGER, str(tmp_path)]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    both = [subprocess.Popen([*command, name], cwd=root, stdin=pipe, stdout=pipe, text=True) for name in "ab"]
    assert [process.stdout.readline() for process in both if process.stdout] == ["ready\n"] * 2
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda process: process.communicate("go\n", timeout=60), both))
    assert [process.returncode for process in both] == [0, 0]
    tags = [f"{name}{number}" for name in "ab" for number in range(40)]
    assert sorted(target.tags()) == sorted([*tags, "latest"])
    for tag in tags:
        assert target.resolve(tag) == digest_of(image(tag.encode()).manifest)
    last = target.resolve("latest")
    assert last in [digest_of(image(content).manifest) for content in (b"a39", b"b39")]
    # index.json, oci-layout, the lock; no partial file.
    assert len(files(tmp_path)) == 3 * len(tags) + 3


_BUSY = """
import os, sys
from pathlib import Path
from flux.registry.folder.registry import LayoutRegistry
from tests.registry.images import image, push
target = LayoutRegistry("images", Path(sys.argv[1])).repository("artifact")
for number in range(10**9):
    push(target, image(os.urandom(1 << 14)), f"tag{number % 100}")
    print("pushed", flush=True)
"""


def test_a_killed_writer_leaves_nothing_broken(target: Target, tmp_path: Path) -> None:
    for _ in range(5):
        command = [sys.executable, "-c", _BUSY, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        for tag in target.tags():
            assert target.fetch_manifest(tag)
        blobs = (tmp_path / "artifact" / "blobs").rglob("[!.]*")
        assert all(digest_of(path.read_bytes())[7:] == path.name for path in blobs if path.is_file())
        push(target, image(), "latest")


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe",
        b"<html>",
        b"[]",
        b"{}",
        b'{"manifests": null}',
        b'{"manifests": 1}',
        b'{"manifests": {"digest": "x"}}',
        b'{"manifests": ["x"]}',
        b'{"manifests": [{}]}',
        b'{"manifests": [{"digest": 1}]}',
        b'{"manifests": [{"digest": "x", "annotations": "y"}]}',
    ],
)
def test_an_index_that_is_none_is_named(target: Target, tmp_path: Path, garbage: bytes) -> None:
    push(target, image(), "latest")
    path = tmp_path / "artifact" / "index.json"
    path.write_bytes(garbage)
    for use in (
        lambda: target.resolve("latest"),
        lambda: target.fetch_manifest("latest"),
        target.tags,
        lambda: push(target, image(), "1.0.0"),
    ):
        with pytest.raises(RegistryError) as raised:
            use()
        assert raised.value.message == f"{path} is not the index of an OCI image layout"
        assert raised.value.hint
    assert path.read_bytes() == garbage


@pytest.mark.parametrize(
    "digest", ["sha512:" + "0" * 128, "sha256:0", "sha256:../../../index.json", "latest"]
)
def test_a_digest_that_is_none_is_named(target: Target, tmp_path: Path, digest: str) -> None:
    with pytest.raises(RegistryError) as raised:
        target.fetch_blob(digest)
    assert (
        raised.value.message
        == f"{tmp_path / 'artifact'} names a blob {digest!r}, which is not a sha256 digest"
    )


def test_a_wrong_blob_is_named(target: Target, tmp_path: Path) -> None:
    pushed = image()
    push(target, pushed, "latest")
    path = tmp_path / "artifact" / "blobs" / digest_of(pushed.layer.content).replace(":", "/")
    path.write_bytes(pushed.layer.content[:-1] + b"?")
    with pytest.raises(RegistryError) as raised:
        target.fetch_blob(digest_of(pushed.layer.content))
    assert raised.value.message == f"{path} does not have its digest"
    # What the hint says helps.
    path.unlink()
    target.push_blob(pushed.layer.content)
    assert target.fetch_blob(digest_of(pushed.layer.content)) == pushed.layer.content


def test_whoever_reads_while_another_writes_has_a_whole_file(target: Target, tmp_path: Path) -> None:
    push(target, image(), "latest")
    blob = tmp_path / "artifact" / "blobs" / digest_of(image().layer.content).replace(":", "/")
    blob.write_bytes(b"cut short")
    index = tmp_path / "artifact" / "index.json"
    before = index.read_bytes()
    with index.open("rb") as old_index, blob.open("rb") as old_blob:
        push(target, image(), "1.0.0")
        assert old_index.read() == before != index.read_bytes()
        assert old_blob.read() == b"cut short" != blob.read_bytes()


def test_a_blob_cut_short_is_written_again(target: Target, tmp_path: Path) -> None:
    target.push_blob(b"content")
    path = tmp_path / "artifact" / "blobs" / digest_of(b"content").replace(":", "/")
    path.write_bytes(b"cont")
    target.push_blob(b"content")
    assert path.read_bytes() == b"content"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "artifact").write_text("a file is in the way")
    target = LayoutRegistry("images", tmp_path).repository("artifact")
    with pytest.raises(RegistryError, match=r"could not be written: .+") as raised:
        push(target, image(), "latest")
    assert str(tmp_path / "artifact") in raised.value.message
    assert raised.value.hint
    with pytest.raises(RegistryError, match=f"{tmp_path / 'artifact'} could not be written: .+"):
        target.try_push()
