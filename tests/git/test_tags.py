"""Annotated tags, those included that only other tools make."""

from pathlib import Path
from threading import Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import GitError
from flux.git.clone import Clone
from flux.git.tags import parse_tag
from tests.git.conftest import write_object
from tests.repo import Repo

TAGGER = "T A <t@example.com> 1700000000 +0000"


def tagged(repo: Repo, name: str, tagger: str | bytes | None = TAGGER, message: str = "m\n") -> str:
    """A tag of a commit with any tagger line, None being no line."""
    who = tagger.encode() if isinstance(tagger, str) else tagger
    line = b"" if who is None else b"tagger " + who + b"\n"
    begin = f"object {repo.head}\ntype commit\ntag {name}\n".encode()
    oid = write_object(repo, "tag", begin + line + b"\n" + message.encode())
    repo.git("update-ref", f"refs/tags/{name}", oid)
    return oid


def test_what_is_told_of_a_tag(repo: Repo, git: Clone) -> None:
    repo.tag("v1", message="two\n\nlines")
    (tag,) = git.annotated_tags()
    assert (tag.name, tag.commit, tag.message) == ("v1", repo.head, "two\n\nlines\n")
    assert (tag.tagger, tag.time) == ("Test <test@example.com>", 1767225660)


def test_the_newest_is_first_and_of_one_second_the_highest_version(repo: Repo, git: Clone) -> None:
    for name, time in (("v1.9", 1), ("v1.10", 1), ("v0.1", 3), ("v2.0", 2)):
        tagged(repo, name, f"T <t@example.com> {time} +0000")
    assert [tag.name for tag in git.annotated_tags()] == ["v0.1", "v2.0", "v1.10", "v1.9"]


def test_a_lightweight_tag_is_none(repo: Repo, git: Clone) -> None:
    repo.tag("light")
    assert git.annotated_tags() == []
    assert git.tags() == {"light": repo.head}


@pytest.mark.parametrize(
    ("tagger", "who", "time"),
    [
        (None, "", None),
        ("", "", None),
        ("T A <t@example.com>", "T A <t@example.com>", None),
        ("T A <t@example.com> yesterday", "T A <t@example.com>", None),
        ("T A <t@example.com> -5 +0000", "T A <t@example.com>", None),
        ("T A <t@example.com> 1700000000", "T A <t@example.com>", 1700000000),
        ("T A <t@example.com> 1700000000 +9999", "T A <t@example.com>", 1700000000),
        ("T A <t@example.com> 1700000000 +051800", "T A <t@example.com>", 1700000000),
        ("T A <t@example.com> 1700000000 UTC", "T A <t@example.com>", 1700000000),
        ("T A <t@example.com> 99999999999999999999999 +0000", "T A <t@example.com>", None),
        ("T A <t@example.com> 9999999999999999 +0000", "T A <t@example.com>", None),
        ("T A <t@example.com> " + "9" * 5000 + " +0000", "T A <t@example.com>", None),
        ("<> 1700000000 +0000", "<>", 1700000000),
        (b"\xe9 <t@example.com> 1700000000 +0000", "\N{REPLACEMENT CHARACTER} <t@example.com>", 1700000000),
        ("only a name 1700000000 +0000", None, None),
    ],
)
def test_taggers_of_any_kind(
    repo: Repo, git: Clone, tagger: str | bytes | None, who: str | None, time: int | None
) -> None:
    """Where the tag has no time that a calendar has, that of the commit counts."""
    tagged(repo, "v1", tagger)
    (tag,) = git.annotated_tags()
    assert tag.commit == repo.head
    assert tag.message == "m\n"
    if who is not None:
        assert tag.tagger == who
    committed = int(repo.git("log", "-1", "--format=%ct"))
    assert tag.time in ((time or committed,) if who is not None else (committed, 1700000000))


def test_a_tag_of_a_tag_is_one_of_the_commit(repo: Repo, git: Clone) -> None:
    tagged(repo, "inner")
    for name, inner in (("outer", "inner"), ("outermost", "outer")):
        repo.tag(name, inner, message=name)
    assert {tag.name: tag.commit for tag in git.annotated_tags()} == dict.fromkeys(
        ("inner", "outer", "outermost"), repo.head
    )


def test_tags_of_trees_and_blobs_are_none_here(repo: Repo, git: Clone) -> None:
    for name, at in (("tree", "HEAD^{tree}"), ("blob", "HEAD:artifacts/app/base.yaml")):
        repo.tag(name, at, message=name)
        repo.tag(f"light-{name}", at)
        repo.tag(f"nested-{name}", name, message=name)
    assert git.annotated_tags() == []
    assert len(git.tags()) == 6
    for oid in git.tags().values():
        assert not git.obtain(oid)
        assert oid not in git.first_parents(repo.head, [oid])


