"""The compressor: what it makes is gzip, and is the same for ever."""

import gzip as python
import zlib
from hashlib import sha256, shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.compression import gzip

_HEADER = bytes.fromhex("1f8b08000000000000ff")
_TRAILER = 8
_WINDOW = 32768

_YAML = (
    b"apiVersion: kustomize.config.k8s.io/v1beta1\n"
    b"kind: Kustomization\n"
    b"namespace: external-secrets\n"
    b"resources:\n"
    b"  - ../base\n"
    b"  - availability.yaml\n"
)


def noise(size: int, seed: bytes = b"noise") -> bytes:
    """Bytes that hardly repeat, the same with every Python."""
    return shake_256(seed).digest(size)


def deflated(data: bytes) -> bytes:
    return gzip(data)[len(_HEADER) : -_TRAILER]


def is_read_back(data: bytes) -> None:
    compressed = gzip(data)
    assert python.decompress(compressed) == data
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(compressed) == data
    assert (reader.eof, reader.unused_data) == (True, b"")


_LINES = st.sampled_from([*_YAML.splitlines(keepends=True), b"\n", b"    image: nginx\n", b"---\n"])


@given(
    st.one_of(
        st.binary(max_size=4000),
        # Few different bytes: many matches, overlapping ones too.
        st.text("ab", max_size=4000).map(str.encode),
        st.lists(_LINES, max_size=200).map(b"".join),
        st.builds(bytes.__mul__, st.binary(min_size=1, max_size=9), st.integers(0, 2000)),
        # Repeats at about the window's edge.
        st.builds(
            lambda gap, tail: noise(600) + bytes(gap) + noise(600)[:tail],
            st.integers(_WINDOW - 900, _WINDOW + 300),
            st.integers(0, 600),
        ),
    )
)
def test_python_reads_it_back(data: bytes) -> None:
    is_read_back(data)


def test_every_length_of_a_match() -> None:
    for length in range(1, 1100):
        is_read_back(b"a" * length)
        unlike = noise(length)
        is_read_back(unlike + b"--" + unlike)


def test_every_class_of_distances_at_both_ends() -> None:
    start = b"\xff\xfe\xfd\xfc"
    for power in range(2, 16):
        for distance in (2**power, 2**power + 1, 3 * 2 ** (power - 1), 3 * 2 ** (power - 1) + 1):
            is_read_back(start + bytes(distance - len(start)) + start)


def test_the_window_reaches_as_far_as_deflates() -> None:
    repeated = noise(100, b"repeated")
    within = repeated + noise(_WINDOW - 100) + repeated
    beyond = repeated + noise(_WINDOW - 99) + repeated
    is_read_back(within)
    is_read_back(beyond)
    assert len(deflated(beyond)) - len(deflated(within)) > 90


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # BFINAL and BTYPE 01 (3 bits), the end of the block (7 zeros).
        (b"", "0300"),
        # The literal: 0x30 + 0x61 in 8 bits.
        (b"a", "4b0400"),
        # 0x190 + 0xff - 144 in 9 bits.
        (b"\xff", "fb0f00"),
        # No match is shorter than four.
        (b"abcabc", "4b4c4a4e4c4a0600"),
        # A literal, length 258 (code 285), distance 1.
        (b"a" * 259, "4b1c0500"),
        # One more byte is a literal again.
        (b"a" * 260, "4b1c058900"),
    ],
)
def test_the_bits_of_deflate(data: bytes, expected: str) -> None:
    assert deflated(data).hex() == expected
    is_read_back(data)


def test_header_and_trailer() -> None:
    compressed = gzip(b"hello\n")
    assert compressed.startswith(_HEADER)
    assert compressed[-_TRAILER:] == zlib.crc32(b"hello\n").to_bytes(4, "little") + b"\x06\0\0\0"


_PUBLISHED = {
    "empty": (
        b"",
        "ac73670af3abed54ac6fb4695131f4099be9fbe39d6076c5d0264a6bbdae9d83",
    ),
    "a line": (
        b"hello\n",
        "65b30c271edd097bec963b39c53467906818bbdf46ee93a10368d1241c581c53",
    ),
    "all bytes": (
        bytes(range(256)) * 3,
        "19923520bd23d3ba299b61dc8e18326274e2b1b888b6fc91cf38f834314a2f1e",
    ),
    "zeros": (
        bytes(10240),
        "067d954fb10c8f33e24a98d0037e2e487fc85c7e8fce9a15e904946c5dd1a680",
    ),
    "one before the longest match": (
        b"a" * 258,
        "7c31681a4b854c996b59656d22821fb88aa830de2c508448526d15fa1426aa1c",
    ),
    "the longest match": (
        b"a" * 259,
        "c12b2b71f9a3c5adfc41e9f2cb4ce2b5885fe7b4ed6bb9dff9c863071bb5e169",
    ),
    "YAML": (
        _YAML,
        "dbaf0e3794dab7d3c7ad81dca028db5ae2a7fdde9ff3ecf89ca3a035f1f77cde",
    ),
    "more YAML": (
        b"".join(b"replicas: %d\n" % n + _YAML for n in range(300)),
        "5e816a51ee8e4a68ebecb532b0e4f2db2de3b505928f4c9c99e7f01fb8d81b60",
    ),
    "noise": (
        noise(5000),
        "0e11d45b998bd376f40abd81182428647fb4eccf988ddd48a6ecff7d734ad217",
    ),
    "at the window's edge": (
        noise(_WINDOW) * 2,
        "fdf88f9115dc0339562f4193807903073d2ac43dc9c02587e5af4d71f098ee8d",
    ),
    "beyond the window's edge": (
        noise(_WINDOW) + b"!" + noise(_WINDOW),
        "18301d5bb7dc8c23e5696cf2c24af6ea912b4952d9a84b24b47ab4542b489634",
    ),
    "the farthest match": (
        b"\xff\xfe\xfd\xfc" + noise(_WINDOW - 4) + b"\xff\xfe\xfd\xfc",
        "03722454d9bbebd5a2759e31170e256f3847b37b24fbd81e92452b19f2ef62d4",
    ),
}


@pytest.mark.parametrize(("data", "digest"), _PUBLISHED.values(), ids=_PUBLISHED)
def test_the_same_bytes_for_ever(data: bytes, digest: str) -> None:
    """Images with these bytes are published: another digest here is a new image of everything there is."""
    assert sha256(gzip(data)).hexdigest() == digest


@given(st.binary(max_size=3000))
def test_nothing_grows_by_more_than_an_eighth(data: bytes) -> None:
    # Nine bits a byte at most; ten bits around them.
    assert len(deflated(data)) <= (9 * len(data) + 10 + 7) // 8


def test_manifests_shrink() -> None:
    manifests = b"".join(_YAML.replace(b"external", noise(6, b"%d" % n).hex().encode()) for n in range(50))
    assert len(gzip(manifests)) < len(manifests) / 5
