"""What differs between two images' files, held against git."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flux.artifact.difference import ChangeKind, difference, fenced, render_patch
from flux.artifact.tree import path_bytes
from tests.artifact.trees import PATHS
from tests.commands.invoking import HOSTILE_NAMES
from tests.repo import Repo

Files = Mapping[str, bytes]

_PATHS = PATHS.filter(
    lambda path: ".git" not in path.lower() and max(map(len, map(path_bytes, path.split("/")))) < 256
)
_LINES = st.sampled_from(
    [
        "a: 1\n",
        "b: 2\n",
        "  c: é\n",
        "\n",
        "```\n",
        "~~~~\n",
        "\x0c\n",
        "\u2028x\n",
        "d\r\n",
        "e\rf\n",
        "-- x\n",
    ]
)
_CONTENT = st.builds(
    lambda lines, end: ("".join(lines) + end).encode(),
    st.lists(_LINES, max_size=25),
    st.sampled_from(["", "z"]),
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Files, Files]:
    """Two trees of text: some files edited, some only in one."""
    paths = draw(st.lists(_PATHS | st.sampled_from(["a.yaml", "b/c.yaml"]), unique=True, max_size=5))
    paths = [path for path in paths if not any(other.startswith(path + "/") for other in paths)]
    old = {path: draw(_CONTENT) for path in paths}
    new = {path: edited(draw, content) for path, content in old.items()}
    for path in paths:
        gone = draw(st.sampled_from([None, None, old, new]))
        if gone is not None:
            del gone[path]
    return old, new


def edited(draw: st.DrawFn, content: bytes) -> bytes:
    lines = content.decode().split("\n")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 2))] = draw(st.lists(_LINES.map(str.strip), max_size=2))
    return "\n".join(lines).encode()


def write(folder: Path, files: Files) -> None:
    folder.mkdir(exist_ok=True)
    for path, content in files.items():
        target = folder / os.fsdecode(path.encode("utf-8", "surrogateescape"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(edits())
def test_git_applies_it(trees: tuple[Files, Files]) -> None:
    old, new = trees
    patch = render_patch(difference(old, new))
    assert (patch == "") == (old == new)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder, old)
        if patch:
            command = ["git", "apply", "--whitespace=nowarn", "-"]
            subprocess.run(command, cwd=folder, input=patch.encode(), check=True)
        assert read(folder) == new


def test_it_is_what_git_shows(tmp_path: Path) -> None:
    names = [name for name in HOSTILE_NAMES if name.isprintable() or name.isascii()]
    old = {
        "gone.yaml": b"a: 1\n",
        "same.yaml": b"a: 1\n",
        "empty-gone": b"",
        "image.bin": b"\0\1",
        "no-end": b"a\nb",
        "long.yaml": b"".join(b"%d\n" % n for n in range(40)),
        **{f"x/{name}": b"old\n" for name in names},
    }
    new = {
        "added.yaml": b"a: 1\nb: 2\n",
        "same.yaml": b"a: 1\n",
        "empty-added": b"",
        "image.bin": b"\0\2",
        "added.bin": b"\0",
        "no-end": b"a\nb\n",
        "long.yaml": b"".join(b"%d\n" % n for n in range(40) if n not in (3, 30)),
        **{f"x/{name}": b"new\n" for name in names},
    }
    repo = Repo(tmp_path)
    repo.commit(files=old)
    for path in old.keys() - new.keys():
        repo.remove(path)
    repo.commit(files=new)
    shown = repo.git("-c", "core.quotePath=false", "diff", "--no-renames", "HEAD~", "HEAD") + "\n"
    shown = re.sub("(?m)^index .*\n", "", shown)
    # What is behind the second @@ is a guess at the function.
    assert render_patch(difference(old, new)) == re.sub("(?m)^(@@ [^@]* @@).*$", r"\1", shown)


def test_what_became_of_each_file() -> None:
    old = {"b": b"1", "a": b"1", "same": b"", "latin": b"\xe9", "bin": b"\0"}
    new = {"b": b"2", "c": b"1", "same": b"", "latin": b"e", "bin": b"\0", "a.b": b""}
    assert [(found.path, found.kind, found.hunks is None) for found in difference(old, new)] == [
        ("a", ChangeKind.REMOVED, False),
        ("a.b", ChangeKind.ADDED, False),
        ("b", ChangeKind.CHANGED, False),
        ("c", ChangeKind.ADDED, False),
        ("latin", ChangeKind.CHANGED, True),
    ]


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("\x1b[31m", r'diff --git "a/\033[31m" "b/\033[31m"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", r'diff --git "a/\342\200\256x" "b/\342\200\256x"'),
        ("caf\udce9", r'diff --git "a/caf\351" "b/caf\351"'),
        ("日本語", "diff --git a/日本語 b/日本語"),
    ],
)
def test_a_name_that_a_terminal_would_obey(path: str, header: str) -> None:
    assert render_patch(difference({path: b"1"}, {path: b"2"})).splitlines()[0] == header


@given(edits(), st.integers(40, 2000))
def test_a_block_of_markdown_that_nothing_ends(trees: tuple[Files, Files], most: int) -> None:
    found = difference(*trees)
    block, whole = fenced(found, most)
    assert len(block) <= most
    (token,) = MarkdownIt("commonmark").parse(block)
    assert (token.type, token.info) == ("fence", "diff")
    everything = re.sub("\r\n?", "\n", render_patch(found))  # as Markdown has it
    assert everything.startswith(token.content)
    assert whole == (token.content == everything)


def test_a_cut_block_is_as_full_as_it_can_be() -> None:
    found = difference({}, {"a": b"".join(b"%d\n" % n for n in range(1000))})
    block, whole = fenced(found, 500)
    assert not whole
    assert 490 < len(block) <= 500
    ticks, whole = fenced(difference({}, {"a": b"`" * 10_000}), 500)
    assert not whole
    assert ticks.endswith("@@ -0,0 +1 @@\n```\n")
