"""GitHub as a forge: github.com or GitHub Enterprise Server, through its REST API.

https://docs.github.com/rest
"""

from flux.forge.github.accounts import Accounts
from flux.forge.github.api import GitHubApi
from flux.forge.github.branches import ForgeBranches
from flux.forge.github.issues import Issues
from flux.forge.github.pulls import PullRequests
from flux.forge.github.pushes import Pushes
from flux.forge.github.releases import Releases
from flux.forge.github.reporting import Reporting
from flux.forge.github.safeguards import Safeguards
from flux.forge.github.workflows import Workflows


class GitHubForge(
    Accounts, Releases, Workflows, Issues, PullRequests, ForgeBranches, Pushes, Safeguards, Reporting
):
    """The repository `owner/name`. `longest_pause` is the longest pause for a rate limit, in seconds."""

    tells_edits = True

    def __init__(self, api_url: str, repository: str, token: str, longest_pause: float = 60) -> None:
        super().__init__(GitHubApi(api_url, repository, token, longest_pause))
