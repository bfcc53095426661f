"""What commits say of themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from flux.release.commits import LoggedCommit, asked_bump, read_commit


def logged(subject: str, body: str = "") -> LoggedCommit:
    return LoggedCommit("a" * 40, subject, body)


@pytest.mark.parametrize(
    ("subject", "body", "breaks"),
    [
        ("fix: a", "BREAKING CHANGE: gone", ("gone",)),
        ("fix: a", "BREAKING-CHANGE: gone", ("gone",)),
        ("fix: a", "Text.\n\nBREAKING CHANGE: gone\nand more\nRefs: #1", ("gone and more",)),
        ("fix: a", "BREAKING CHANGE: one\nBREAKING CHANGE: two", ("one", "two")),
        ("fix: a", "BREAKING CHANGE: one\r\n\r\nSigned-off-by: A <a@b>\r\n", ("one",)),
        ("fix: a", "BREAKING CHANGE #12", ("12",)),
        ("no convention", "BREAKING CHANGE: gone", ("gone",)),
        ("fix: a", "BREAKING CHANGE:\ngone\nand more\n\nRefs: #1", ("gone and more",)),
        ("fix: a", "BREAKING CHANGE:\n\ngone", ("gone",)),
        ("fix: a", "BREAKING CHANGE: gone\n  and folded\nRefs: #1", ("gone and folded",)),
        ("Merge (#1)", "* fix: a\n\n* BREAKING CHANGE: one\n* BREAKING CHANGE: two", ("one", "two")),
        ("fix: a", "  BREAKING CHANGE: gone", ("gone",)),
        ("fix: a", "BREAKING CHANGE:gone", ("gone",)),
        ("chore(x)!: a", "", ()),
        ("ci-x!: a", "", ()),
        ("deps(a/b)!: a", "", ()),
    ],
)
def test_breaking(subject: str, body: str, breaks: tuple[str, ...]) -> None:
    said = read_commit(logged(subject, body))
    assert said.is_breaking
    assert said.breaks == breaks


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("fix: a", "This is not a BREAKING CHANGE: really"),
        ("fix: a", "breaking change: lower case"),
        ("fix: a", "BREAKING CHANGE:"),
        ("fix: a", "BREAKING CHANGE:\nSigned-off-by: A <a@b>"),
        ("fix: a", "BREAKING CHANGE:\n\n\nlater"),
        ("fix: a", "BREAKING CHANGES: many"),
        ("what! a: b", ""),
    ],
)
def test_not_breaking(subject: str, body: str) -> None:
    assert not read_commit(logged(subject, body)).is_breaking


def test_reverts_and_authors() -> None:
    said = read_commit(logged('Revert "feat: x"', "This reverts commit 1.\n\nCo-authored-by: Bob B <b@x>\n"))
    assert (said.type, said.subject, said.authors) == ("revert", 'Revert "feat: x"', ("Bob B",))
    assert not said.is_breaking
    squashed = read_commit(logged('Revert "feat!: x" (#12)'))
    assert (squashed.type, squashed.subject) == ("revert", 'Revert "feat!: x" (#12)')
    assert read_commit(
        logged('Revert "x"', "This reverts commit 1.\n\nBREAKING CHANGE: it is gone")
    ).is_breaking
    twice = "Co-Authored-By: A <a@x>\nco-authored-by: A <a@y>\nCo-authored-by: <no@name>\nCo-authored-by: x"
    assert read_commit(logged("a", twice)).authors == ("A",)


@pytest.mark.parametrize(
    ("last", "subjects", "bump"),
    [
        ("1.2.3", ["fix: a", "docs: b"], "patch"),
        ("1.2.3", ["fix: a", "feat: b"], "minor"),
        ("1.2.3", ["fix: a", "chore!: b", "feat: c"], "major"),
        ("0.2.3", ["chore!: b"], "minor"),
        ("0.2.3", ["chore: b"], "patch"),
        (None, ["fix: a"], "minor"),
        ("1.0.0", ["Tidy up"], "patch"),
    ],
)
def test_the_bump_that_is_asked_for(last: str | None, subjects: list[str], bump: str) -> None:
    assert asked_bump(map(logged, subjects), Version.parse(last) if last else None) == bump


@given(
    st.text(max_size=80), st.text(st.sampled_from("BREAKING CHANGE:- #\nCo-authored-by <>x"), max_size=200)
)
def test_any_text_is_read(subject: str, body: str) -> None:
    said = read_commit(logged(subject, body))
    assert said.is_breaking or not said.breaks
