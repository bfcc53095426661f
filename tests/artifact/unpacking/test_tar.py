"""Layers from a registry are unpacked as Flux unpacks them, or refused in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.archive import BLOCK
from flux.artifact.unpacking import LayerEntry, entries
from tests.artifact.trees import Tree, archived, layer, trees
from tests.artifact.unpacking.tars import END, A, header, pax, pieces, record, refused


@given(trees(max_size=5), st.lists(st.integers(0, 1500), max_size=20))
def test_what_we_pack_in_any_pieces(tree: Tree, sizes: list[int]) -> None:
    tree = {path: entry for path, entry in tree.items() if "\\" not in path and "../" not in path}
    found = list(entries(pieces(layer(tree, lambda path: False), [size or 1 for size in sizes])))
    assert {e.path: e.content for e in found if e.content is not None} == {
        path: content for path, (_, content) in tree.items()
    }
    assert {e.mode for e in found} <= {0o755, 0o644}
    assert found[0] == LayerEntry(".", 0o755, None)


@pytest.mark.parametrize(
    ("name", "path"), [("./a", "a"), ("a//b", "a/b"), ("a/./b", "a/b"), ("..a", "..a"), ("é\n", "é\n")]
)
def test_names_that_are_written_otherwise(name: str, path: str) -> None:
    assert [entry.path for entry in entries([archived([(name, 0o644, b"")])])] == [path]


@pytest.mark.parametrize(
    "name",
    [
        b"/etc/passwd",
        b"..",
        b"../x",
        b"a/../x",
        b"a/..",
        b"a../x",
        b"a\\b",
        b"\\",
        b"",
        b".",
        b"a/",
        b"./",
        b"a/.",
    ],
)
def test_names_that_lead_elsewhere(name: bytes) -> None:
    assert " in it is not a " in refused(header(name) + END)
    if name not in (b"", b".", b"a/", b"./", b"a/."):
        assert " in it is not a path" in refused(header(name, b"5") + END)
        assert " in it is not a path" in refused(header(name, b"2") + END)
        assert " in it is not a path" in refused(pax(record(b"path", name)) + header() + END)


@pytest.mark.parametrize(
    "kind", [b"1", b"3", b"4", b"6", b"7", b"S", b"g", b"V", b"M", b"X", b"D", b"A", b"\xff"]
)
def test_kinds_that_flux_does_not_unpack(kind: bytes) -> None:
    """A hard link and a PAX header for all become empty files in Flux."""
    assert refused(header(b"x", kind) + END) == "'x' in it is not a file"


@pytest.mark.parametrize("mode", [b"0120644", b"0040755", b"0060644", b"0020644", b"0140644", b"1000644"])
def test_a_file_whose_mode_says_something_else(mode: bytes) -> None:
    """Go believes the mode: Flux would leave out a file that we show, or make a folder of it."""
    assert refused(header(at_100=mode) + END) == "'x' in it is not a file"


def test_modes() -> None:
    tar = header(at_100=b"0100755") + header(b"d", b"5", at_100=b"0042755") + header(b"y", b"\0") + END
    found = [(entry.path, entry.mode, entry.content) for entry in entries([tar])]
    assert found == [("x", 0o755, b""), ("d", 0o2755, None), ("y", 0o644, b"")]


@pytest.mark.parametrize("kind", [b"5", b"2"])
def test_a_folder_with_content(kind: bytes) -> None:
    """Some readers skip it, others take it for the next header."""
    assert refused(header(b"x", kind, BLOCK) + A) == "'x' in it is not a file"


@pytest.mark.parametrize(
    "names",
    [
        [(b"a", b"0"), (b"a/b", b"0")],
        [(b"a/b", b"0"), (b"a", b"0")],
        [(b"a", b"0"), (b"./a", b"5")],
        [(b"a", b"5"), (b"a", b"0")],
        [(b"a/b/c", b"5"), (b"a/b", b"0")],
    ],
)
def test_a_file_and_a_folder_of_one_name(names: list[tuple[bytes, bytes]]) -> None:
    assert "it is a file and a folder" in refused(b"".join(header(*name) for name in names) + END)


@pytest.mark.parametrize(
    "before",
    [
        pax(record(b"path", b"y")) * 2,
        header(b"L", b"L", 2) + b"y\0".ljust(BLOCK, b"\0") + pax(record(b"path", b"z")),
        (header(b"L", b"L", 2) + b"y\0".ljust(BLOCK, b"\0")) * 2,
        pax(record(b"path", b"y"), record(b"path", b"z")),
        pax(record(b"path", b"y\0z")),
        pax(b"8 path=y\n"),
        pax(b"11 path=y\n"),
        pax(b" path=y\n"),
        pax(b"-9 path=y\n"),
        pax(b"9" * 5000 + b" path=y\n"),
        pax(b"\xb2 path=y\n"),
        pax(b"8 path y\n"),
        pax(b"x"),
        header(b"pax", b"x", 2 << 20) + bytes(2 << 20),
        header(b"L", b"L", 8 << 30),
    ],
)
def test_headers_that_overrule_or_are_broken(before: bytes) -> None:
    assert refused(before + header() + END).startswith("its layer is not a tar: ")


@pytest.mark.parametrize(
    "size", [b"-1024", b"+1", b"0x1", b"1" * 19, b"1.0", "\N{FULLWIDTH DIGIT ONE}".encode()]
)
def test_a_size_that_is_none(size: bytes) -> None:
    assert refused(pax(record(b"size", size)) + header() + END) == "'x' in it is not a file"


@pytest.mark.parametrize(
    "key", [b"GNU.sparse.map", b"GNU.sparse.major", b"GNU.sparse.size", b"GNU.sparse.name"]
)
def test_sparse_files(key: bytes) -> None:
    assert refused(pax(record(key, b"0")) + header() + END) == "'x' in it is not a file"


def test_pax_and_gnu_headers() -> None:
    long = b"/".join([b"n" * 90] * 3)
    tar = pax(record(b"path", long), record(b"size", b"2"), record(b"mtime", b"1.5"), record(b"x", b"a=b"))
    tar += header(b"cut", size=9) + b"hi".ljust(BLOCK, b"\0")
    tar += header(b"L", b"L", len(long) + 3) + (b"y/" + long + b"\0").ljust(BLOCK, b"\0") + header(b"cut")
    tar += header(b"K", b"K", 5) + b"link\0".ljust(BLOCK, b"\0") + header(b"link", b"2")
    tar += header(b"big", at_124=b"\x80" + bytes(10) + b"\x03") + b"big".ljust(BLOCK, b"\0")
    found = [(entry.path, entry.content) for entry in entries([tar + END])]
    assert found == [(long.decode(), b"hi"), (f"y/{long.decode()}", b""), ("big", b"big")]


def test_a_prefix_where_go_may_not_see_it() -> None:
    assert [e.path for e in entries([header(at_345=b"folder") + END])] == ["folder/x"]
    for magic in (b"ustar  \0", bytes(8)):
        assert "an old format" in refused(header(at_345=b"folder", at_257=magic) + END)
        assert [e.path for e in entries([header(at_257=magic) + END])] == ["x"]
    assert "an old format" in refused(header(at_345=b"folder", at_508=b"tar\0") + END)


def test_fields_to_their_last_byte() -> None:
    full = header(b"n" * 100, at_345=b"p" * 155, at_500=b"x")
    odd = header(b"\xff" * 100, at_157=b"\xff" * 100)  # whose sum has six digits
    old = header(at_257=bytes(8), at_500=b"x")
    tar = full + odd + old + END
    name = b"\xff" * 100
    assert [e.path for e in entries([tar])] == [
        f"{'p' * 155}/{'n' * 100}",
        name.decode("utf-8", "surrogateescape"),
        "x",
    ]
    assert refused(header(at_345=b"p", at_257=bytes(8)) + END) == (
        "its layer is not a tar: a header has an old format"
    )


def test_numbers_that_are_left_out_are_none_at_all() -> None:
    blank = header(b"a", at_108=b" " * 8, at_116=bytes(8), at_124=b" " * 12, at_136=bytes(12))
    assert list(entries([blank + END])) == [LayerEntry("a", 0o644, b"")]


@pytest.mark.parametrize("at", [148, 149, 153])
def test_a_sum_that_is_not_right(at: int) -> None:
    for content in (header(), header(b"\xff" * 100, at_157=b"\xff" * 100)):
        other = b"7" if content[at : at + 1] != b"7" else b"6"
        assert refused(content[:at] + other + content[at + 1 :] + END) == (
            "its layer is not a tar: it does not begin with a header"
        )


@pytest.mark.parametrize(
    ("tar", "why"),
    [
        (b"", "it is empty"),
        (A[:-1], "it is damaged"),
        (A[: BLOCK + 3], "it ends too early"),
        (A[: BLOCK + 100], "it ends too early"),
        (A[:700][:BLOCK] + A[BLOCK : 2 * BLOCK] + b"x" * BLOCK, "it is damaged"),
        (A[: 2 * BLOCK] + bytes(BLOCK) + A, "it is damaged"),
        (A + A, "it goes on after its end"),
        (A + bytes(9000) + b"x", "it goes on after its end"),
        (pax(record(b"path", b"y")), "it is damaged"),
        (pax(record(b"path", b"y")) + END, "it is damaged"),
        (b"x" * 2000, "it does not begin with a header"),
        (header(at_124=b"7777777777\0"), "it ends too early"),
        (header(at_124=b"\x80" + b"\xff" * 11), "it ends too early"),
        (header(at_124=b"\xff" * 12), "it does not begin with a header"),
        (header(at_124=b"9"), "it does not begin with a header"),
        (header(at_124=b"X0000000003\0"), "it does not begin with a header"),
        (header(at_124=b"00000000003X"), "it does not begin with a header"),
        (header(at_124=b"\x80\x01" + bytes(9) + b"\x03") + bytes(BLOCK) + END, "it ends too early"),
    ],
)
def test_what_is_no_tar(tar: bytes, why: str) -> None:
    assert refused(tar) == f"its layer is not a tar: {why}"


def test_the_end_of_other_tools() -> None:
    for tar in (A[: 2 * BLOCK], A[: 3 * BLOCK], A, A + bytes(10240)):
        assert [(entry.path, entry.content) for entry in entries([tar])] == [("a", b"content")]
