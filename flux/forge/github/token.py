"""The token for GitHub."""

import subprocess
from collections.abc import Mapping

from flux.errors import ForgeError

VARIABLES = ("GH_TOKEN", "GITHUB_TOKEN")
# The permissions that a token needs, in GitHub's words.
CONTENTS_WRITE = "contents: write"
ISSUES_WRITE = "issues: write"
PULL_REQUESTS_WRITE = "pull-requests: write"
ACTIONS_WRITE = "actions: write"
ATTESTATIONS_READ = "attestations: read"
METADATA_READ = "metadata: read"
STATUSES_WRITE = "statuses: write"
DEPLOYMENTS_WRITE = "deployments: write"
ADMINISTRATION_READ = "administration: read"

PERMISSIONS = "contents, issues, pull-requests and actions: write"
_SECONDS = 10


def given_token(environment: Mapping[str, str]) -> str:
    """Return the token of GH_TOKEN or GITHUB_TOKEN; empty if there is none."""
    return environment.get(given_by(environment), "").strip()


def given_by(environment: Mapping[str, str]) -> str:
    """Return the variable that has the token; empty if none has one."""
    return next((name for name in VARIABLES if environment.get(name, "").strip()), "")


def find_token(environment: Mapping[str, str], host: str = "github.com") -> str:
    """Return the token of GH_TOKEN, of GITHUB_TOKEN, or of `gh auth login`. Raises ForgeError without one.

    A variable may be empty: Actions sets it so if a secret does not exist.
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
    """Return the output of `gh auth token`; empty if it has no token or is not installed."""
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
