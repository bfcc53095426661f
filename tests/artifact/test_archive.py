"""The tar writer, byte by byte, and as Python's tarfile reads it."""

import io
import tarfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.archive import BLOCK
from tests.artifact.trees import PATHS, archived

# pax(1), "ustar Interchange Format"
_FIELDS = {
    "name": 100,
    "mode": 8,
    "uid": 8,
    "gid": 8,
    "size": 12,
    "mtime": 12,
    "chksum": 8,
    "typeflag": 1,
    "linkname": 100,
    "magic": 8,
    "uname": 32,
    "gname": 32,
    "devmajor": 8,
    "devminor": 8,
    "prefix": 155,
    "padding": 12,
}

_FILE = {
    "name": b"a.yaml",
    "mode": b"0000644\0",
    "uid": b"0000000\0",
    "gid": b"0000000\0",
    "size": b"00000000006\0",
    "mtime": b"00000000000\0",
    "chksum": b"010305\0 ",
    "typeflag": b"0",
    "linkname": b"",
    "magic": b"ustar\x0000",
    "uname": b"",
    "gname": b"",
    "devmajor": b"0000000\0",
    "devminor": b"0000000\0",
    "prefix": b"",
    "padding": b"",
}


def fields(tar: bytes, block: int) -> dict[str, bytes]:
    """The fields of a header, without the zero bytes that fill up the ones of text."""
    header, at, found = tar[block * BLOCK :], 0, {}
    for name, width in _FIELDS.items():
        value = header[at : at + width]
        found[name] = value if width <= 12 and name != "padding" else value.rstrip(b"\0")
        at += width
    return found


def read(tar: bytes) -> list[tuple[str, int, bytes | None]]:
    with tarfile.open(fileobj=io.BytesIO(tar), encoding="utf-8", errors="surrogateescape") as opened:
        entries: list[tuple[str, int, bytes | None]] = []
        for member in opened:
            assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", 0)
            assert member.isdir() or member.isreg()
            file = opened.extractfile(member)
            entries.append((member.name, member.mode, file.read() if file else None))
        return entries


def test_a_file() -> None:
    tar = archived([("a.yaml", 0o644, b"hello\n")])
    assert fields(tar, 0) == _FILE
    assert tar[BLOCK : 2 * BLOCK] == b"hello\n" + bytes(BLOCK - 6)
    assert tar[2 * BLOCK :] == bytes(2 * BLOCK)


def test_a_folder_and_an_executable() -> None:
    tar = archived([(".", 0o755, None), ("run.sh", 0o755, b"")])
    folder = {"name": b".", "mode": b"0000755\0", "size": b"00000000000\0", "typeflag": b"5"}
    assert fields(tar, 0) == _FILE | folder | {"chksum": b"007263\0 "}
    executable = {"name": b"run.sh", "mode": b"0000755\0", "size": b"00000000000\0"}
    assert fields(tar, 1) == _FILE | executable | {"chksum": b"010336\0 "}
    assert len(tar) == 4 * BLOCK


@pytest.mark.parametrize(("size", "blocks"), [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2), (1024, 2)])
def test_contents_fill_whole_blocks(size: int, blocks: int) -> None:
    tar = archived([("a", 0o644, b"x" * size), ("b", 0o644, b"")])
    assert tar[BLOCK : (1 + blocks) * BLOCK] == (b"x" * size).ljust(blocks * BLOCK, b"\0")
    assert fields(tar, 1 + blocks)["name"] == b"b"
    assert len(tar) == (1 + blocks + 1 + 2) * BLOCK


def test_no_entries_are_two_blocks_of_zeros() -> None:
    assert archived([]) == bytes(2 * BLOCK)


@pytest.mark.parametrize(
    ("path", "prefix", "name"),
    [
        ("n" * 100, "", "n" * 100),
        ("p/" + "n" * 98, "", "p/" + "n" * 98),
        ("p/" + "n" * 99, "p", "n" * 99),
        ("p" * 155 + "/" + "n" * 100, "p" * 155, "n" * 100),
        # As much as fits goes into the prefix.
        ("a/" * 60 + "n", "a/" * 59 + "a", "n"),
        ("p" * 150 + "/abcd/" + "n" * 90, "p" * 150 + "/abcd", "n" * 90),
        ("p" * 150 + "/abcde/" + "n" * 90, "p" * 150, "abcde/" + "n" * 90),
    ],
)
def test_long_names_are_split_between_two_fields(path: str, prefix: str, name: str) -> None:
    tar = archived([(path, 0o644, b"")])
    header = fields(tar, 0)
    assert (header["prefix"], header["name"]) == (prefix.encode(), name.encode())
    assert header["typeflag"] == b"0"


