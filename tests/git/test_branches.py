"""One walk answers for any number of branches as git does for each of them."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux.errors import GitError, HistoryMissingError
from flux.git.branches import newest_first
from flux.git.clone import Clone
from flux.git.history import Message
from tests.commands.invoking import actions_checkout, break_origin
from tests.repo import Repo


def logged(repo: Repo, head: str, main: str) -> list[str]:
    return repo.git("log", "--format=%H", head, f"^{main}").splitlines()


def bases(repo: Repo, head: str, main: str) -> list[str]:
    found = subprocess.run(
        ["git", "-C", str(repo.path), "merge-base", main, head], stdout=subprocess.PIPE, text=True
    )
    return found.stdout.split()


def hold(repo: Repo, heads: Sequence[str], main: str) -> None:
    """Hold the one walk against git's answer for each head."""
    with Clone(repo.path) as git:
        found = git.branches_since(heads, main)
        assert list(found) == list(dict.fromkeys(heads))
        for head, branch in found.items():
            assert [message.commit for message in branch.messages] == logged(repo, head, main)
            assert list(branch.messages) == git.messages(head, main)
            assert branch.merge_base == git.merge_base(main, head)
            assert ([branch.merge_base] if branch.merge_base else []) == bases(repo, head, main)


def test_what_is_told_of_a_commit(repo: Repo, git: Clone) -> None:
    main = repo.head
    us = "Å B <test@example.com>"
    repo.git("config", "user.name", "Å B")
    first = repo.commit("one\n\ntwo\n\n\n")
    last = repo.commit("café")
    (branch,) = git.branches_since([last], main).values()
    assert branch.merge_base == main
    assert branch.messages == (
        Message(last, (first,), "café\n", 1767225600 + 120, us),
        Message(first, (main,), "one\n\ntwo\n", 1767225600 + 60, us),
    )


def test_main_is_merged_into_the_branch(repo: Repo) -> None:
    repo.checkout("side", create=True)
    repo.commit()
    repo.checkout("main")
    repo.commit()
    merged = repo.head
    repo.commit()
    repo.checkout("side")
    repo.merge("main~1")
    repo.commit()
    hold(repo, [repo.head], repo.git("rev-parse", "main"))
    with Clone(repo.path) as git:
        assert git.branches_since([repo.head], repo.git("rev-parse", "main"))[repo.head].merge_base == merged


def test_heads_that_are_on_main(repo: Repo) -> None:
    old = repo.head
    main = repo.commit()
    hold(repo, [old, main], main)


def test_crossed_merges_have_several_bases(repo: Repo) -> None:
    repo.checkout("side", create=True)
    side = repo.commit()
    repo.checkout("main")
    main = repo.commit()
    repo.merge(side)
    repo.checkout("side")
    repo.merge(main)
    hold(repo, [repo.head], repo.git("rev-parse", "main"))


def test_unrelated_histories(repo: Repo) -> None:
    main = repo.head
    repo.git("checkout", "--quiet", "--orphan", "other")
    other = repo.commit()
    hold(repo, [other, main], main)
    repo.git("merge", "--quiet", "--no-edit", "--allow-unrelated-histories", "main")
    hold(repo, [other, repo.head], main)


def test_no_heads_ask_nobody(git: Clone) -> None:
    assert git.branches_since([], "1" * 40) == {}


def test_a_head_that_is_not_here(repo: Repo, git: Clone) -> None:
    with pytest.raises(GitError) as raised:
        git.branches_since(["1" * 40], repo.head)
    assert "\n" not in raised.value.message


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_is_completed(repo: Repo, tmp_path: Path, depth: int) -> None:
    for _ in range(3):
        base = repo.commit()
    repo.checkout("side", create=True)
    heads = [repo.commit() for _ in range(3)]
    repo.checkout("main")
    main = [repo.commit() for _ in range(3)][-1]
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", main, depth=depth)
    clone.git("fetch", "--quiet", "--depth=1", "origin", heads[-1])
    with Clone(clone.path) as git:
        branch = git.branches_since(heads[-1:], main)[heads[-1]]
    assert (branch.merge_base, [m.commit for m in branch.messages]) == (base, heads[::-1])


def test_a_shallow_clone_that_cannot_be_completed(repo: Repo, tmp_path: Path) -> None:
    main = repo.commit()
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", main)
    break_origin(clone)
    with Clone(clone.path) as git, pytest.raises(HistoryMissingError):
        git.branches_since([main], main)


@pytest.mark.parametrize("seed", range(6))
def test_random_histories(tmp_path: Path, seed: int) -> None:
    """Merges of any two, roots, and dates that go back a little.

    Where they go back by days, `git log` itself names commits that main has.
    """
    chance = random.Random(seed)
    repo = Repo(tmp_path)
    stream: list[str] = []
    total = 60
    for number in range(1, total):
        stream.append(f"commit refs/heads/c{number}\nmark :{number}\n")
        time = 1_700_000_000 + number * 60 + chance.choice((0, 0, 0, -60, -150, 100))
        stream.append(f"committer A <a@example.com> {time} +0000\ndata 2\n{number % 10}\n\n")
        known = range(max(1, number - 8), number)
        parents = chance.sample(known, min(len(known), chance.choice((0, 1, 1, 1, 1, 2, 2, 3))))
        if number > 1 and number % 20 and not parents:
            parents = [number - 1]
        for at, parent in enumerate(parents):
            stream.append(f"{'merge' if at else 'from'} :{parent}\n")
        stream.append("\n")
    subprocess.run(
        ["git", "-C", str(tmp_path), "fast-import", "--quiet"], input="".join(stream).encode(), check=True
    )
    every = [repo.git("rev-parse", f"c{number}") for number in range(1, total)]
    for _ in range(4):
        main = chance.choice(every[total // 2 :])
        hold(repo, chance.sample(every, 12), main)


@settings(max_examples=100)
@given(st.data())
def test_no_commit_comes_before_one_that_leads_to_it(data: st.DataObject) -> None:
    commits: dict[str, Message] = {}
    for number in range(data.draw(st.integers(1, 12))):
        parents = data.draw(st.lists(st.sampled_from(sorted(commits)), unique=True)) if commits else []
        name = f"{number:02}"
        commits[name] = Message(name, tuple(parents), "", data.draw(st.integers(0, 3)))
    head = data.draw(st.sampled_from(sorted(commits)))
    order = [message.commit for message in newest_first(head, commits)]
    assert len(order) == len(set(order))
    assert order[0] == head
    reached, waiting = set(), [head]
    while waiting:
        if (commit := waiting.pop()) not in reached:
            reached.add(commit)
            waiting += commits[commit].parents
    assert set(order) == reached
