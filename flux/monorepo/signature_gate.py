"""The gate for images: with `require_signature`, unsigned images are neither proposed nor moved."""

from flux.cosign import find_cosign
from flux.errors import SignatureError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.signers import required_signers


def require_signature(monorepo: Monorepo, artifact: str, version: str, digest: str) -> None:
    """Check that an image has a valid signature that names this release.

    If the setting is off, every image passes. Raises SignatureError for an image without such a signature,
    and RequestError if cosign is missing or the signer is not known.
    """
    if not monorepo.settings.require_signature:
        return
    reference = f"{monorepo.registry.name(artifact)}@{digest}"
    signers = required_signers(monorepo)
    if fault := find_cosign().fault(reference, signers, {"artifact": artifact, "version": version}):
        raise SignatureError(
            f"{reference} has no valid signature as {artifact} {version}: {fault}",
            f"run the workflow that signs ({signers.identity}): `inv reconcile` finds images without one",
        )
