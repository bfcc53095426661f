"""Strategies for what git's trees can hold: odd names, modes, contents."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha1

from hypothesis import strategies as st

from flux.artifact.archive import archive
from flux.artifact.ignore import Excludes
from flux.artifact.image import layer_of
from flux.artifact.published import in_order
from flux.artifact.tree import EXECUTABLE, REGULAR, Content, File

Tree = Mapping[str, tuple[int, bytes]]
"""Paths with their modes and contents; no path is both a file and a folder."""

_SHORT = st.text("abcZ09 .-_~é\n\\", min_size=1, max_size=6)
_ANY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_BYTES = st.binary(min_size=1, max_size=12).map(lambda name: name.decode("utf-8", "surrogateescape"))
_LONG = st.builds(str.__mul__, st.sampled_from("aé"), st.integers(30, 255))


def _possible(part: str) -> bool:
    return "/" not in part and "\0" not in part and part not in (".", "..")


PARTS = st.one_of(_SHORT, _ANY, _BYTES, _LONG).filter(_possible)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
ENTRIES = st.tuples(st.sampled_from([REGULAR, EXECUTABLE]), st.binary(max_size=40))


def trees(paths: st.SearchStrategy[str] = PATHS, max_size: int = 12) -> st.SearchStrategy[Tree]:
    return st.dictionaries(paths, ENTRIES, max_size=max_size).map(_without_conflicts)


def _without_conflicts(tree: Tree) -> Tree:
    return {path: entry for path, entry in tree.items() if not any(p.startswith(path + "/") for p in tree)}


def files_of(tree: Tree) -> tuple[list[File], Callable[[File], bytes]]:
    """The files as git lists them, and how to read them."""
    contents = {sha1(content).hexdigest(): content for _, content in tree.values()}
    files = [File(path, mode, sha1(content).hexdigest()) for path, (mode, content) in tree.items()]
    return files, lambda file: contents[file.oid]


def layer(tree: Tree, excludes: Excludes) -> bytes:
    files, read = files_of(tree)
    return b"".join(layer_of(in_order(files, excludes), lambda file: Content.of(read(file))))


def archived(entries: Iterable[tuple[str, int, bytes | None]]) -> bytes:
    """A tar as a whole."""
    contents = (
        (path, mode, None if content is None else Content.of(content)) for path, mode, content in entries
    )
    return b"".join(archive(contents))
