"""Images that who can write to the registry has made, and what the real flux CLI makes of them.

What we take for ours, flux unpacks to our files. What flux unpacks to others, or not at all, is foreign.
"""

import gzip
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.artifact.archive import BLOCK
from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.contents import contents
from flux.registry.identity import Standing, judge_image
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest, Target
from tests.artifact.trees import archived
from tests.parts import Registry
from tests.registry.images import FLUX_CONFIG, packed

OURS, EVIL = packed(b"ours\n"), packed(b"evil\n")


class Repository:
    """One repository, with the flux CLI beside our own requests."""

    def __init__(self, host: str, cli: str) -> None:
        self._name = f"foreign/{uuid4().hex}"
        self.url = f"oci://{host}/{self._name}/x"
        self.target: Target = RemoteRegistry(f"{host}/{self._name}", 1, None).repository("x")
        self._cli = cli

    def put(self, manifest: bytes, *blobs: bytes) -> Manifest:
        for blob in (OURS.config, OURS.layer.content, EVIL.layer.content, FLUX_CONFIG, *blobs):
            self.target.push_blob(blob)
        self.target.push_manifest(Manifest(manifest, MANIFEST_TYPE), "1.0.0")
        there = self.target.fetch_manifest("1.0.0")
        assert there == Manifest(manifest, MANIFEST_TYPE)
        return there

    def pull(self, folder: Path) -> dict[str, bytes] | None:
        """The files that flux unpacks; None where it refuses."""
        folder.mkdir()
        pull = [self._cli, "pull", "artifact", f"{self.url}:1.0.0", f"--output={folder}"]
        if subprocess.run(pull, capture_output=True, check=False).returncode:
            return None
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
def repository(registry_server: Registry, flux_cli: str) -> Repository:
    return Repository(registry_server.host, flux_cli)


def of_layer(layer: bytes) -> bytes:
    """A manifest as flux writes it."""
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, "size": len(FLUX_CONFIG), "digest": digest_of(FLUX_CONFIG)},
        "layers": [{"mediaType": LAYER_TYPE, "size": len(layer), "digest": digest_of(layer)}],
        "annotations": json.loads(OURS.manifest)["annotations"],
    }
    return json.dumps(document, separators=(",", ":")).encode()


SECOND = json.dumps([{"mediaType": LAYER_TYPE, "digest": EVIL.layer.digest, "size": len(EVIL.layer.content)}])


@pytest.mark.parametrize("key", ["Layers", "layer\N{LATIN SMALL LETTER LONG S}", "layers", "\\u004cayers"])
def test_what_flux_unpacks_to_others_is_foreign(repository: Repository, tmp_path: Path, key: str) -> None:
    manifest = repository.put(f'{OURS.manifest.decode()[:-1]},"{key}":{SECOND}}}'.encode())
    assert repository.pull(tmp_path / "pulled") == {"a.yaml": b"evil\n"}
    assert judge_image(repository.target, manifest, OURS).standing is Standing.FOREIGN


def test_what_is_ours_flux_unpacks_to_our_files(repository: Repository, tmp_path: Path) -> None:
    several = gzip.compress(OURS.tar[:700]) + gzip.compress(OURS.tar[700:])
    for number, (manifest, layer) in enumerate(
        [(OURS.manifest, b""), *((of_layer(layer), layer) for layer in (gzip.compress(OURS.tar), several))]
    ):
        assert judge_image(repository.target, repository.put(manifest, layer), OURS).is_same
        assert repository.pull(tmp_path / str(number)) == {"a.yaml": b"ours\n"}


def test_a_size_that_is_not_true(repository: Repository, tmp_path: Path) -> None:
    document: Any = json.loads(of_layer(OURS.layer.content))
    document["layers"][0]["size"] -= 1
    manifest = repository.put(json.dumps(document).encode())
    assert repository.pull(tmp_path / "pulled") is None
    assert not judge_image(repository.target, manifest, OURS).is_same


def changed(at: int, field: bytes, content: bytes = OURS.tar) -> bytes:
    """Our tar with a field of the file's header changed."""
    header = bytearray(content[BLOCK : 2 * BLOCK])
    header[at : at + len(field)] = field
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return content[:BLOCK] + bytes(header) + content[2 * BLOCK :]


@pytest.mark.parametrize(
    ("tar", "pulled"),
    [
        (changed(100, b"0120644\0"), {}),  # a symlink, by its mode
        (changed(100, b"0040755\0"), {}),  # a folder
        (changed(156, b"1"), None),  # a hard link
        (archived([("a", 0o644, b""), ("a/b", 0o644, b"")]), None),
        (archived([("../a", 0o644, b"")]), None),
        (archived([("/a", 0o644, b"")]), None),
        (archived([("a\\b", 0o644, b"")]), None),
        (changed(156, b"3"), None),  # a device
        (OURS.tar[: 2 * BLOCK + 2], None),
    ],
)
def test_tars_that_we_do_not_show(
    repository: Repository, tmp_path: Path, tar: bytes, pulled: dict[str, bytes] | None
) -> None:
    layer = gzip.compress(tar)
    manifest = repository.put(of_layer(layer), layer)
    found = repository.pull(tmp_path / "pulled")
    assert found == pulled
    with pytest.raises(RegistryError) as raised:
        contents(repository.target, manifest)
    assert "cannot be shown: " in raised.value.message
    assert not judge_image(repository.target, manifest, OURS).is_same


_PARTS = st.sampled_from(["a", "b.yaml", ".", "é", "n" * 101, "..b"])
_PATHS = st.lists(_PARTS, min_size=1, max_size=4).map("/".join)
_KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
_MEMBERS = st.lists(st.tuples(_PATHS, _KINDS, st.binary(max_size=600)), max_size=5)
_FORMATS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])


def tar_of(members: list[tuple[str, bytes, bytes]], format: int) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=format) as file:
        for path, kind, content in members:
            info = tarfile.TarInfo(path)
            info.type, info.size = kind, len(content) if kind in tarfile.REGULAR_TYPES else 0
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            file.addfile(info, io.BytesIO(content))
    return written.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(_MEMBERS, _FORMATS)
def test_what_we_show_is_what_flux_unpacks(
    repository: Repository, tmp_path: Path, members: list[tuple[str, bytes, bytes]], format: int
) -> None:
    layer = gzip.compress(tar_of(members, format))
    manifest = repository.put(of_layer(layer), layer)
    try:
        shown = contents(repository.target, manifest)
    except RegistryError:
        return
    assert repository.pull(tmp_path / uuid4().hex) == shown
