"""The first-parent lines of branches: what is on one, what was, and what a merge brought."""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import takewhile
from typing import NamedTuple

from flux.errors import GitError, HistoryMissingError
from flux.git.kept import Kept
from flux.git.objects import NAME, Objects
from flux.git.process import Process
from flux.git.shallow import Shallow
from flux.regex import regex

_MOST_KEPT = 1_000_000  # commits of all lines

_OF_A_BRANCH = regex(r"Merge (?:(?:remote-tracking )?branch(?:es)?|tag|commit|pull request) ")
"""Subjects by which git and GitHub name what they merge."""


def _is_of_forge(committer: str) -> bool:
    """GitHub commits its merges as `noreply@github.com`, and a GitHub Enterprise Server as its own host."""
    return committer.lower().startswith("noreply@")


def _pulled(branch: str) -> re.Pattern[str]:
    """The subject of a merge of a branch's remote state into the branch itself, or into one that was pushed
    as that branch."""
    name = re.escape(branch)
    return re.compile(rf"Merge (?:remote-tracking )?branch '(?:origin/)?{name}'(?: of .+?)?(?: into .+)?")


class _Line(NamedTuple):
    """The commits of a line, the newest first. `is_whole`: history was here as a whole when git read it."""

    commits: tuple[str, ...]
    members: frozenset[str]
    is_whole: bool


class Lines:
    """The first-parent lines of a clone. What was asked once is kept, where history is here as a whole."""

    def __init__(self, process: Process, shallow: Shallow, objects: Objects) -> None:
        self._process = process
        self._shallow = shallow
        self._objects = objects
        self._kept: Kept[str, _Line] = Kept(_MOST_KEPT)
        self._former: Kept[tuple[str, str], frozenset[str]] = Kept(_MOST_KEPT)

    def first_parents(self, commit: str, sought: Iterable[str] = ()) -> list[str]:
        """The first-parent line back from `commit`, newest first, as far as this clone has it.

        A shallow clone that lacks one of the commits `sought` there is completed, if it can be.
        """
        line = self._line(commit)
        if not line.is_whole and not line.members.issuperset(sought):
            with suppress(HistoryMissingError):
                self._shallow.complete((commit,))
                line = self._line(commit)
        return list(line.commits)

    def _line(self, commit: str) -> _Line:
        if known := self._kept.get(commit):
            return known
        is_whole = not self._shallow.edge()  # before git reads it: another run may complete it meanwhile
        commits = tuple(self._process.run("rev-list", "--first-parent", commit).splitlines())
        found = _Line(commits, frozenset(commits), is_whole)
        if NAME.fullmatch(commit) and is_whole:
            self._kept.put(commit, found, len(commits))
        return found

    def is_on_line(self, commit: str, tip: str) -> bool:
        """Whether a commit is on the first-parent line back from the tip."""
        return not self.off_line([commit], tip)

    def off_line(self, commits: Collection[str], tip: str) -> set[str]:
        """Those of the commits that are not on the first-parent line back from the tip.

        Raises HistoryMissingError where a shallow clone cannot tell and cannot be completed.
        """
        line = self._line(tip)
        off = set(commits) - line.members
        if off and not line.is_whole:
            self._shallow.complete((tip,))
            off -= self._line(tip).members
        return off

    def merged(self, commits: Iterable[str], tip: str) -> set[str]:
        """Those of the commits that are here and in the history of the tip."""
        here = {commit for commit in commits if self._objects.kind(commit) == "commit"}
        if not here:
            return set()
        revisions = "".join(f"{revision}\n" for revision in (*sorted(here), f"^{tip}"))
        beside = self._process.pipe_all(revisions.encode(), "rev-list", "--stdin").split()
        return here - set(beside)

    def former_line(self, tip: str, branch: str) -> frozenset[str]:
        """The commits that were on a branch's first-parent line, and are beside it since somebody pulled.

        Who pulls into a branch with commits of their own, and pushes, makes what was the line the second
        parent of a merge. Git's own subject of such a merge says so. A merge that a forge made is not a pull:
        its subject may be the title of anybody's pull request.
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
        """Whether a merge says that it brought another branch than this one: by git's own words, or since a
        forge made it. Whoever edits the subject of a merge may have merged anything."""
        form = "--format=tformat:%ce%n%s"
        printed = self._process.run("log", "-1", "--no-show-signature", "--no-color", form, merge)
        committer, _, subject = printed.partition("\n")
        if _pulled(branch).fullmatch(subject):
            return False
        return _is_of_forge(committer) or bool(_OF_A_BRANCH.match(subject))

    def merge_of(self, commit: str, tip: str) -> str | None:
        """The commit on the tip's first-parent line that brought `commit` in, None where none has."""
        try:
            self._process.run("merge-base", "--is-ancestor", commit, tip)
        except GitError:
            return None
        after = self._process.run("rev-list", "--ancestry-path", f"{commit}..{tip}").splitlines()
        line = self._line(tip).members.intersection(after)
        return next((candidate for candidate in reversed(after) if candidate in line), None)
