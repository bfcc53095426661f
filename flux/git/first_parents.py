"""The first-parent lines of branches: current and former commits, and those a merge brought."""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import takewhile
from typing import NamedTuple

from flux.errors import GitError, HistoryMissingError
from flux.git.cache import Kept
from flux.git.objects import OBJECT_NAME, Objects
from flux.git.process import Process
from flux.git.shallow import Shallow
from flux.regex import regex

_MOST_KEPT = 1_000_000  # commits of all lines

_OF_A_BRANCH = regex(r"Merge (?:(?:remote-tracking )?branch(?:es)?|tag|commit|pull request) ")
"""The beginnings of the merge subjects that git and GitHub write."""


def _is_of_forge(committer: str) -> bool:
    """Whether a forge made a merge. GitHub commits as `noreply@github.com`, and a GitHub Enterprise Server
    as `noreply@` its own host."""
    return committer.lower().startswith("noreply@")


def _pulled(branch: str) -> re.Pattern[str]:
    """Return a pattern for the subject of a pull: a merge of the remote branch into the local branch, or
    into a local branch that was pushed as that branch."""
    name = re.escape(branch)
    return re.compile(rf"Merge (?:remote-tracking )?branch '(?:origin/)?{name}'(?: of .+?)?(?: into .+)?")


class _FirstParentLine(NamedTuple):
    """The commits of a line, newest first. `is_whole`: the clone had all history when git read it."""

    commits: tuple[str, ...]
    members: frozenset[str]
    is_whole: bool


class Lines:
    """The first-parent lines of a clone. Answers are cached if the clone has the whole history."""

    def __init__(self, process: Process, shallow: Shallow, objects: Objects) -> None:
        self._process = process
        self._shallow = shallow
        self._objects = objects
        self._kept: Kept[str, _FirstParentLine] = Kept(_MOST_KEPT)
        self._former: Kept[tuple[str, str], frozenset[str]] = Kept(_MOST_KEPT)

    def first_parents(self, commit: str, sought: Iterable[str] = ()) -> list[str]:
        """Return the first-parent line back from `commit`, newest first, as far as this clone has it.

        If a shallow clone lacks one of the commits `sought` on the line, it is completed if possible.
        """
        line = self._line(commit)
        if not line.is_whole and not line.members.issuperset(sought):
            with suppress(HistoryMissingError):
                self._shallow.complete((commit,))
                line = self._line(commit)
        return list(line.commits)

    def _line(self, commit: str) -> _FirstParentLine:
        if known := self._kept.get(commit):
            return known
        is_whole = not self._shallow.edge()  # before git reads the line: another run may complete the history
        commits = tuple(self._process.run("rev-list", "--first-parent", commit).splitlines())
        found = _FirstParentLine(commits, frozenset(commits), is_whole)
        if OBJECT_NAME.fullmatch(commit) and is_whole:
            self._kept.put(commit, found, len(commits))
        return found

    def is_on_line(self, commit: str, tip: str) -> bool:
        """Whether a commit is on the first-parent line back from the tip."""
        return not self.off_line([commit], tip)

    def off_line(self, commits: Collection[str], tip: str) -> set[str]:
        """Return the commits that are not on the first-parent line back from the tip.

        Raises HistoryMissingError if the clone is too shallow and cannot be completed.
        """
        line = self._line(tip)
        off = set(commits) - line.members
        if off and not line.is_whole:
            self._shallow.complete((tip,))
            off -= self._line(tip).members
        return off

    def merged(self, commits: Iterable[str], tip: str) -> set[str]:
        """Return the commits that this clone has and that are in the history of the tip."""
        here = {commit for commit in commits if self._objects.kind(commit) == "commit"}
        if not here:
            return set()
        revisions = "".join(f"{revision}\n" for revision in (*sorted(here), f"^{tip}"))
        beside = self._process.pipe_all(revisions.encode(), "rev-list", "--stdin").split()
        return here - set(beside)

    def former_line(self, tip: str, branch: str) -> frozenset[str]:
        """Return the commits that were on a branch's first-parent line before a pull changed the line.

        `git pull` in a branch with local commits makes a merge. After a push, the former line is its second
        parent. Git's subject of the merge shows that it is a pull. A merge by a forge is not a pull: its
        subject may be the title of any pull request.
        """
        if (known := self._former.get((tip, branch))) is not None:
            return known
        is_whole = not self._shallow.edge()  # before git reads it
        pulled = _pulled(branch)
        line, former, waiting, seen = self._line(tip).members, set[str](), [tip], set[str]()
        while waiting:
            merges = ("log", "-z", "--first-parent", "--merges", "--no-show-signature", "--no-color")
            for field in self._process.fields(*merges, "--format=tformat:%H %P%n%ce%n%s", waiting.pop()):
                commits, committer, subject = field.split("\n", 2)
                merge, _, *others = commits.split()
                if merge in seen or _is_of_forge(committer) or not pulled.fullmatch(subject):
                    continue
                seen.add(merge)
                for other in others[:1]:
                    former |= set(takewhile(lambda commit: commit not in line, self.first_parents(other)))
                    waiting.append(other)
        if not is_whole:
            return frozenset(former)
        return self._former.put((tip, branch), frozenset(former), len(former) + 1)

    def names_a_branch(self, merge: str, branch: str) -> bool:
        """Whether a merge clearly brought another branch than this one: git's subject says so, or a forge
        made it. An edited subject does not tell what was merged."""
        form = "--format=tformat:%ce%n%s"
        printed = self._process.run("log", "-1", "--no-show-signature", "--no-color", form, merge)
        committer, _, subject = printed.partition("\n")
        if _pulled(branch).fullmatch(subject):
            return False
        return _is_of_forge(committer) or bool(_OF_A_BRANCH.match(subject))

    def merge_of(self, commit: str, tip: str) -> str | None:
        """Return the commit on the tip's first-parent line that brought `commit` in, None if none did."""
        try:
            self._process.run("merge-base", "--is-ancestor", commit, tip)
        except GitError:
            return None
        after = self._process.run("rev-list", "--ancestry-path", f"{commit}..{tip}").splitlines()
        line = self._line(tip).members.intersection(after)
        return next((candidate for candidate in reversed(after) if candidate in line), None)
