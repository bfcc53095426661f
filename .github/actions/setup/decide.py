"""What the steps of this action do, by its inputs, the repository's variables and the settings of the clone.

It prints `name=value` for each output. What cannot work is one error, before anything else happens.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flux.adoption.clouds import CLOUDS, Cloud, cloud_of

NONE = "none"
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
_PASSED_ON = ("FLUX_AZURE_SUBSCRIPTION_ID", *(name for cloud in CLOUDS for name in cloud.variables))
_PERMISSION = (
    "this job has no `id-token: write`, by which {host} knows it",
    "call release-oidc.yml, manage-oidc.yml or board-oidc.yml, and give the job `id-token: write`",
)


_PULLING = {
    "FLUX_AZURE_CLIENT_ID": "FLUX_AZURE_PULL_CLIENT_ID",
    "FLUX_AWS_ROLE": "FLUX_AWS_PULL_ROLE",
    "FLUX_GOOGLE_SERVICE_ACCOUNT": "FLUX_GOOGLE_PULL_SERVICE_ACCOUNT",
}
"""Who logs in for a pull request, whose workflows anybody may have edited who can push a branch."""


class UnfitError(Exception):
    """What is wrong, and what to do about it."""


def decide(given: Mapping[str, str], variables: Mapping[str, str], server: str, oidc: bool) -> dict[str, str]:
    """How to log in, and to what. `server` is GitHub's URL; with `oidc` the job can say who it is.

    Raises UnfitError where that cannot work.
    """
    host = (variables.get("FLUX_REGISTRY_HOST") or given.get("registry") or "ghcr.io").lower()
    if NONE in (given.get("registry"), host):
        return {"way": NONE}
    if not _HOST.fullmatch(host):
        raise UnfitError(
            f"{host!r} is not a host of a registry", "name it as in `ghcr.io` or `registry.example.com:5000`"
        )
    found = {"registry": host, "username": variables.get("FLUX_REGISTRY_USERNAME") or given.get("actor", "")}
    if given.get("has_password") == "true":
        return found | {"way": "password"}
    if cloud := cloud_of(host):
        return found | _by_cloud(host, cloud, variables, oidc)
    if not _is_of(host, server):
        raise UnfitError(
            f"there is no password for {host}, and it is not GitHub's, so that it gets no token of GitHub's",
            "set the secret FLUX_REGISTRY_PASSWORD, and the variable FLUX_REGISTRY_USERNAME",
        )
    return found | {"way": "github"}


def _by_cloud(host: str, cloud: Cloud, variables: Mapping[str, str], oidc: bool) -> dict[str, str]:
    if missing := [name for name in cloud.variables if not variables.get(name)]:
        raise UnfitError(
            f"there is neither a password for {host} nor the variable {' and '.join(missing)}",
            "set the variable of the repository, or the secret FLUX_REGISTRY_PASSWORD",
        )
    if not oidc:
        raise UnfitError(*(text.format(host=host) for text in _PERMISSION))
    parts = cloud.host.fullmatch(host)
    return {"way": cloud.name, **(parts.groupdict() if parts else {})}


def _is_of(host: str, server: str) -> bool:
    """Whether a registry is GitHub's own: nobody else gets a token of GitHub's."""
    name, ours = host.partition(":")[0], urlsplit(server).hostname or ""
    if ours == "github.com":
        return name == "ghcr.io"
    return bool(ours) and (name == ours or name.endswith(f".{ours}"))


def by_settings(path: Path) -> dict[str, str]:
    """What depends on the settings. Where they are wrong or missing, `inv` says what is to be said."""
    import yaml

    from flux.errors import FluxError
    from flux.settings import read_settings

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = read_settings((document or {}).get("flux"), {})
    except (OSError, ValueError, AttributeError, yaml.YAMLError, FluxError):
        return {}
    # Only who has rules or clusters needs an App that may set statuses and record deployments.
    return {
        "verifies": str(settings.require_signature).lower(),
        "progress": "write" if settings.has_progress else "",
    }


def for_event(variables: Mapping[str, str], event: str) -> dict[str, str]:
    """The variables with who may only pull in place of who may push, for events of pull requests."""
    pulls = {
        name: variables.get(own, "") for name, own in _PULLING.items() if event.startswith("pull_request")
    }
    return {**variables, **{name: value for name, value in pulls.items() if value}}


def read_variables(text: str) -> dict[str, str]:
    """The repository's variables, as `toJSON(vars)` gives them. Raises UnfitError for anything else."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnfitError("the input `variables` is not a JSON object", "pass `${{ toJSON(vars) }}`")
    return {name: value.strip() for name, value in found.items() if isinstance(value, str)}


def main() -> int:
    given = {name: os.environ.get(name.upper(), "") for name in ("registry", "actor", "has_password")}
    try:
        said = read_variables(os.environ.get("VARIABLES", ""))
        variables = for_event(said, os.environ.get("GITHUB_EVENT_NAME", ""))
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        found = decide(given, variables, server, "ACTIONS_ID_TOKEN_REQUEST_URL" in os.environ)
        found |= {name: variables.get(name, "") for name in _PASSED_ON}
        found |= {"app": variables.get("FLUX_APP", ""), "attest": variables.get("FLUX_ATTEST", "")}
        if unfit := [name for name, value in found.items() if not value.isprintable()]:
            raise UnfitError(f"the variable {unfit[0]} has more than one line", "set it anew")
    except UnfitError as error:
        print(f"::error::{'; '.join(map(str, error.args))}", file=sys.stderr)
        return 1
    found |= by_settings(Path("invoke.yaml"))
    print(*(f"{name}={value}" for name, value in found.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
