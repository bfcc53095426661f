"""The token for GitHub."""

import subprocess
from collections.abc import Mapping

from flux.errors import ForgeError

VARIABLES = ("GH_TOKEN", "GITHUB_TOKEN")
# What a token needs, as GitHub calls it.
CONTENTS = "contents: write"
ISSUES = "issues: write"
PULL_REQUESTS = "pull-requests: write"
ACTIONS = "actions: write"
ATTESTATIONS = "attestations: read"
METADATA = "metadata: read"
STATUSES = "statuses: write"
DEPLOYMENTS = "deployments: write"
ADMINISTRATION = "administration: read"

PERMISSIONS = "contents, issues, pull-requests and actions: write"
_SECONDS = 10


def given_token(environment: Mapping[str, str]) -> str:
    """The token of GH_TOKEN or GITHUB_TOKEN, empty where there is none."""
    return environment.get(given_by(environment), "").strip()


def given_by(environment: Mapping[str, str]) -> str:
    """The variable that has the token, empty where none has one."""
    return next((name for name in VARIABLES if environment.get(name, "").strip()), "")


def find_token(environment: Mapping[str, str], host: str = "github.com") -> str:
    """The token of GH_TOKEN, of GITHUB_TOKEN, or of `gh auth login`. Raises ForgeError where there is none.

    A variable may be there and empty: that is what Actions makes of a secret that does not exist.
    """
    if token := given_token(environment):
        return token
    if token := token_of_gh(environment, host):
        return token
    raise ForgeError(
        f"there is no token for {host}",
        f"set {VARIABLES[0]} to one with the permissions {PERMISSIONS}, or run `gh auth login`",
    )


def token_of_gh(environment: Mapping[str, str], host: str) -> str:
    """What `gh auth token` prints, empty where it has none or is not there."""
    try:
        answer = subprocess.run(
            ["gh", "auth", "token", "--hostname", host],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
