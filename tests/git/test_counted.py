"""The count of git's processes misses none, and counts none that git starts itself."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from flux.git.clone import Clone
from tests.git.counted import CountedGit
from tests.repo import Repo


def test_every_process_is_counted_with_its_arguments(repo: Repo, counted: CountedGit) -> None:
    repo.bare_origin()
    counted.forget()
    assert counted.calls == []
    repo.git("-c", "a.b=c", "--no-pager", "ls-remote", "--heads", "origin")
    repo.git("log", "--format=two words\n%H", "--grep=", "HEAD")
    assert counted.calls == [
        ["ls-remote", "--heads", "origin"],
        ["log", "--format=two words\n%H", "--grep=", "HEAD"],
    ]
    assert len(counted.of("ls-remote")) == 1


def test_processes_that_run_at_once_are_counted(repo: Repo, counted: CountedGit) -> None:
    counted.forget()
    command = ["git", "-C", str(repo.path), "rev-parse", "HEAD"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), range(40)))
    assert counted.calls == [["rev-parse", "HEAD"]] * 40


def test_what_a_clone_asks_is_counted(repo: Repo, counted: CountedGit) -> None:
    counted.forget()
    with Clone(repo.path) as git:
        git.tags()
    assert [call[0] for call in counted.calls] == ["rev-parse", "show-ref"]
