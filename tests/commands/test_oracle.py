"""Change detection against the slow and obvious way: make the layers of both commits and compare them.

Histories come from `git fast-import`, which takes any tree as it is, in one process.
"""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.changes import last_changes
from flux.artifact.ignore import Excludes, excludes
from flux.artifact.image import layer_of
from flux.artifact.tree import EXECUTABLE, REGULAR, File
from flux.commands.list import list_artifacts
from flux.git.clone import Clone
from flux.settings import Settings
from tests.commands.helpers import changed, push
from tests.monorepos import opened
from tests.repo import Repo

pytestmark = pytest.mark.stories

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
    return {
        name: layer_of(files, ignored, lambda file: contents[file.oid].encode())
        for name, files in found.items()
    }


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


@given(
    history=histories(),
    ignore=st.sampled_from(PATTERNS),
    sources=st.sampled_from([".", "artifacts", "a/b"]),
    picks=st.data(),
)
def test_changes_and_revisions_are_those_of_the_layers(
    history: list[Made], ignore: tuple[str, ...], sources: str, picks: st.DataObject
) -> None:
    settings = Settings(sources=sources, ignore=ignore, branch=f"c{len(history)}")
    ignored = excludes(ignore)
    made = [layers(commit.tree, ignored) for commit in history]
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, settings.prefix)

        place = st.integers(0, len(history) - 1)
        old, new = picks.draw(place), picks.draw(place)
        found = changed(repo, push(hashes[old], hashes[new]), sources=sources, ignore=ignore)
        assert found.artifacts == sorted(n for n in made[new] if made[old].get(n) != made[new][n])
        assert found.removed == sorted(made[old].keys() - made[new].keys())
        for name, paths in found.reasons.items():
            assert paths, "there is a reason"
            for path in paths:
                inside = path.removeprefix(settings.prefix)
                assert inside.startswith(f"{name}/")
                assert history[old].tree.get(inside) != history[new].tree.get(inside), "that is true"

        with Clone(repo.path) as repository:
            names = repository.artifacts(hashes[new], settings.prefix)
            assert sorted(names) == sorted(made[new])
            asked = picks.draw(st.sets(st.sampled_from(names))) if names else set()
            for wanted in (names, sorted(asked)):
                walk = repository.line(hashes[new], settings.prefix, wanted)
                revisions = last_changes(walk, wanted, settings.prefix, ignored) if wanted else {}
                assert {name: hashes.index(r.commit) for name, r in revisions.items()} == {
                    name: next(at for at, parent in line(history, new) if changed_at(made, name, at, parent))
                    for name in wanted
                }
                assert all(r.time == 1000 * (hashes.index(r.commit) + 1) for r in revisions.values())


@given(history=histories(), ignore=st.sampled_from(PATTERNS), picks=st.data())
def test_commits_since_a_release_are_those_that_changed_the_layer(
    history: list[Made], ignore: tuple[str, ...], picks: st.DataObject
) -> None:
    settings = Settings(ignore=ignore, branch=f"c{len(history)}", release_tag="{artifact}/{version}")
    made = [layers(commit.tree, excludes(ignore)) for commit in history]
    head = len(history) - 1
    on_line = {at for at, _ in line(history, head)}
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, settings.prefix)
        repo.git("checkout", "--quiet", "--detach", hashes[head])
        releases = {
            name: [(at, f"1.0.{n}") for n, at in enumerate(sorted(picks.draw(st.sets(st.integers(0, head)))))]
            for name in NAMES
        }
        for name, places in releases.items():
            for at, version in places:
                repo.tag(f"{name}/{version}", hashes[at], message=picks.draw(st.sampled_from([None, "x"])))
        with opened(repo, settings) as monorepo:
            listing = list_artifacts(monorepo)
    assert {listed.artifact for listed in listing.artifacts} == made[head].keys()
    for listed in listing.artifacts:
        places = releases.get(listed.artifact, [])
        assert listed.release == (places[-1][1] if places else None)
        if not places or places[-1][0] not in on_line:
            assert listed.commits_since is None
            continue
        since = 0
        for at, parent in line(history, head):
            if at == places[-1][0]:
                break
            since += changed_at(made, listed.artifact, at, parent)
        assert listed.commits_since == since
        assert listed.changed is False
