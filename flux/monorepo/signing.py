"""Signs images that have no valid signature yet, if git builds the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from flux.cosign import Annotations, Cosign, Signers, find_cosign
from flux.errors import FluxError, RegistryError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.parallel import in_parallel
from flux.working import Working, silently

# The most processes of cosign at once, whatever `jobs` is. Each needs about 100 MiB.
_MOST_AT_ONCE = 8
WRITE = "let `inv build`, `inv publish` or `inv reconcile` write it, with `--digests FILE`"


@dataclass(frozen=True)
class Subject:
    """An image, `repository@digest`, and the annotations to sign: its artifact, version and phase."""

    reference: str
    annotations: Annotations


Accept = Callable[[Monorepo, Subject], FluxError | None]
"""Returns why an image is not what its subject says, or None if it is. Only accepted images are signed."""


class SignAction(StrEnum):
    """The state of an image's signature. `unsigned` is used only in a dry run."""

    VALID = "valid"
    UNSIGNED = "unsigned"
    SIGNED = "signed"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Signature:
    """The result for one image."""

    artifact: str
    reference: str
    action: SignAction
    error: FluxError | None = None


@dataclass(frozen=True)
class Signing:
    signatures: list[Signature]
    note: str = ""
    """Why there is nothing to sign."""

    @property
    def failed(self) -> list[Signature]:
        return [signature for signature in self.signatures if signature.error]


def sign_all(
    monorepo: Monorepo,
    subjects: Iterable[Subject],
    signers: Signers,
    accept: Accept,
    working: Working = silently,
) -> Signing:
    """Sign images without a valid signature of the signers. Raises RequestError if there is no cosign."""
    cosign = find_cosign()
    groups: dict[str, list[Subject]] = {}
    for subject in subjects:
        groups.setdefault(subject.reference.partition("@")[0], []).append(subject)

    def all_of(group: list[Subject]) -> list[Signature]:
        """Sign the images of one repository in turn: some registries fail with parallel writes to one."""
        return [_sign(monorepo, subject, signers, cosign, accept) for subject in group]

    found: list[Signature] = []
    with working("signing", len(groups)) as on_done:
        for signatures in in_parallel(min(monorepo.settings.jobs, _MOST_AT_ONCE), all_of, groups.values()):
            found += signatures
            on_done(signatures)
    return Signing(sorted(found, key=lambda signature: signature.artifact))


def _sign(
    monorepo: Monorepo, subject: Subject, signers: Signers, cosign: Cosign, accept: Accept
) -> Signature:
    artifact, reference = " ".join(subject.annotations.values()), subject.reference
    if refusal := accept(monorepo, subject):
        return Signature(artifact, reference, SignAction.REFUSED, refusal)
    if cosign.is_signed(reference, signers, subject.annotations):
        return Signature(artifact, reference, SignAction.VALID)
    if monorepo.dry_run:
        return Signature(artifact, reference, SignAction.UNSIGNED)
    try:
        cosign.sign(reference, subject.annotations)
    except FluxError as error:
        return Signature(artifact, reference, SignAction.FAILED, error)
    return Signature(artifact, reference, SignAction.SIGNED)


def in_our_repository(monorepo: Monorepo, subject: Subject) -> FluxError | None:
    """Accept an image only if it is in the repository of its artifact. Otherwise return the error."""
    artifact = subject.annotations["artifact"]
    ours = monorepo.registry.name(artifact)
    if subject.reference.partition("@")[0] == ours:
        return None
    return FluxError(f"{subject.reference} is not in {ours}, so it is not signed as {artifact}", WRITE)


def is_built_from_git(vouching: Vouching) -> Accept:
    """Return a function that accepts an image in the repository of its artifact if git builds the same.

    It is built for the release of its version, or at the commit of main that it names. Files of digests and
    the registry are not trusted.
    """

    def accept(monorepo: Monorepo, subject: Subject) -> FluxError | None:
        if fault := in_our_repository(monorepo, subject):
            return fault
        artifact, version = subject.annotations["artifact"], subject.annotations.get("version")
        try:
            digest = subject.reference.partition("@")[2]
            manifest = monorepo.registry.repository(artifact).fetch_manifest(digest)
        except FluxError as error:
            return error
        if manifest is None:
            return RegistryError(f"{subject.reference} is not in the registry", WRITE)
        return (
            vouching.fault(artifact, version, manifest)
            if version
            else vouching.build_fault(artifact, manifest)
        )

    return accept
