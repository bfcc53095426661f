"""Trees and patterns that nobody would make mean to us what they mean to the real flux CLI."""

import gzip
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flux.artifact.ignore import FLUX_DEFAULTS, excludes
from flux.artifact.image import layer_of
from flux.artifact.published import in_order
from flux.artifact.tree import EXECUTABLE, REGULAR, Content, File
from flux.git.clone import Clone
from tests.artifact.trees import PARTS, Tree, trees
from tests.commands.invoking import HOSTILE_NAMES
from tests.integration.flux_cli import Prefix, checkout, flux, flux_push
from tests.integration.flux_cli import images as images
from tests.repo import Repo

pytestmark = pytest.mark.stories

_IGNORED = [
    "a.png",
    "b.JPG",
    ".png",
    "x.tar.gz",
    "a.zip",
    ".gitignore",
    ".gitmodules",
    ".sourceignore",
    "dir.png",
]

_SIDE_BY_SIDE = ["foo", "foo.yaml", "foo-bar", "foo!", "foo\x01"]


def _git_takes(part: str) -> bool:
    return len(os.fsencode(part)) <= 255 and ".git" not in part.lower() and "git~" not in part.lower()


_NAMES = st.one_of(
    PARTS.filter(_git_takes),
    st.sampled_from(_IGNORED),
    st.sampled_from(_SIDE_BY_SIDE),
    st.sampled_from(HOSTILE_NAMES),
)

_TREES = trees(st.lists(_NAMES, min_size=1, max_size=5).map("/".join)).filter(bool)


def _tree(*paths: str) -> Tree:
    return {path: (EXECUTABLE if "x" in path else REGULAR, path.encode()[:5]) for path in paths}


@example(_tree("foo/a", "foo.yaml", "foo-bar", "foo!", "foo/b/c"))
@example(
    _tree("dir.png/a.yaml", ".gitignore/a.yaml", "a/b.gif/c/d.yaml", "A.PNG", "\n.png", "a\n.png", "a.png\n")
)
@example(
    _tree(*(f"{'d' * size}/{'f' * other}" for size in (54, 55, 100) for other in (44, 45, 99, 100, 101)))
)
@example(_tree(*("/".join([letter * 200] * 3) for letter in "ab")))
@example(_tree("x" * 255, "é" * 127, "a" * 154 + "/b", "a" * 155 + "/b", "a" * 156 + "/b"))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TREES)
def test_any_tree_has_the_content_that_flux_gives_it(images: Prefix, tree: Tree) -> None:
    with TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo")
        for path, (mode, content) in tree.items():
            ignores = path.rpartition("/")[2] in (".gitignore", ".sourceignore")
            repo.write(f"artifacts/a/{path}", b"*\n" if ignores else content, mode == EXECUTABLE)
        repo.git("add", "--all", "--force")
        commit = repo.commit()
        flux_push(images.url("a"), checkout(repo, Path(folder) / "clean") / "artifacts" / "a", commit)
        with Clone(repo.path) as repository:
            files = repository.files(commit, "artifacts/", ["a"])["a"]
            assert len(files) == len(tree)
            tar = b"".join(layer_of(in_order(files, excludes(())), lambda file: repository.open(file.oid)))
    assert tar == images.image("a").tar


_GLOBS = (
    *("*", "/*", "?", "[ab]", "*.md", "README.md", "a", "b", "docs", "/docs", "d*"),
    *("a/b", "a/**", "docs/*", "**/docs", "docs/README.md", "a/*/x.md", "a/**/x.md"),
)

_PATTERNS = st.builds(
    "{}{}{}".format, st.sampled_from(["", "!"]), st.sampled_from(_GLOBS), st.sampled_from(["", "/"])
).filter(lambda pattern: not pattern.endswith("**/"))

_PLACES = st.lists(st.sampled_from(["a", "b", "docs"]), max_size=3)

_PATHS = st.builds(
    lambda place, name: "/".join([*place, name]), _PLACES, st.sampled_from(["x.md", "README.md"])
)


@example(["*.md", "!README.md", "docs"], {"docs/README.md", "README.md", "x.md"})
@example(["a", "!a/x.md"], {"a/x.md", "a/README.md"})
@settings(max_examples=30)
@given(st.lists(_PATTERNS, min_size=1, max_size=4), st.sets(_PATHS, min_size=1, max_size=8))
def test_patterns_leave_out_what_flux_leaves_out(patterns: list[str], paths: set[str]) -> None:
    with TemporaryDirectory() as folder:
        for path in paths:
            (Path(folder, "a") / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder, "a") / path).touch()
        packed = Path(folder, "a.tgz")
        ignored = [f"--ignore-paths={pattern}" for pattern in ("", *FLUX_DEFAULTS, *patterns)]
        flux("build", "artifact", "--path", Path(folder, "a"), "--output", packed, *ignored)
        theirs = gzip.decompress(packed.read_bytes())
    files = [File(path, REGULAR, "") for path in paths]
    entries = in_order(files, excludes(tuple(patterns)))
    assert b"".join(layer_of(entries, lambda file: Content.of(b""))) == theirs
