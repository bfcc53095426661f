"""The files of an image: those that Flux unpacks, and of what is no such image none."""

import gzip
import io
import json
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.artifact.archive import BLOCK
from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import BlobMissingError, RegistryError
from flux.registry.contents import contents
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.target import Manifest, Target
from tests.artifact.trees import Tree, archived, layer, trees
from tests.registry.conftest import Place
from tests.registry.images import FLUX_CONFIG, image, push

TAR = archived([(".", 0o755, None), ("a.yaml", 0o644, b"a: 1\n"), ("b", 0o755, None), ("b/c", 0o755, b"")])
FILES = {"a.yaml": b"a: 1\n", "b/c": b""}


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return LayoutRegistry("images", tmp_path).repository("artifact")


def put(target: Target, layer: bytes, layer_type: str = LAYER_TYPE, **fields: Any) -> Manifest:
    """An image of somebody else's, with this layer as it is stored."""
    for content in (FLUX_CONFIG, layer):
        target.push_blob(content)
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, "digest": digest_of(FLUX_CONFIG), "size": len(FLUX_CONFIG)},
        "layers": [{"mediaType": layer_type, "digest": digest_of(layer), "size": len(layer)}],
    }
    return Manifest(json.dumps(document | fields).encode(), MANIFEST_TYPE)


def tar(*members: tarfile.TarInfo, format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar as Python writes it; each member has its name as content, as far as its size goes."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=format) as file:
        for member in members:
            file.addfile(member, io.BytesIO(member.name.encode()) if member.isreg() else None)
    return written.getvalue()


def member(name: str, **attributes: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = len(name.encode())
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def refused(target: Target, manifest: Manifest) -> str:
    with pytest.raises(RegistryError) as error:
        contents(target, manifest)
    assert error.value.message.startswith(f"{manifest.digest} cannot be shown: ")
    assert error.value.hint
    return error.value.message.partition(": ")[2]


def test_the_files_of_an_image_of_ours(place: Place) -> None:
    assert contents(place.target, push(place.target, image(TAR), "1.0.0")) == FILES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(max_size=5))
def test_every_file_of_ours_comes_back(target: Target, tree: Tree) -> None:
    # Flux unpacks none that has either, so that none is published.
    tree = {path: entry for path, entry in tree.items() if "\\" not in path and "../" not in path}
    manifest = put(target, gzip.compress(layer(tree, lambda path: False), 1))
    assert contents(target, manifest) == {path: content for path, (_, content) in tree.items()}


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_the_files_of_an_image_of_other_tools(target: Target, format: int) -> None:
    long = "/".join(["folder" * 5] * 5)
    members = [
        member("./", type=tarfile.DIRTYPE, size=0),
        member("./x/é.yaml"),
        member(long),
        member("./twice", size=1),
        member("twice"),
        member("link", type=tarfile.SYMTYPE, linkname="/etc/passwd", size=0),
    ]
    files = contents(target, put(target, gzip.compress(tar(*members, format=format))))
    assert files == {name: name.encode() for name in ("x/é.yaml", long, "twice")} | {
        "x/é.yaml": "./x/é.yaml".encode()
    }


def test_an_image_of_no_files(target: Target) -> None:
    assert contents(target, put(target, gzip.compress(bytes(1024)))) == {}


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../../x", "a/..", "..", "a\\..\\x", "//x", ".", "./."]
)
def test_a_path_that_leads_elsewhere(target: Target, name: str) -> None:
    assert "in it is not a" in refused(target, put(target, gzip.compress(tar(member("a"), member(name)))))


