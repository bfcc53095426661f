"""The home of branches and tags: origin, or where there is none this clone."""

from flux.errors import GitError, RequestError, TipUnknownError
from flux.git import output
from flux.git.commits import Commits
from flux.git.origin import Origin
from flux.git.refs import Refs


class Home:
    """What is asked of it is asked anew each time."""

    def __init__(self, origin: Origin, commits: Commits, refs: Refs) -> None:
        self._origin = origin
        self._commits = commits
        self._refs = refs

    def tip(self, branch: str) -> str:
        """The newest commit of `branch` at its home. Raises TipUnknownError where that cannot be asked."""
        if self._origin.url is None:
            return self._local_tip(branch)
        try:
            tip = self._origin.list_refs("--heads", f"refs/heads/{branch}").get(f"refs/heads/{branch}")
            if tip is None:
                raise GitError(f"it has no branch {branch!r}")
            if not self._commits.resolve(tip):
                self._origin.fetch("origin", f"+refs/heads/{branch}:refs/remotes/origin/{branch}")
            return tip
        except GitError as error:
            raise TipUnknownError(
                f"the tip of {branch!r} could not be fetched from origin: {error.message}",
                "check the network and your access to origin, and `flux.branch` in invoke.yaml",
            ) from error

    def _local_tip(self, branch: str) -> str:
        for other in self._origin.other_remotes():
            raise TipUnknownError(
                f"there is no remote called origin; this clone has {other}",
                f"`git remote rename {other} origin`",
            )
        try:
            return self._commits.commit(f"refs/heads/{branch}")
        except RequestError as error:
            raise TipUnknownError(
                f"there is no branch {branch!r}, and no origin to ask for it",
                "set `flux.branch` in invoke.yaml to the branch that releases come from",
            ) from error

    def last_known_tip(self, branch: str) -> str | None:
        """Where `branch` was when origin was last asked."""
        try:
            return self._commits.commit(f"refs/remotes/origin/{branch}")
        except RequestError:
            return None

    def home_tags(self) -> dict[str, str]:
        """Every tag at origin, with the commit that it points at; this clone's where there is no origin.

        Raises GitError where origin does not answer.
        """
        if self._origin.url is None:
            return self._refs.tags()
        try:
            return output.tags(self._origin.list_refs("--tags"))
        except GitError as error:
            raise GitError(
                f"the release tags could not be fetched from origin: {error.message}",
                "check the network and your access to origin",
            ) from error
