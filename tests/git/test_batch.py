"""One process reads every object, and is replaced where it has ended."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.git.batch import Batch, BatchError
from flux.git.clone import Clone
from tests.git.counted import CountedGit
from tests.repo import Repo


@pytest.fixture
def batch(git: Clone) -> Batch:
    return Batch(git.parts.process)


def running(batch: Batch) -> "subprocess.Popen[bytes]":
    assert batch._running
    return batch._running


def test_objects_of_every_kind(repo: Repo, batch: Batch) -> None:
    repo.tag("v1", message="tag")
    repo.commit(files={"empty": "", "lines": "missing\n\n" * 3})
    for revision in ("HEAD", "HEAD^{tree}", "HEAD:empty", "HEAD:lines", "v1"):
        oid = repo.git("rev-parse", revision)
        found = batch.ask(oid)
        assert found
        assert (found.oid, found.kind) == (oid, repo.git("cat-file", "-t", oid))
        shown = subprocess.run(
            ["git", "-C", str(repo.path), "cat-file", found.kind, oid], stdout=subprocess.PIPE, check=True
        )
        assert found.content == shown.stdout
    batch.close()


def test_what_is_not_there(repo: Repo, batch: Batch) -> None:
    assert batch.ask("1" * 40) is None
    assert batch.ask("refs/heads/no such branch^{commit}") is None
    assert batch.ask(f"{repo.head}\n{repo.head}") is None
    assert batch.ask(repo.head), "and the next answer is to the next question"
    batch.close()


def test_one_process_answers_until_it_is_closed(repo: Repo, batch: Batch, counted: CountedGit) -> None:
    oids = [repo.head, *(repo.commit() for _ in range(5))]
    counted.forget()
    with ThreadPoolExecutor(8) as pool:
        for oid, found in zip(oids * 50, pool.map(batch.ask, oids * 50), strict=True):
            assert found
            assert found.oid == oid
    assert counted.calls == [["cat-file", "--batch"]]
    process = running(batch)
    batch.close()
    assert process.returncode is not None
    batch.close()
    assert batch.ask(repo.head)
    assert len(counted.of("cat-file")) == 2
    batch.close()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_died_is_replaced(repo: Repo, batch: Batch, sign: signal.Signals) -> None:
    for _ in range(3):
        assert batch.ask(repo.head)
        os.kill(running(batch).pid, sign)
        running(batch).wait()
    assert batch.ask(repo.head)
    batch.close()


def test_a_git_that_ends_at_once_is_not_started_for_ever(
    repo: Repo, batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = repo.head
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/git"
    program.write_text(f"#!/bin/sh\necho started >>{tmp_path}/log\nexit 128\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=os.pathsep)
    with pytest.raises(BatchError):
        batch.ask(head)
    assert (tmp_path / "log").read_text() == "started\n"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no header",
        "{oid} commit",
        "{oid} commit -5",
        "{oid} commit 99999999999999999999999999",
        "{oid} commit 999999999999",
        "{oid} potato 3\nabc",
        "{oid} commit 10\nabc",
        "{oid} commit 2\nabc",
        "x{oid} commit 3\nabc",
    ],
)
def test_an_answer_that_is_none(
    repo: Repo, batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    head = repo.head
    (tmp_path / "bin").mkdir()
    (tmp_path / "answer").write_text(answer.format(oid=head) + "\n")
    program = tmp_path / "bin/git"
    program.write_text(f"#!/bin/sh\nread line\ncat {tmp_path}/answer\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=os.pathsep)
    with pytest.raises(BatchError):
        batch.ask(head)


def test_a_clone_that_is_forgotten_leaves_no_process(repo: Repo) -> None:
    git = Clone(repo.path)
    assert git.obtain(repo.head)
    process = running(git.parts.objects._batch)
    del git
    assert process.poll() is not None
