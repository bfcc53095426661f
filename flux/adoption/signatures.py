"""Checks whether clusters will accept the signatures of the workflows."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flux.adoption.environments import is_of, oci_repositories


def find_refusals(
    texts: Mapping[str, str], registry: str, places: Collection[str], issuer: str, subjects: Collection[str]
) -> Iterator[str]:
    """Yield each file whose OCIRepository would refuse an image signed by one of these, and the reason.

    `places` are the repositories of the artifacts. If `registry` is empty, every OCIRepository counts. See
    https://fluxcd.io/flux/components/source/ocirepositories/#verification
    """
    for path, spec in oci_repositories(texts):
        verify = spec.get("verify")
        if not isinstance(verify, dict) or not is_of(spec, registry, places):
            continue
        if verify.get("provider", "cosign") != "cosign" or verify.get("secretRef"):
            yield f"{path} verifies with {_how(verify)}, and the workflows sign without a key"
        elif refused := [one for one in subjects if not _accepts_any(verify, issuer, one)]:
            yield f"{path} does not accept the identity of {_file(refused)}"


def _how(verify: Mapping[str, Any]) -> str:
    return "a key" if verify.get("secretRef") else f"provider {verify.get('provider')}"


def _identities(verify: Mapping[str, Any]) -> list[Any]:
    """Return the accepted identities. If none is given, any signature is accepted."""
    given = verify.get("matchOIDCIdentity")
    return given if isinstance(given, list) and given else [{}]


def _file(subjects: Collection[str]) -> str:
    """Return the files of these identities, such as `release-flux-artifact.yml`."""
    return " and ".join(one.partition("@")[0].rpartition("/")[2] for one in subjects)


def _accepts_any(verify: Mapping[str, Any], issuer: str, subject: str) -> bool:
    return any(_accepts(one, issuer, subject) for one in _identities(verify))


def _accepts(identity: object, issuer: str, subject: str) -> bool:
    if not isinstance(identity, dict):
        return False
    return _matches(identity.get("issuer", ""), issuer) and _matches(identity.get("subject", ""), subject)


def _matches(pattern: object, text: str) -> bool:
    try:
        return re.search(str(pattern), text) is not None
    except re.error:
        return False
