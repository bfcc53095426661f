"""A partial clone gets what a command reads of the history before the command reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import expect_desired, expect_releases, obtain_lines
from flux.settings import Settings
from tests.git.counted import fetches
from tests.monorepos import opened
from tests.repo import Repo

STATE, FREEZES = "flux/releaseconfig.json", "flux/freezes.json"


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    return tmp_path / "trace"


def version(n: int) -> dict[str, str]:
    return {
        "artifacts/app/x.yaml": f"n: {n}\n",
        "invoke.yaml": f"flux: {{ignore: [n{n}]}}\n",
        STATE: f'{{"app": {{"at": "1.{n}.0"}}}}\n',
        FREEZES: f'{{"freezes": [{{"reason": "{n}", "by": "ann"}}]}}\n',
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Main has three versions and a merge. A maintenance branch and a promotion have one each."""
    repo = Repo(tmp_path / "repo")
    for n in range(3):
        repo.commit(files=version(n))
    repo.checkout("release/1", create=True)
    repo.commit(files=version(3))
    repo.checkout("main")
    repo.checkout("side", create=True)
    repo.commit(files={"artifacts/app/side.yaml": "side: 1\n"})
    repo.commit(files={"artifacts/app/side.yaml": "side: 2\n"})
    repo.checkout("main")
    repo.merge("side")
    repo.checkout("promote/app-1.5.0", create=True)
    repo.commit(files={STATE: '{"app": {"at": "1.5.0"}}\n'})
    repo.checkout("main")
    repo.bare_origin().git("config", "uploadpack.allowFilter", "true")
    return repo


@pytest.fixture(params=["tree:0", "blob:none"])
def monorepo(repo: Repo, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Monorepo]:
    origin = Repo(repo.path.with_name("repo.git"), bare=True)
    clone = origin.clone(tmp_path / "clone", f"--filter={request.param}")
    with opened(clone, Settings(branches=("main", "release/*"))) as monorepo:
        yield monorepo


def read(monorepo: Monorepo, ref: str) -> int:
    """Read all that is to be there at each commit of a line, and return the number of commits."""
    line = monorepo.git.first_parents(ref)
    for commit in line:
        for path in ("invoke.yaml", STATE, FREEZES):
            assert monorepo.git.file(commit, path)
        monorepo.git.below(commit)("artifacts/app")
    return len(line)


def test_the_lines_of_releases_come_in_two_fetches(repo: Repo, monorepo: Monorepo, trace: Path) -> None:
    obtain_lines(monorepo)
    assert fetches(trace) <= 2
    before = fetches(trace)
    assert read(monorepo, repo.git("rev-parse", "main")) == 4
    assert read(monorepo, repo.git("rev-parse", "release/1")) == 4
    assert fetches(trace) == before


def test_merged_branches_and_promotions_come_if_they_are_read(
    repo: Repo, monorepo: Monorepo, trace: Path
) -> None:
    obtain_lines(monorepo, merged=True)
    assert fetches(trace) <= 2
    before = fetches(trace)
    assert read(monorepo, repo.git("rev-parse", "side~1")) == 4
    assert read(monorepo, repo.git("rev-parse", "promote/app-1.5.0")) == 5
    obtain_lines(monorepo)
    assert fetches(trace) == before, "a part of what was brought is not asked again"


def test_what_is_expected_are_the_releases(
    repo: Repo, monorepo: Monorepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {"flux-oci-app-v1.0.0": "a" * 40, "flux-oci-db-v1.1.0": "b" * 40}
    monkeypatch.setattr(Monorepo, "home_tags", tags)
    expected: list[tuple[str, str]] = []
    monkeypatch.setattr(monorepo.promised, "expect", lambda contents: expected.extend(contents()))
    desired = {"app": {"at": "1.0.0", "tt": "1.0.0", "prod": "0.9.0"}, "web": {"at": "x"}}
    expect_desired(monorepo, desired | {"db": {"at": "1.1.0"}}, ["app", "web", "gone"])
    assert expected == [("app", "a" * 40)]
    expect_releases(monorepo, [("db", "1.1.0"), ("db", "1.2.0")])
    assert expected[1:] == [("db", "b" * 40)]


def test_a_whole_clone_asks_nobody(repo: Repo, trace: Path) -> None:
    with opened(repo) as monorepo:
        trace.unlink(missing_ok=True)
        obtain_lines(monorepo, merged=True)
        assert not trace.exists()