@pytest.mark.parametrize(
    ("path", "pax_name", "record", "name"),
    [
        ("é.yaml", b"PaxHeaders.0/.yaml", "16 path=é.yaml\n", b".yaml"),
        ("d/é/ü.yaml", b"d//PaxHeaders.0/.yaml", "21 path=d/é/ü.yaml\n", b"d//.yaml"),
        ("é", b"PaxHeaders.0", "11 path=é\n", b""),
        ("\udce9", b"PaxHeaders.0", "9 path=\udce9\n", b""),
        ("a\udc80", b"PaxHeaders.0/a", "11 path=a\udc80\n", b"a"),
        # The length counts its own digits.
        ("n" * 101, b"PaxHeaders.0/" + b"n" * 87, f"111 path={'n' * 101}\n", b"n" * 100),
        ("é" + "n" * 88, b"PaxHeaders.0/" + b"n" * 87, f"99 path=é{'n' * 88}\n", b"n" * 88),
        ("é" + "n" * 89, b"PaxHeaders.0/" + b"n" * 87, f"101 path=é{'n' * 89}\n", b"n" * 89),
        # The last part is too long for the name, the first too long for the prefix.
        ("d/" + "n" * 101, b"d/PaxHeaders.0/" + b"n" * 85, f"113 path=d/{'n' * 101}\n", b"d/" + b"n" * 98),
        ("d" * 156 + "/n", b"d" * 100, f"168 path={'d' * 156}/n\n", b"d" * 100),
        # A field that was cut does not end in a slash, which would make it a folder.
        ("d" * 99 + "/é", b"d" * 99, f"112 path={'d' * 99}/é\n", b"d" * 99 + b"/"),
        ("d" * 99 + "/" + "n" * 101, b"d" * 99, f"211 path={'d' * 99}/{'n' * 101}\n", b"d" * 99),
    ],
)
def test_names_that_ustar_cannot_hold_are_in_a_pax_header(
    path: str, pax_name: bytes, record: str, name: bytes
) -> None:
    tar = archived([(path, 0o644, b"hello\n")])
    content = record.encode("utf-8", "surrogateescape")
    header = fields(tar, 0)
    checksum = header.pop("chksum")
    assert int(checksum.rstrip(b"\0 "), 8) == sum(tar[:BLOCK]) - sum(checksum) + 8 * ord(" ")
    assert header == {key: value for key, value in _FILE.items() if key != "chksum"} | {
        "name": pax_name,
        "mode": b"0000000\0",
        "size": b"%011o\0" % len(content),
        "typeflag": b"x",
        "devmajor": bytes(8),
        "devminor": bytes(8),
    }
    assert tar[BLOCK : 2 * BLOCK] == content.ljust(BLOCK, b"\0")
    assert fields(tar, 2) | {"chksum": b""} == _FILE | {"name": name, "chksum": b""}
    assert read(tar) == [(path, 0o644, b"hello\n")]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x" * 98 + "/é/y", b"x" * 98 + b"\0/"),
        ("x" * 97 + "/é/é/y", b"x" * 97 + b"\0//"),
    ],
)
def test_of_the_slashes_of_a_name_that_was_cut_the_first_is_dropped(path: str, name: bytes) -> None:
    """As Go has it: archive/tar/strconv.go, formatString."""
    assert archived([(path, 0o644, b"")])[2 * BLOCK :][:100] == name


@given(st.lists(st.tuples(PATHS, st.sampled_from([0o644, 0o755]), st.none() | st.binary(max_size=1100))))
def test_any_entries_are_read_back_in_their_order(entries: list[tuple[str, int, bytes | None]]) -> None:
    tar = archived(entries)
    assert len(tar) % BLOCK == 0
    assert read(tar) == entries


def test_the_same_bytes_for_ever() -> None:
    """The digest is that of the tar that flux 2.9.4 makes of these files."""
    tar = archived(
        [
            (".", 0o755, None),
            ("base", 0o755, None),
            ("base/kustomization.yaml", 0o644, b"resources: []\n"),
            ("base/" + "n" * 120, 0o755, None),
            ("base/" + "n" * 120 + "/" + "m" * 90, 0o644, b"x" * 512),
            ("base/" + "é" * 120, 0o755, b"#!/bin/sh\n"),
        ]
    )
    assert sha256(tar).hexdigest() == "6b3b81378323ebdcf1d278a0ef24c898377ab45102a19027db08af1e62737f4d"
