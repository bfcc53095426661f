"""Blobs in one go: each whole, those that nobody opens passed over."""

import hashlib
import shutil
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.git.batch import BatchError
from flux.git.clone import Clone
from flux.git.stream import Stream
from tests.git.conftest import write_object
from tests.repo import Repo

_CONTENTS = [b"", b"\n", b"a missing\n", b"x" * 300_000, bytes(range(256)) * 5000, b"\0", b"last"]


def name(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.fixture
def contents(repo: Repo) -> list[bytes]:
    for content in _CONTENTS:
        write_object(repo, "blob", content)
    return _CONTENTS


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_those_that_are_opened_are_whole(git: Clone, contents: list[bytes], data: st.DataObject) -> None:
    named = data.draw(st.lists(st.sampled_from(contents), max_size=8))
    is_opened = data.draw(st.lists(st.booleans(), min_size=len(named), max_size=len(named)))
    with closing(Stream(git.parts.process, [name(content) for content in named])) as stream:
        for content, opened in zip(named, is_opened, strict=True):
            if opened:
                found = stream.open(name(content))
                assert found
                assert found.size == len(content)
                if data.draw(st.booleans()):
                    assert found.whole() == content
                else:
                    next(iter(found.pieces), None)
        assert stream.open("0" * 40) is None


def test_what_is_not_there_is_passed_over(git: Clone, contents: list[bytes]) -> None:
    stream = Stream(git.parts.process, ["1" * 40, name(b"last")])
    found = stream.open(name(b"last"))
    assert found
    assert found.whole() == b"last"
    stream.close()


def test_git_that_ends(git: Clone, repo: Repo, contents: list[bytes]) -> None:
    large = name(_CONTENTS[4])
    stream = Stream(git.parts.process, [large])
    found = stream.open(large)
    assert found
    pieces = iter(found.pieces)
    next(pieces)
    stream._running.kill()
    with pytest.raises(BatchError):
        list(pieces)
    stream.close()
    shutil.rmtree(repo.path / ".git" / "objects")
    broken = Stream(git.parts.process, [large])
    assert broken.open(large) is None
    broken.close()


def test_a_clone_opens_as_it_expects_to_and_otherwise_too(git: Clone, contents: list[bytes]) -> None:
    oids = [name(content) for content in contents]
    with git.expecting(oids[2:]):
        assert git.open(oids[3]).whole() == contents[3]
        assert git.open(oids[0]).whole() == contents[0]
        assert git.open(oids[5]).whole() == contents[5]
    for oid, content in zip(oids, contents, strict=True):
        found = git.open(oid)
        assert (found.size, found.whole()) == (len(content), content)
