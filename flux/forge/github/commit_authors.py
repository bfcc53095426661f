"""Who made a commit. The evidence is GitHub's signature, or a status that nobody else can write."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from github.GitCommit import GitCommit
from github.Repository import Repository

from flux.forge.github.api import GitHubApi, Part
from flux.forge.github.pages import read_all
from flux.forge.github.token import CONTENTS_WRITE, STATUSES_WRITE

_MADE = "flux-artifacts/made"
_WEB_FLOW = "web-flow"
_MOST_PAGES = 30  # pages of commits that main does not have, also after its history was rewritten
_MOST_OF_A_COMMIT = 10  # pages of its statuses, or of its pull requests


class _LazyMakers(Mapping[str, Collection[str]]):
    """The makers of commits. GitHub is asked about a commit only when it is looked up."""

    def __init__(
        self,
        commits: Mapping[str, Mapping[str, Any]],
        find: Callable[[Mapping[str, Any]], Collection[str]],
    ) -> None:
        self._commits = commits
        self._find = find

    def __getitem__(self, commit: str) -> Collection[str]:
        return self._find(self._commits[commit])

    def __iter__(self) -> Iterator[str]:
        return iter(self._commits)

    def __len__(self) -> int:
        return len(self._commits)


class Makers(Part):
    def __init__(self, github: GitHubApi) -> None:
        super().__init__(github)
        self._unsigned: set[str] = set()
        self._own: dict[str, bool] = {}

    def vouch(self, commit: str) -> None:
        if commit not in self._unsigned:
            return
        with self._github.asking(f"answer for {commit[:12]}", STATUSES_WRITE) as repository:
            # Only this token's account can write a status in its own name.
            url = f"{repository.url}/statuses/{commit}"
            status = {"state": "success", "context": _MADE, "description": "by this account's flux-artifacts"}
            repository.requester.requestJsonAndCheck("POST", url, input=status)
        self._unsigned.remove(commit)

    def makers(self, base: str, head: str) -> Mapping[str, Collection[str]]:
        with self._github.asking(f"say who made {head[:12]}", CONTENTS_WRITE) as repository:
            what = f"commits from {base[:12]} to {head[:12]}"
            told = read_all(repository, f"compare/{base}...{head}", _MOST_PAGES, what, "commits")

        def find(commit: Mapping[str, Any]) -> Collection[str]:
            with self._github.asking(f"say who made {commit['sha'][:12]}", CONTENTS_WRITE) as repository:
                return self._makers(repository, commit)

        return _LazyMakers({commit["sha"]: commit for commit in told}, find)

    def _note(self, made: GitCommit) -> None:
        """Note an unsigned commit. GitHub signs the commits of its Apps, but not those of people."""
        if not (made.raw_data.get("verification") or {}).get("verified"):
            self._unsigned.add(made.sha)

    def _makers(self, repository: Repository, commit: Mapping[str, Any]) -> Collection[str]:
        sha = commit["sha"]
        if _is_signed_by_a_bot(commit) and sha not in self._own:  # the result never changes
            self._own[sha] = not _was_merged(repository, commit)
        if self._own.get(sha):
            return {commit["author"]["login"]}
        what = f"statuses of commit {sha[:12]}"
        told = read_all(repository, f"commits/{sha}/statuses", _MOST_OF_A_COMMIT, what)
        creators = [status["creator"] for status in told if status["context"] == _MADE]
        return {creator["login"] for creator in creators if creator}


def _is_signed_by_a_bot(commit: Mapping[str, Any]) -> bool:
    """Whether the bot or GitHub signed it. A signature is the committer's. An author is only a claim."""
    author, committer = commit["author"], commit["committer"]
    if not author or author["type"] != "Bot":
        return False
    signer = committer["login"] if committer else _WEB_FLOW
    return commit["commit"]["verification"]["verified"] and signer in (_WEB_FLOW, author["login"])


def _was_merged(repository: Repository, commit: Mapping[str, Any]) -> bool:
    """Whether somebody made a commit by merging a pull request. Then its author is the one who opened that,
    and its message is free text. If a branch moved forward, the commit was the pull request's head before."""
    sha = commit["sha"]
    what = f"pull requests with commit {sha[:12]}"
    told = read_all(repository, f"commits/{sha}/pulls", _MOST_OF_A_COMMIT, what)
    merged = [pull for pull in told if pull["merged_at"] and pull["merge_commit_sha"] == sha]
    return any(pull["head"]["sha"] != sha for pull in merged)
