"""Finds whose signatures count: those of this repository's workflows on the branch.

A certificate has GitHub's claims about a job: its workflow file, and the ref of that file.
https://docs.github.com/actions/reference/security/oidc
"""

import re
from enum import StrEnum

from flux.cosign import Signers
from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import find_forge_place


class SigningWorkflows(StrEnum):
    """The workflows that sign. Each value is a regular expression for their files."""

    BUILD = r"(release-flux-artifact|manage-flux-releases)\.yml"
    PROMOTE = r"sign-flux-promotions\.yml"


def find_signers(monorepo: Monorepo, workflows: SigningWorkflows = SigningWorkflows.BUILD) -> Signers:
    """Return the identities that sign here. Raises RequestError outside of Actions: there are none."""
    event = monorepo.event
    if not event.actions or not event.repository:
        raise RequestError(
            "only a job of GitHub Actions can sign: its identity is what clusters accept",
            "the workflows sign what they push; run one of them",
        )
    return _of(monorepo, event.server_url, event.repository, workflows)


def required_signers(monorepo: Monorepo) -> Signers:
    """Return the identity that has to sign images: the one that the settings name, or else our workflows.

    Raises RequestError if neither is known.
    """
    settings, event = monorepo.settings, monorepo.event
    if settings.signature_identity:
        # Without ^ and $, cosign would accept an identity that only contains a match.
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
