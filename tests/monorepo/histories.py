"""Made-up histories, and the layers of their commits."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from flux.artifact.ignore import Excludes
from flux.artifact.image import layer_of
from flux.artifact.published import in_order
from flux.artifact.tree import EXECUTABLE, REGULAR, Content, File
from tests.repo import Repo

Tree = Mapping[str, tuple[int, str]]
"""Mode and content by path."""

# Few enough that files and folders get in each other's way, that names sort between one another, and that
# each is left out by some of the patterns below.
INSIDE = [
    "x.yaml",
    "d",
    "d/y.yaml",
    "d/pic.png",
    "d.png",
    "d.png/z.yaml",
    "d/e/pic.png",
    "d/e/CHANGELOG.md",
    "CHANGELOG.md",
    "docs/n.md",
    "docs/keep.tmp",
    "d-",
    "d/\n:é",
]
NAMES = ["a", "a.b"]
PATHS = [f"{name}/{path}" for name in NAMES for path in INSIDE] + ["a", "beside.md", "a.b/.gitattributes"]
PATTERNS: list[tuple[str, ...]] = [
    (),
    ("CHANGELOG.md",),
    ("docs/", "*.tmp"),
    ("*.tmp", "!keep.tmp", "*.md"),
    ("d/*", "!d/y.yaml"),
    ("/d",),
    ("d/",),
    ("*", "!*.yaml"),
    ("*", "!*/", "!*.md"),
    ("d/e/", "!*.png"),
    ("**",),
]


@dataclass(frozen=True)
class Made:
    """A commit of the model, its parents by their places in the history."""

    parents: tuple[int, ...]
    tree: Tree


def put(tree: Tree, path: str, entry: tuple[int, str]) -> Tree:
    """The tree with a file, which takes the place of any folder or file in its way."""
    return {
        other: kept
        for other, kept in tree.items()
        if not other.startswith(f"{path}/") and not path.startswith(f"{other}/") and other != path
    } | {path: entry}


entries = st.tuples(st.sampled_from([REGULAR, EXECUTABLE]), st.sampled_from(["1", "2"]))
edits = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(PATHS), entries),
    st.tuples(st.just("drop"), st.sampled_from(PATHS), st.none()),
    st.tuples(st.just("drop"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("move"), st.sampled_from(PATHS), st.sampled_from(PATHS)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Commits that each come from one before, or from several, or go back to what one before had."""
    history: list[Made] = []
    for at in range(draw(st.integers(2, 7))):
        if not history:
            parents: list[int] = []
        else:
            earlier = st.integers(0, at - 1)
            parents = draw(
                st.one_of(
                    st.just([at - 1]), st.lists(earlier, min_size=1, max_size=3, unique=True), st.just([])
                )
            )
        tree: Tree = history[parents[0]].tree if parents else {}
        for other in parents[1:]:
            if draw(st.booleans()):
                for path, entry in history[other].tree.items():
                    tree = put(tree, path, entry)
        if history and draw(st.integers(0, 5)) == 0:
            tree = history[draw(st.integers(0, at - 1))].tree
        for kind, path, value in draw(st.lists(edits, max_size=6 if history else 12)):
            if kind == "drop":
                tree = {p: e for p, e in tree.items() if p != path and not p.startswith(f"{path}/")}
            elif kind == "move" and path in tree:
                entry = tree[path]
                tree = put({p: e for p, e in tree.items() if p != path}, str(value), entry)
            elif kind == "put":
                tree = put(tree, path, value)  # type: ignore[arg-type]
        history.append(Made(tuple(parents), tree))
    return history


def imported(path: Path, history: list[Made], prefix: str) -> tuple[Repo, list[str]]:
    """The history as a repository, and the hashes of its commits."""
    repo = Repo(path)
    stream: list[bytes] = []
    for at, made in enumerate(history, 1):
        stream.append(
            f"commit refs/heads/c{at}\nmark :{at}\ncommitter T <t@e> {at}000 +0000\ndata 0\n".encode()
        )
        for word, parent in zip(["from", *["merge"] * 9], made.parents, strict=False):
            stream.append(f"{word} :{parent + 1}\n".encode())
        stream.append(b"deleteall\n")
        for name, (mode, content) in made.tree.items():
            stream.append(
                f"M {mode:o} inline {quoted(prefix + name)}\ndata {len(content)}\n{content}\n".encode()
            )
    command = ["git", "-C", str(path), "fast-import", "--quiet", "--export-marks=marks"]
    subprocess.run(command, input=b"".join(stream), check=True)
    marks = dict(line.split(" ") for line in (repo.path / "marks").read_text().splitlines())
    return repo, [marks[f":{at}"] for at in range(1, len(history) + 1)]


def quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def layers(tree: Tree, ignored: Excludes) -> dict[str, bytes]:
    """The layer of each artifact there is: two are equal if and only if a cluster would get the same."""
    found: dict[str, list[File]] = {}
    contents = {path: content for path, (_, content) in tree.items()}
    for path, (mode, _) in tree.items():
        name, slash, inside = path.partition("/")
        if slash:
            found.setdefault(name, []).append(File(inside, mode, path))

    def read(file: File) -> Content:
        return Content.of(contents[file.oid].encode())

    return {name: b"".join(layer_of(in_order(files, ignored), read)) for name, files in found.items()}


def line(history: list[Made], at: int) -> Iterator[tuple[int, int | None]]:
    """The first-parent line back from a commit, each with its first parent."""
    while True:
        parents = history[at].parents
        yield at, parents[0] if parents else None
        if not parents:
            return
        at = parents[0]


def changed_at(made: list[dict[str, bytes]], name: str, at: int, parent: int | None) -> bool:
    return parent is None or made[at].get(name) != made[parent].get(name)
