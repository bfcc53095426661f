"""One kept walk answers as walks of their own do."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.git.clone import Clone
from tests.git.counted import CountedGit
from tests.repo import Repo

NAMES = ("app", "db", "web")


def grown(path: Path, seed: int) -> tuple[Repo, list[str]]:
    """A history with merges, removals and commits beside the artifacts, and its first-parent line."""
    chance = random.Random(seed)
    repo = Repo(path)
    repo.commit("root", files={f"artifacts/{name}/x.yaml": "0" for name in chance.sample(NAMES, 2)})
    for number in range(1, 25):
        name = chance.choice(NAMES)
        kind = chance.choice(("change", "change", "other", "merge", "settings"))
        if kind == "other":
            repo.commit("other", files={"README.md": str(number)})
        elif kind == "settings":
            repo.commit("settings", files={"invoke.yaml": f"flux: {{jobs: {number}}}"})
        elif kind == "change":
            repo.commit("change", files={f"artifacts/{name}/{chance.choice('xy')}.yaml": str(number)})
        else:
            repo.git("checkout", "--quiet", "-b", f"side{number}")
            repo.commit("side", files={f"artifacts/{name}/side.yaml": str(number)})
            repo.git("checkout", "--quiet", "main")
            repo.commit("main", files={"NOTES.md": str(number)})
            repo.git("merge", "--quiet", "--no-edit", f"side{number}")
    return repo, repo.git("rev-list", "--first-parent", "HEAD").splitlines()


def told(git: Clone, commit: str, name: str) -> list[tuple[str, list[str] | None]]:
    line = git.line(commit, "artifacts/", [name], also=("invoke.yaml",))
    return [
        (at.revision.commit, None if at.changes is None else [change.path for change in at.changes])
        for at in line
        if at.changes is not None
    ]


@pytest.mark.stories
@pytest.mark.parametrize("seed", range(6))
def test_every_part_is_as_a_walk_of_its_own(tmp_path: Path, seed: int) -> None:
    repo, line = grown(tmp_path / "repo", seed)
    with Clone(repo.path) as own:
        expected = {(commit, name): told(own, commit, name) for commit in line for name in NAMES}
    with Clone(repo.path) as git:
        git.keep_walk(line[0], "artifacts/", also=("invoke.yaml",))
        cases = list(expected)
        random.Random(seed).shuffle(cases)
        assert {case: told(git, *case) for case in cases} == expected


def test_any_number_of_parts_takes_three_processes(tmp_path: Path, counted: CountedGit) -> None:
    repo, line = grown(tmp_path / "other", 1)
    with Clone(repo.path) as git:
        git.keep_walk(line[0], "artifacts/")
        counted.forget()
        for commit in line:
            for name in NAMES:
                list(git.line(commit, "artifacts/", [name]))
        assert len(counted.of("diff-tree")) == 1
        assert len(counted.of("rev-list")) == 2


def test_what_is_not_on_the_line_is_walked_by_itself(tmp_path: Path) -> None:
    repo, line = grown(tmp_path / "repo", 2)
    repo.git("checkout", "--quiet", "-b", "other", line[-1])
    side = repo.commit("side", files={"artifacts/app/x.yaml": "side"})
    with Clone(repo.path) as git:
        git.keep_walk(line[0], "artifacts/")
        (first, *_) = git.line(side, "artifacts/", ["app"])
        assert first.revision.commit == side
        assert list(git.line(line[0], "elsewhere/", ["app"])) == []


def test_a_walk_that_is_not_read_ends_with_the_clone(tmp_path: Path) -> None:
    repo, line = grown(tmp_path / "repo", 3)
    with Clone(repo.path) as git:
        git.keep_walk(line[0], "artifacts/")
        next(iter(git.line(line[0], "artifacts/", ["app"])))
    with Clone(repo.path) as git:
        assert told(git, line[0], "app")


def test_threads_share_a_walk_that_others_ask_for_again(tmp_path: Path) -> None:
    repo, line = grown(tmp_path / "repo", 4)
    cases = [(commit, name) for commit in line for name in NAMES]
    with Clone(repo.path) as own:
        expected = [told(own, *case) for case in cases]
    with Clone(repo.path) as git, ThreadPoolExecutor(8) as pool:

        def ask(case: tuple[str, str]) -> list[tuple[str, list[str] | None]]:
            git.keep_walk(line[0], "artifacts/", also=("invoke.yaml",))
            return told(git, *case)

        assert list(pool.map(ask, cases)) == expected
