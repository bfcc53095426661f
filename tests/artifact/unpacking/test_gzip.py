"""Layers from a registry: what gzip may be, and how much of it."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.unpacking import decompressed, entries
from flux.errors import ContentError
from tests.artifact.unpacking.tars import END, A, header, pax, record, refused


@given(st.lists(st.binary(max_size=200_000), min_size=1, max_size=4), st.integers(0, 9))
def test_any_gzip_of_one_member_or_several(contents: list[bytes], level: int) -> None:
    found = list(decompressed(b"".join(gzip.compress(content, level) for content in contents)))
    assert b"".join(found) == b"".join(contents)
    assert all(0 < len(piece) <= 256 << 10 for piece in found)


def test_a_large_layer_comes_in_pieces() -> None:
    found = [len(piece) for piece in decompressed(gzip.compress(bytes(10 << 20)))]
    assert sum(found) == 10 << 20
    assert max(found) <= 256 << 10


@pytest.mark.parametrize(
    "more", [b"\0", b"x", bytes(512), b"\x1f\x8b", gzip.compress(A, mtime=0)[:-1], A], ids=range(6)
)
def test_gzip_that_goes_on(more: bytes) -> None:
    with pytest.raises(ContentError, match=r"^its layer is not gzip: "):
        list(decompressed(gzip.compress(A) + more))


@given(st.binary(max_size=60))
def test_no_bytes_are_a_crash(content: bytes) -> None:
    for odd in (content, b"\x1f\x8b\x08" + content, gzip.compress(A)[:-9] + content):
        with suppress(ContentError):
            list(decompressed(odd))


def test_very_many_members_take_no_very_long_time() -> None:
    """A copy of the rest for each would be a terabyte."""
    assert list(decompressed(gzip.compress(b"") * 100_000 + gzip.compress(b"x"))) == [b"x"]


def test_too_many_files() -> None:
    def files(number: int) -> Iterator[bytes]:
        yield from (header(b"%d" % n) for n in range(number))
        yield END

    found = entries(files(50_001))
    assert sum(1 for _ in islice(found, 50_000)) == 50_000
    with pytest.raises(ContentError, match="more than 50000 files and folders"):
        next(found)


def test_too_long_and_too_deep() -> None:
    deep = b"/".join([b"d"] * 100)
    assert [e.path for e in entries([pax(record(b"path", deep)) + header() + END])] == [deep.decode()]
    for path in (deep + b"/d", b"d" * 4097, b"d/" * 100_000 + b"x"):
        assert "longer than 4096 bytes or 100 folders" in refused(pax(record(b"path", path)) + header() + END)


def test_names_that_fill_the_memory() -> None:
    """A few KiB when compressed."""

    def files() -> Iterator[bytes]:
        for number in range(5000):
            path = b"/".join([b"%039d" % number] * 99)
            yield pax(record(b"path", path)) + header()

    with pytest.raises(ContentError, match="names too long"):
        list(entries(files()))


def test_very_many_records_take_no_very_long_time() -> None:
    records = b"".join(record(b"%x" % number, b"") for number in range(90_000))
    assert len(records) < 1 << 20
    tar = (pax(records) + header()) * 3 + END
    before = process_time()
    assert [entry.path for entry in entries([tar])] == ["x"] * 3
    assert process_time() - before < 2


def test_a_stream_that_breaks_off_in_a_flush() -> None:
    packer = zlib.compressobj(9, wbits=31)
    cut = packer.compress(A) + packer.flush(zlib.Z_FULL_FLUSH)
    found = decompressed(cut)
    assert next(found) == A
    with pytest.raises(ContentError, match="ends too early"):
        next(found)
