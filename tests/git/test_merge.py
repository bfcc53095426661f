"""Three contents are merged as git merges files, which is asked where all three differ."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import GitError
from flux.git.clone import Clone
from flux.git.merge import merge
from flux.git.process import Process
from tests.git.counted import CountedGit

BASE, OURS, THEIRS, BOTH = b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n", b"A\nb\nc\nD\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [(BASE, OURS, THEIRS, BOTH), (BASE, OURS, b"X\nb\nc\nd\n", None), (b"", b"x\n", b"y\n", None)],
)
def test_where_all_differ(git: Clone, base: bytes, ours: bytes, theirs: bytes, merged: bytes | None) -> None:
    assert git.merged(base, ours, theirs) == merged


def test_more_conflicts_than_an_exit_code_counts(git: Clone) -> None:
    base, ours, theirs = (
        b"".join(b"%d%s\n.\n.\n.\n" % (n, x) for n in range(300)) for x in (b"", b"o", b"t")
    )
    assert git.merged(base, ours, theirs) is None


def test_what_is_no_text(git: Clone) -> None:
    with pytest.raises(GitError):
        git.merged(b"\0a", b"\0b", b"\0c")


@given(st.lists(st.sampled_from([b"", BASE, OURS, b"\0\xff"]), min_size=2, max_size=2))
def test_where_two_are_the_same_nobody_is_asked(pair: list[bytes]) -> None:
    nobody: Process = None  # type: ignore[assignment]
    one, other = pair
    assert merge(nobody, one, one, other) == other
    assert merge(nobody, one, other, one) == other
    assert merge(nobody, one, other, other) == other


def test_one_process_merges(git: Clone, counted: CountedGit, tmp_path: Path) -> None:
    counted.forget()
    git.merged(BASE, OURS, OURS)
    assert counted.calls == []
    git.merged(BASE, OURS, THEIRS)
    assert [call[0] for call in counted.calls] == ["merge-file"]
    names = [tmp_path / name for name in ("ours", "base", "theirs")]
    for name, content in zip(names, (OURS, BASE, THEIRS), strict=True):
        name.write_bytes(content)
    by_git = subprocess.run(["git", "merge-file", "-p", *map(str, names)], stdout=subprocess.PIPE, check=True)
    assert git.merged(BASE, OURS, THEIRS) == by_git.stdout
