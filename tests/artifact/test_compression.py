"""The compressor: what it makes is gzip, small, and the same wherever it is made."""

import gzip as python
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256, shake_256
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from flux.artifact import compression

_HEADER = bytes.fromhex("1f8b08000000000002ff")
_MEMBER = 4 << 20
_YAML = (
    b"apiVersion: kustomize.config.k8s.io/v1beta1\n"
    b"kind: Kustomization\n"
    b"namespace: external-secrets\n"
    b"resources:\n"
    b"  - ../base\n"
    b"  - availability.yaml\n"
)
_MANIFESTS = b"".join(b"replicas: %d\n" % n + _YAML for n in range(300))


def noise(size: int, seed: bytes = b"noise") -> bytes:
    """Bytes that hardly repeat, the same with every Python."""
    return shake_256(seed).digest(size)


def gzip(*pieces: bytes) -> bytes:
    return b"".join(compression.gzip(compression.members(pieces)))


def members(compressed: bytes) -> list[bytes]:
    """The content of each member."""
    found = []
    while compressed:
        reader = zlib.decompressobj(wbits=31)
        found.append(reader.decompress(compressed))
        assert reader.eof
        compressed = reader.unused_data
    return found


_LINES = st.sampled_from([*_YAML.splitlines(keepends=True), b"\n", b"    image: nginx\n", b"---\n"])
_PIECES = st.lists(
    st.one_of(
        st.binary(max_size=1000),
        st.text("ab", max_size=4000).map(str.encode),
        st.lists(_LINES, max_size=50).map(b"".join),
        st.builds(bytes.__mul__, st.binary(min_size=1, max_size=9), st.integers(0, 2000)),
    ),
    max_size=5,
)


@given(_PIECES)
def test_it_is_read_back_however_it_was_cut(pieces: Sequence[bytes]) -> None:
    data = b"".join(pieces)
    compressed = gzip(*pieces)
    assert python.decompress(compressed) == data
    assert members(compressed) == [data]
    assert gzip(data) == compressed


def test_header_and_trailer() -> None:
    compressed = gzip(b"hello\n")
    assert compressed.startswith(_HEADER)
    assert compressed[-8:] == zlib.crc32(b"hello\n").to_bytes(4, "little") + b"\x06\0\0\0"


def test_nothing_is_one_member() -> None:
    assert members(gzip()) == members(gzip(b"", b"")) == [b""]


def test_what_is_large_is_cut_at_the_same_places() -> None:
    data = noise(1000) * (2 * _MEMBER // 1000 + 3)
    whole = gzip(data)
    assert [len(member) for member in members(whole)] == [_MEMBER, _MEMBER, len(data) - 2 * _MEMBER]
    assert python.decompress(whole) == data
    assert gzip(data[: _MEMBER - 7], data[_MEMBER - 7 : _MEMBER + 5], data[_MEMBER + 5 :]) == whole
    assert [len(member) for member in members(gzip(data[:_MEMBER]))] == [_MEMBER]


def test_members_are_made_while_others_are_read() -> None:
    taken = []

    def pieces() -> Iterator[bytes]:
        for n in range(60):
            taken.append(n)
            yield bytes(1 << 20)

    next(compression.gzip(compression.members(pieces())))
    assert len(taken) <= 20


_PUBLISHED = {
    "empty": (b"", "10c2221846da8b4250e556aa520c86d6674614d7c5874d8b9cb7f26d62835036"),
    "a line": (b"hello\n", "ee93c1f6cd3cfb9a46861a99d6a269f134ec060dcfdf8d45c36c6fa4f71199a8"),
    "all bytes": (bytes(range(256)) * 3, "c7cbe268060dcc3294f39c91aed81edb4f9c08c7f7bcfa7374a5d4f72744555c"),
    "zeros": (bytes(10240), "e524abc90d168cae41822519feff3c1407540ed4412a14be7f7924f6b2b764d4"),
    "YAML": (_YAML, "74be5f62b9206139563cecbc2ff8af3372488b610f93485aa7560ca44c2caab6"),
    "more YAML": (_MANIFESTS, "a805d369899fcc2392262377753d57f34957ad3a10a7142c7dc2a27cd1e95fef"),
    "noise": (noise(5000), "32c72e6ad3361a4d56b4fc401f52953568327855a26b377af29eb508fd3a9c6c"),
    "beyond the window's edge": (
        noise(32768) + b"!" + noise(32768),
        "e7295ea2ffec181cd1268e70fe4984ae6bb24eff3593d22034c8c492bb88a847",
    ),
    "two members": (
        _MANIFESTS * (_MEMBER // len(_MANIFESTS) + 1),
        "0361b86671a3d7c1dc4f96ce0fd7ea6c8618c82467f7888e4c20fcfe0740c899",
    ),
}


@pytest.mark.parametrize(("data", "digest"), _PUBLISHED.values(), ids=_PUBLISHED)
def test_the_same_bytes_everywhere(data: bytes, digest: str) -> None:
    """On x86-64 and on arm64, with each Python. Another digest here is another layer for all that is new."""
    assert sha256(gzip(data)).hexdigest() == digest


def test_the_version_that_makes_these_bytes_is_required_exactly() -> None:
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())["project"]
    (found,) = (each for each in map(Requirement, project["dependencies"]) if each.name == "deflate")
    assert [(each.operator, each.version) for each in found.specifier] == [("==", version("deflate"))]


@pytest.mark.parametrize(
    "data", [_YAML, _MANIFESTS, noise(5000), noise(50_000).hex().encode(), bytes(100_000)], ids=len
)
def test_it_is_as_small_as_zlib_makes_it(data: bytes) -> None:
    assert len(gzip(data)) <= len(python.compress(data, 6, mtime=0))
