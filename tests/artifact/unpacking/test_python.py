"""What Python packs is unpacked, and what is accepted Python reads alike."""

import io
import tarfile
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.archive import BLOCK
from flux.artifact.unpacking import entries
from flux.errors import ContentError


def tar(members: list[tuple[str, bytes]], format: int) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=format) as file:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return written.getvalue()


@given(
    st.dictionaries(
        st.lists(st.sampled_from(["x" * 60, "é", "y.yaml"]), min_size=1, max_size=4).map("/".join),
        st.binary(max_size=600),
        max_size=4,
    ),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_what_python_packs(files: dict[str, bytes], format: int) -> None:
    files = {p: c for p, c in files.items() if not any(other.startswith(f"{p}/") for other in files)}
    found = list(entries([tar(list(files.items()), format)]))
    assert {entry.path: entry.content for entry in found} == files


_WRITES = st.tuples(st.integers(0, 9 * BLOCK), st.binary(min_size=1, max_size=12))


@given(st.lists(_WRITES, min_size=1, max_size=4))
def test_what_is_accepted_python_reads_alike(writes: list[tuple[int, bytes]]) -> None:
    odd = bytearray(tar([("é" * 80, b"1" * 600), ("b", b"2"), ("n" * 120, b"3")], tarfile.PAX_FORMAT))
    for at, value in writes:
        odd[at : at + len(value)] = value
        at = at // BLOCK * BLOCK
        odd[at + 148 : at + 156] = b" " * 8
        odd[at + 148 : at + 156] = b"%06o\0 " % sum(odd[at : at + BLOCK])
    content = bytes(odd)
    try:
        found = list(entries([content]))
    except ContentError:
        return
    theirs: list[Any] = []
    with (
        suppress(tarfile.ReadError, ValueError),  # of what neither needs, such as a device
        tarfile.open(fileobj=io.BytesIO(content), mode="r:", encoding="utf-8") as file,
    ):
        theirs = [(m.size, m.isdir()) for m in file if not m.issym()]
    assert not theirs or [(len(e.content or b""), e.content is None) for e in found] == theirs
