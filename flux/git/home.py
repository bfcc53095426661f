"""The home of branches and tags: origin, or this clone if there is no origin."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from flux.errors import GitError, RequestError, TipUnknownError
from flux.git import output
from flux.git.commits import Commits
from flux.git.origin import Origin
from flux.git.refs import Refs

_HEADS = "refs/heads/"
_TAGS = "refs/tags/"


class HomeRefs(NamedTuple):
    """Branches and tags by name, at one moment. Tags have their peeled object."""

    heads: Mapping[str, str]
    tags: Mapping[str, str]

    @classmethod
    def of(cls, refs: Mapping[str, str]) -> Self:
        heads = {name.removeprefix(_HEADS): oid for name, oid in refs.items() if name.startswith(_HEADS)}
        tags = {name: oid for name, oid in refs.items() if name.startswith(_TAGS)}
        return cls(heads, output.tags(tags))


class Home:
    """Each method asks origin again, unless the caller passes refs that it already has (`at`)."""

    def __init__(self, origin: Origin, commits: Commits, refs: Refs) -> None:
        self._origin = origin
        self._commits = commits
        self._refs = refs

    def home_refs(self) -> HomeRefs:
        """Return every branch and tag at once. Raises TipUnknownError if origin does not answer."""
        if self._origin.url is None:
            return HomeRefs.of(self._refs.heads_and_tags())
        try:
            return HomeRefs.of(self._origin.list_refs("--heads", "--tags"))
        except GitError as error:
            raise TipUnknownError(
                f"the branches and tags could not be fetched from origin: {error.message}",
                "check the network and your access to origin",
            ) from error

    def tip(self, branch: str, at: HomeRefs | None = None) -> str:
        """Return the newest commit of `branch` at its home, and fetch it if it is missing.

        Raises TipUnknownError if origin does not answer or lacks the branch.
        """
        if self._origin.url is None:
            return self._local_tip(branch, at)
        try:
            heads = at.heads if at else self._heads(branch)
            if (tip := heads.get(branch)) is None:
                raise GitError(f"it has no branch {branch!r}")
            if not self._commits.resolve(tip):
                self._fetch(branch, tip)
            return tip
        except GitError as error:
            raise TipUnknownError(
                f"the tip of {branch!r} could not be fetched from origin: {error.message}",
                "check the network and your access to origin, and `flux.branch` in invoke.yaml",
            ) from error

    def _heads(self, branch: str) -> Mapping[str, str]:
        return HomeRefs.of(self._origin.list_refs("--heads", pattern=_HEADS + branch)).heads

    def _fetch(self, branch: str, tip: str) -> None:
        """Fetch a tip. It does not matter if another run moves the same ref meanwhile."""
        failure = None
        try:
            self._origin.fetch("origin", f"+{_HEADS}{branch}:refs/remotes/origin/{branch}")
        except GitError as error:
            failure = error
        if self._commits.resolve(tip):
            return
        try:
            self._origin.fetch("origin", tip)  # the branch was force-pushed
        except GitError as error:
            raise failure or error from error

    def _local_tip(self, branch: str, at: HomeRefs | None) -> str:
        for other in self._origin.other_remotes:
            raise TipUnknownError(
                f"there is no remote called origin; this clone has {other}",
                f"`git remote rename {other} origin`",
            )
        try:
            return self._commits.commit(at.heads.get(branch, "") if at else _HEADS + branch)
        except RequestError as error:
            raise TipUnknownError(
                f"there is no branch {branch!r}, and no origin to ask for it",
                "set `flux.branch` in invoke.yaml to the branch that releases come from",
            ) from error

    def last_known_tip(self, branch: str) -> str | None:
        """Return the commit of `branch` at the last fetch from origin."""
        try:
            return self._commits.commit(f"refs/remotes/origin/{branch}")
        except RequestError:
            return None

    def home_tags(self, at: HomeRefs | None = None) -> dict[str, str]:
        """Return every tag at home with its peeled object.

        Raises GitError if origin does not answer.
        """
        if at:
            return dict(at.tags)
        if self._origin.url is None:
            return self._refs.tags()
        try:
            return output.tags(self._origin.list_refs("--tags"))
        except GitError as error:
            raise GitError(
                f"the release tags could not be fetched from origin: {error.message}",
                "check the network and your access to origin",
            ) from error