@pytest.mark.parametrize(
    "hostile",
    [
        member("x", type=tarfile.LNKTYPE, linkname="a", size=0),
        member("x", type=tarfile.CHRTYPE, size=0),
        member("x", type=tarfile.FIFOTYPE, size=0),
        # A file of a terabyte in no space at all.
        member("x", pax_headers={"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 40)}),
        # A size that leads back to the same header, for ever.
        member("x", pax_headers={"size": "-1024"}),
    ],
)
def test_an_entry_that_is_no_file(target: Target, hostile: tarfile.TarInfo) -> None:
    assert "'x' in it is not a " in refused(target, put(target, gzip.compress(tar(hostile, member("b")))))


def test_more_than_fits(target: Target) -> None:
    bomb = gzip.compress(bytes(101 << 20), 1)
    assert len(bomb) < 1 << 20
    assert refused(target, put(target, bomb)) == "it holds more than 100 MiB"
    told = {"mediaType": LAYER_TYPE, "digest": digest_of(b"never fetched"), "size": 1 << 40}
    assert refused(target, put(target, b"", layers=[told])) == "it holds more than 100 MiB"


# Two bombs of 3 MiB: of many gzip members, and of one, which a program can make of one piece again and again.
_MEMBER = gzip.compress(bytes(64 << 20), 9)


def _endless() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    first, again = (packer.compress(bytes(8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * ((3 << 20) // len(again) - 1)


_HEADERS = tar(member("pax", type=b"x", size=0))[:BLOCK] * (64 << 11)
BOMBS: dict[str, Callable[[], bytes]] = {
    "members": lambda: _MEMBER * ((3 << 20) // len(_MEMBER)),
    "one member": _endless,
    "a name": lambda: gzip.compress(_long_name(), 9),
    "names": lambda: gzip.compress(_HEADERS, 9),
    "less than the limit": lambda: gzip.compress(tar(member("x", size=0)) + bytes(99 << 20), 9),
    "a file": lambda: gzip.compress(_of_size(90 << 20), 9),
    "thirty times its size": lambda: gzip.compress(_of_pieces(1000, 2000, 90_000), 1),
}


def _long_name() -> bytes:
    info = member("x" * 200)
    written = bytearray(tar(info, format=tarfile.GNU_FORMAT))
    written[124:136] = b"%011o\0" % (90 << 20)
    written[148:156] = b" " * 8
    written[148:156] = b"%06o\0 " % sum(written[:BLOCK])
    return bytes(written[:BLOCK]) + b"x" * (90 << 20)


def _of_size(size: int) -> bytes:
    written = bytearray(tar(member("x")))
    written[124:136] = b"%011o\0" % size
    written[148:156] = b" " * 8
    written[148:156] = b"%06o\0 " % sum(written[:BLOCK])
    return bytes(written[:BLOCK]) + bytes(size) + bytes(2 * BLOCK)


def _of_pieces(files: int, random: int, zeros: int) -> bytes:
    """Files of which a part cannot be compressed."""
    numbers = Random(1)
    content = [(f"{at}.yaml", 0o644, numbers.randbytes(random) + bytes(zeros)) for at in range(files)]
    return archived(content)


def measured(target: Target, layer: bytes) -> tuple[int, str]:
    """The KiB that it takes to read a layer of at most 3 MiB, and why it is not shown."""
    assert len(layer) <= 3 << 20
    manifest, message = put(target, layer), ""
    tracemalloc.start()
    try:
        contents(target, manifest)
    except RegistryError as error:
        message = error.message
    finally:
        kibibytes = tracemalloc.get_traced_memory()[1] >> 10
        tracemalloc.stop()
    return kibibytes, message


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_memory(target: Target, name: str) -> None:
    kibibytes, message = measured(target, BOMBS[name]())
    assert kibibytes < 50 << 10
    assert " cannot be shown: it" in message


FITTING: dict[str, Callable[[], bytes]] = {
    "many files": lambda: gzip.compress(_of_pieces(30_000, 0, 300), 9),
    "eleven times its size": lambda: gzip.compress(_of_pieces(330, 8600, 91_400), 1),
}


@pytest.mark.stories
@pytest.mark.parametrize("name", FITTING)
def test_what_is_shown_costs_little_memory(target: Target, name: str) -> None:
    kibibytes, message = measured(target, FITTING[name]())
    assert kibibytes < 50 << 10
    assert message == ""


def test_what_is_as_large_and_gets_no_less_than_yaml_does_is_shown(target: Target) -> None:
    large = gzip.compress(_of_pieces(40, 100_000, 900_000), 1)
    assert len(contents(target, put(target, large))) == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tar: tar[:1026], "its layer is not a tar: it ends too early"),
        (lambda tar: tar[:700], "its layer is not a tar: it is damaged"),
        (lambda tar: b"a: 1\n" * 200, "its layer is not a tar: "),
        (lambda tar: b"", "its layer is not a tar: it is empty"),
        # tarfile takes the first broken header for the end, and says nothing.
        (
            lambda tar: tar[:512] + b"x" * 512 + tar[1024:],
            "its layer is not a tar: it is damaged",
        ),
    ],
)
def test_a_layer_that_is_no_tar(target: Target, change: Callable[[bytes], bytes], message: str) -> None:
    assert refused(target, put(target, gzip.compress(change(TAR)))).startswith(message)


def test_what_is_no_image_of_an_artifact(target: Target) -> None:
    assert refused(target, Manifest(b"{", MANIFEST_TYPE)) == "it is not an image of one layer"
    index = Manifest(b'{"schemaVersion": 2, "manifests": []}', "application/vnd.oci.image.index.v1+json")
    assert refused(target, index) == "it is not an image of one layer"
    assert refused(target, put(target, b"", layers=[])) == "it is not an image of one layer"
    docker = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    assert refused(target, put(target, gzip.compress(TAR), docker)) == (
        f"its layer is of the type {docker!r}, not {LAYER_TYPE}"
    )
    assert refused(target, put(target, TAR)).startswith("its layer is not gzip: ")
    assert refused(target, put(target, gzip.compress(TAR)[:-9])).startswith("its layer is not gzip: ")
    gone = {"mediaType": LAYER_TYPE, "digest": digest_of(b"gone"), "size": 4}
    with pytest.raises(BlobMissingError):
        contents(target, put(target, b"", layers=[gone]))


_WRITES = st.tuples(st.integers(0, 9 * BLOCK), st.binary(min_size=1, max_size=12))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WRITES, min_size=1, max_size=4))
def test_no_tar_is_a_crash(target: Target, writes: list[tuple[int, bytes]]) -> None:
    odd = bytearray(
        tar(member("a", pax_headers={"comment": "é"}), member("é" * 80), format=tarfile.PAX_FORMAT)
    )
    for at, value in writes:
        odd[at : at + len(value)] = value
        # With its checksum right, the rest of a header is looked at.
        header = at // BLOCK * BLOCK
        odd[header + 148 : header + 156] = b" " * 8
        odd[header + 148 : header + 156] = b"%06o\0 " % sum(odd[header : header + BLOCK])
    with suppress(RegistryError):
        contents(target, put(target, gzip.compress(bytes(odd), 1)))
