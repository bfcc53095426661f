"""What is left out: Flux's own list, and gitignore patterns on top."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.ignore import excludes, matcher
from tests.repo import Repo


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("kustomization.yaml", False),
        (".gitignore", True),
        ("deep/below/.gitattributes", True),
        (".gitmodules", True),
        (".git/", True),
        (".git", False),
        ("logo.png", True),
        ("img/logo.jpeg", True),
        ("logo.PNG", False),
        ("chart.tar.gz", True),
        ("chart.tgz", False),
        ("logo.png/", True),
        ("logo.png/readme.txt", True),
        (".sourceignore", False),
        ("CHANGELOG.md", False),
        ("two\nlines.zip", True),
        ("lines\n.yaml", False),
    ],
)
def test_what_flux_leaves_out(path: str, left_out: bool) -> None:
    assert excludes(())(path) is left_out


_PATTERNS = (
    "CHANGELOG.md",
    "/tests/",
    "docs/**/*.md",
    "*.bak",
    "!keep.bak",
    "!logo.png",
    "#no",
    r"\#yes",
    " ",
)
_PATHS = (
    ("CHANGELOG.md", True),
    ("deep/CHANGELOG.md", True),
    ("CHANGELOG.md.txt", False),
    ("tests/a.yaml", True),
    ("base/tests/a.yaml", False),
    ("tests", False),
    ("docs/readme.md", True),
    ("docs/a/b/readme.md", True),
    ("docs/readme.txt", False),
    ("a.bak", True),
    ("a\nb.bak", True),
    ("\udce9.bak", True),
    ("keep.bak", False),
    ("deep/keep.bak", False),
    ("logo.png", False),
    ("other.png", True),
    ("#no", False),
    ("#yes", True),
)


@pytest.mark.parametrize(("path", "left_out"), _PATHS)
def test_patterns(path: str, left_out: bool) -> None:
    assert excludes(_PATTERNS)(path) is left_out


def test_patterns_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    ours = [(path, left_out) for path, left_out in _PATHS if path != "other.png"]  # which is Flux's
    repo.write(".gitignore", "\n".join(_PATTERNS))
    asked = "".join(path + "\0" for path, _ in ours).encode("utf-8", "surrogateescape")
    check = ["git", "check-ignore", "-z", "--stdin", "--no-index"]
    answer = subprocess.run(check, input=asked, cwd=tmp_path, stdout=subprocess.PIPE).stdout
    assert answer.decode("utf-8", "surrogateescape").split("\0")[:-1] == [p for p, out in ours if out]


@pytest.mark.parametrize(
    ("patterns", "left_out"),
    [
        (("*.md", "!README.md", "docs"), True),
        (("*.md", "!README.md", "/docs/"), True),
        (("!docs/README.md", "docs"), True),
        (("docs/*", "!docs/README.md"), False),
        (("*.md", "!README.md"), False),
    ],
)
def test_the_last_pattern_decides(tmp_path: Path, patterns: tuple[str, ...], left_out: bool) -> None:
    assert excludes(patterns)("docs/README.md") is left_out
    Repo(tmp_path).write(".gitignore", "\n".join(patterns))
    check = ["git", "check-ignore", "--quiet", "--no-index", "docs/README.md"]
    assert subprocess.run(check, cwd=tmp_path).returncode == (0 if left_out else 1)


def test_a_file_comes_back_from_a_folder_that_is_left_out() -> None:
    """As with flux, and not with git."""
    matches = excludes(("docs", "!docs/README.md"))
    assert (matches("docs/"), matches("docs/a.yaml"), matches("docs/README.md")) == (True, True, False)


@pytest.mark.parametrize("pattern", ["!", "\\"])
def test_a_pattern_that_is_none(pattern: str) -> None:
    with pytest.raises(ValueError, match="Invalid git pattern"):
        excludes((pattern,))


_NAME = st.text("ab.-_", min_size=1, max_size=3).filter(lambda name: name.strip("._-"))
_PLAIN_PATTERN = st.builds("{}{}{}".format, st.sampled_from(["", "*"]), _NAME, st.sampled_from(["", "/"]))
_PATH = st.builds(
    "{}{}".format,
    st.lists(st.text("ab.-_\n", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "/"]),
)


@given(st.lists(_PLAIN_PATTERN, max_size=4), st.lists(_PATH, min_size=1))
def test_names_mean_what_they_mean_to_the_library(patterns: list[str], paths: list[str]) -> None:
    # A pattern of the other kind that matches nothing: the library is asked then.
    asked = matcher((*patterns, "/x/y/z"))
    ours = matcher(tuple(patterns))
    assert {path: ours(path) for path in paths} == {path: asked(path) for path in paths}


def test_names_need_no_library() -> None:
    asked = "import sys; from flux.artifact.ignore import excludes; excludes(('CHANGELOG.md',))('a')"
    code = f"{asked}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "flux.artifact.ignore" in loaded.split()
    assert "pathspec" not in loaded.split()
