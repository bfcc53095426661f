"""A layer is packed piece by piece: the same one however its tar was cut."""

import gzip
from collections.abc import Iterator
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.layer import digest_of, pack


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_what_is_said_of_a_layer(pieces: list[bytes]) -> None:
    tar = b"".join(pieces)
    layer = pack(pieces)
    assert gzip.decompress(layer.content) == tar
    assert layer.tar_size == len(tar)
    assert layer.diff_id == "sha256:" + sha256(tar).hexdigest() == digest_of(tar)
    assert layer.digest == digest_of(layer.content)
    assert pack([tar]) == layer


def test_a_large_tar_is_never_held_as_a_whole() -> None:
    held = [0]

    class Piece(bytes):
        def __del__(self) -> None:
            held[0] -= 1

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            held[0] += 1
            yield Piece(1 << 20)
            assert held[0] <= 2

    assert pack(pieces()).tar_size == 40 << 20
