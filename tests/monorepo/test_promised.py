"""The contents of a plan come to a partial clone in one fetch, and only when one of them is needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.errors import FluxError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.settings import Settings, read_settings
from tests.git.conftest import partial
from tests.git.counted import fetches
from tests.monorepos import opened
from tests.repo import Repo

STEP = {"artifacts": [{"path": "artifacts/*", "prepare": "make", "inputs": ["shared/**"]}]}


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    return tmp_path / "trace"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    for n in range(4):
        files = {f"artifacts/{name}/x.yaml": f"{name}: {n}\n" for name in ("app", "db")}
        rules = {".gitattributes": f"*.n{n} text\n", "artifacts/app/.gitattributes": f"*.m{n} text\n"}
        repo.commit(
            files=files | rules | {"invoke.yaml": f"flux: {{ignore: [n{n}]}}\n", "shared/s": f"{n}\n"}
        )
    return repo


@pytest.fixture
def monorepo(repo: Repo, tmp_path: Path) -> Iterator[Monorepo]:
    with opened(partial(repo, tmp_path)) as monorepo:
        monorepo.git.obtain_history(monorepo.git.head(), files=["invoke.yaml"])
        yield monorepo


def commits(monorepo: Monorepo) -> list[str]:
    return monorepo.git.first_parents(monorepo.git.head())


def test_all_that_is_expected_comes_with_the_first(monorepo: Monorepo, trace: Path) -> None:
    expected = [(name, commit) for commit in commits(monorepo) for name in ("app", "db")]
    monorepo.promised.expect(lambda: expected)
    assert fetches(trace) == 0
    images = {one: Sources(monorepo, one[1]).image_of(one[0]).diff_id for one in expected}
    assert fetches(trace) == 1
    assert len(set(images.values())) == len(expected)


def test_files_that_are_read_come_together_too(monorepo: Monorepo, trace: Path) -> None:
    expected = [("db", commit) for commit in commits(monorepo)]
    monorepo.promised.expect(lambda: expected[:2])
    monorepo.promised.expect(lambda: expected[2:])
    for n, (name, commit) in enumerate(expected):
        sources = Sources(monorepo, commit)
        assert sources.contents(sources.kept([name])[name]) == {"x.yaml": b"db: %d\n" % (3 - n)}
    assert fetches(trace) == 1


def test_what_else_is_needed_brings_nothing_expected(monorepo: Monorepo, trace: Path) -> None:
    newest, *others = commits(monorepo)
    monorepo.promised.expect(lambda: [("db", commit) for commit in others])
    monorepo.promised.obtain(newest)
    assert fetches(trace) == 0
    monorepo.promised.obtain(others[0])
    monorepo.promised.obtain(others[1])
    assert fetches(trace) == 1


def test_what_is_not_there_stops_nothing_else(monorepo: Monorepo, trace: Path) -> None:
    commit = commits(monorepo)[1]
    monorepo.promised.expect(lambda: [("gone", commit), ("app", "0123456789" * 4), ("app", commit)])
    monorepo.promised.obtain(commit)
    there = fetches(trace)
    assert Sources(monorepo, commit).image_of("app")
    assert fetches(trace) == there
    with pytest.raises(FluxError):
        Sources(monorepo, commit).image_of("gone")


def test_what_a_build_step_reads_comes_too(repo: Repo, tmp_path: Path, trace: Path) -> None:
    settings = read_settings(STEP, {})
    repo.commit(files={"invoke.yaml": ""})
    commit = repo.commit(files={"shared/s": "last\n"})
    with opened(partial(repo, tmp_path), settings) as monorepo:
        monorepo.git.obtain_history(commit, files=["invoke.yaml"])
        trace.unlink(missing_ok=True)
        monorepo.promised.expect(lambda: [("app", commit)])
        monorepo.promised.obtain(commit)
        assert fetches(trace) == 1
        assert monorepo.git.file(commit, "shared/s") == b"last\n"
        assert fetches(trace) == 1


def test_a_whole_clone_asks_nobody(repo: Repo) -> None:
    def contents() -> list[tuple[str, str]]:
        raise AssertionError

    with opened(repo, Settings()) as monorepo:
        monorepo.promised.expect(contents)
        monorepo.promised.obtain(monorepo.git.head())
