"""Whose signatures count: those of this repository's workflows on the branch.

A certificate has what GitHub says of a job: the file that it stands in, and the ref that this was read at.
https://docs.github.com/actions/reference/security/oidc
"""

import re
from enum import StrEnum

from flux.cosign import Signers
from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import find_forge_place


class SigningWorkflows(StrEnum):
    """Which workflows sign what, each a regular expression of their files."""

    BUILD = r"(release-flux-artifact|manage-flux-releases)\.yml"
    PROMOTE = r"sign-flux-promotions\.yml"


def find_signers(monorepo: Monorepo, workflows: SigningWorkflows = SigningWorkflows.BUILD) -> Signers:
    """Who signs here. Raises RequestError outside of Actions, where nobody has such an identity."""
    event = monorepo.event
    if not event.actions or not event.repository:
        raise RequestError(
            "only a job of GitHub Actions can sign: its identity is what clusters accept",
            "the workflows sign what they push; run one of them",
        )
    return _of(monorepo, event.server_url, event.repository, workflows)


def required_signers(monorepo: Monorepo) -> Signers:
    """Whose signature an image needs: who the settings name, and where they do not our workflows.

    Raises RequestError where neither says it.
    """
    settings, event = monorepo.settings, monorepo.event
    if settings.signature_identity:
        # Cosign would take a part of somebody else's identity.
        whole = f"^(?:{settings.signature_identity})$"
        return Signers(settings.signature_issuer or _issuer(event.server_url), whole)
    place = find_forge_place(monorepo)
    if not place.repository:
        raise RequestError(
            "`require_signature` is set, but the signer is unknown",
            "set `signature_identity` and `signature_issuer` in invoke.yaml",
        )
    server = event.server_url if event.actions else f"https://{place.host}"
    found = _of(monorepo, server, place.repository, SigningWorkflows.BUILD)
    return Signers(settings.signature_issuer or found.issuer, found.identity)


def _of(monorepo: Monorepo, server: str, repository: str, workflows: SigningWorkflows) -> Signers:
    folder = re.escape(f"{server}/{repository}/.github/workflows/")
    branch = re.escape(monorepo.settings.branch)
    return Signers(_issuer(server), f"^{folder}{workflows}@refs/heads/{branch}$".replace(r"\-", "-"))


def _issuer(server: str) -> str:
    public = server == "https://github.com"
    return "https://token.actions.githubusercontent.com" if public else f"{server}/_services/token"
