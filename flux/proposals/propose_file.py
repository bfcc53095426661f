"""Proposes one file by pull request."""

from flux.errors import ForgeError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo

_MOST_TRIES = 5


def propose_file(
    monorepo: Monorepo, path: str, content: bytes, branch: str, title: str, body: str
) -> PullRequest:
    """Open or update the pull request that gives a file this content, on top of the tip, and return it.

    An existing branch is replaced. Raises ForgeError if other writers are faster each time.
    """
    forge, base = monorepo.forge, monorepo.settings.branch
    for _ in range(_MOST_TRIES):
        tip = monorepo.newest_tip()
        at = forge.branch(branch)
        if at is not None and not forge.delete_branch(branch, at):
            continue
        commit = forge.commit([tip], {path: content}, f"{title}\n")
        forge.vouch(commit)
        if not forge.create_branch(branch, commit):
            continue
        there = forge.pull_requests(PullState.OPEN, branch)
        if not there:
            return forge.create_pull_request(title, body, branch, base)
        forge.edit_pull_request(there[0].number, title=title, body=body)
        return there[0]
    raise ForgeError(f"{branch} is written to by somebody else", "run the same command again")