@pytest.mark.parametrize("kind", ["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"])
def test_a_signature_is_no_part_of_the_message(repo: Repo, git: Clone, kind: str) -> None:
    """As `for-each-ref` tells them apart."""
    said = f"one\n\n-----BEGIN {kind}-----\nquoted\n-----END {kind}-----\n x -----BEGIN {kind}-----\n"
    signature = f"-----BEGIN {kind}-----\n\nabc\n-----END {kind}-----\n"
    tagged(repo, "v1", message=said + signature)
    by_git = repo.git("for-each-ref", "--format=%(contents:signature)", "refs/tags")
    assert by_git.rstrip("\n") == signature.rstrip("\n")
    assert git.annotated_tags()[0].message == said


@given(st.binary(max_size=200))
def test_a_tag_of_any_bytes_is_read(content: bytes) -> None:
    tagger, time, message = parse_tag(b"tagger " + content)
    assert "\n" not in tagger
    assert 0 <= time <= 253_402_300_799
    assert len(message.encode()) <= 3 * len(content)


def test_a_message_that_is_not_utf_8(repo: Repo, git: Clone) -> None:
    content = f"object {repo.head}\ntype commit\ntag v1\ntagger {TAGGER}\n\n".encode() + b"caf\xe9\n"
    repo.git("update-ref", "refs/tags/v1", write_object(repo, "tag", content))
    (tag,) = git.annotated_tags()
    assert tag.message == "caf\N{REPLACEMENT CHARACTER}\n"


def test_a_tag_is_made_with_its_message_to_the_letter(repo: Repo, git: Clone) -> None:
    message = "# no comment\n\n\n trailing  \n\n"
    git.create_tag("v1", repo.head, message)
    assert git.annotated_tags()[0].message == message
    with pytest.raises(GitError, match="already exists"):
        git.create_tag("v1", repo.head, "another")
    other = repo.commit()
    git.create_tag("v1", other, "another", replace=True)
    assert git.tags() == {"v1": other}


def test_a_tag_is_pushed_and_fetched(repo: Repo, tmp_path: Path) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    first = repo.head
    with Clone(repo.path) as git:
        git.create_tag("v1", first, "one")
        git.push_tag("v1")
        assert git.home_tags() == {"v1": first}
    second = other.commit()
    with Clone(other.path) as theirs:
        theirs.create_tag("v1", second, "two")
        with pytest.raises(GitError):
            theirs.push_tag("v1")
        with pytest.raises(GitError):
            theirs.push_tag("v1", over="1" * 40)
        theirs.push_tag("v1", over=repo.git("rev-parse", "v1"))
    with Clone(repo.path) as git:
        git.fetch_tag("v1")
        assert git.tags() == {"v1": second}


def test_where_there_is_no_origin_tags_stay_here(repo: Repo, git: Clone) -> None:
    git.create_tag("v1", repo.head, "one")
    git.push_tag("v1")
    git.fetch_tag("v1")
    assert git.home_tags() == {"v1": repo.head}


def test_a_tag_that_another_run_fetches(repo: Repo, tmp_path: Path) -> None:
    """Its lock is gone after a moment, and is waited for."""
    origin = repo.bare_origin()
    origin.git("tag", "-m", "x", "v1", "main")
    lock = repo.path / ".git/refs/tags/v1.lock"
    lock.touch()
    Timer(0.1, lock.unlink).start()
    with Clone(repo.path) as git:
        git.fetch_tag("v1")
        assert git.tags() == {"v1": repo.head}


@pytest.mark.parametrize(
    "said", ["Releases are made by the release team.", "Nobody pushes on Fridays \u2603."]
)
def test_why_origin_refuses_a_tag_is_said(repo: Repo, said: str) -> None:
    origin = repo.bare_origin()
    hook = origin.path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    hook.chmod(0o755)
    with Clone(repo.path) as git:
        git.create_tag("v1", repo.head, "one\n")
        with pytest.raises(GitError) as refused:
            git.push_tag("v1")
    assert refused.value.message == (
        f"v1 was not pushed: hook declined; {said}; hook declined to update refs/tags/v1"
    )
    assert refused.value.hint


def test_a_tag_that_moved_meanwhile_is_said(repo: Repo) -> None:
    origin = repo.bare_origin()
    first = repo.head
    second = repo.commit("second")
    origin.git("tag", "v1", first)
    with Clone(repo.path) as git:
        git.create_tag("v1", first, "one\n")
        with pytest.raises(GitError) as refused:
            git.push_tag("v1", over=second)
    assert refused.value.message == "v1 was not pushed: somebody has made or moved it meanwhile (stale info)"
    assert refused.value.hint == "run the same command again"
