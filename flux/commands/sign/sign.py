"""Signs the images that jobs have pushed, if they have no valid signature yet."""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flux.artifact.name import name_fault
from flux.cosign import Annotations, Cosign, Signers, find_cosign
from flux.errors import FluxError, RegistryError, RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.signers import find_signers
from flux.monorepo.vouching import Vouching
from flux.parallel import in_parallel
from flux.regex import regex
from flux.working import Working, silently

# The most subjects of one attestation: https://github.com/actions/attest
_MOST_ATTESTED = 1024
# The token of a job has a limit of 1000 requests per hour, and the job sends other requests too.
_MOST_ASKED = 400
# The most processes of cosign at once, whatever `jobs` is. Each needs about 100 MiB.
_MOST_AT_ONCE = 8
_REFERENCE = regex(r"[a-zA-Z0-9\[][^\s@]*@sha256:[0-9a-f]{64}")
_VERSION = regex(r"[0-9A-Za-z][0-9A-Za-z.-]*")
_WRITE = "let `inv build`, `inv publish` or `inv reconcile` write it, with `--digests FILE`"


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


def sign(
    monorepo: Monorepo,
    digests: Path,
    working: Working = silently,
    accept: Accept | None = None,
) -> Signing:
    """Sign each image in the files of digests once. A file is a JSON object that maps an artifact, or an
    artifact and a version, to `repository@sha256:…`.

    If `accept` refuses an image or one fails, the others are still signed. Raises RequestError if a file is
    not valid, outside of Actions, or if there is no cosign.
    """
    signers = find_signers(monorepo)
    return sign_all(
        monorepo,
        find_subjects(read_digests(digests)),
        signers,
        accept or is_built_from_git(Vouching(monorepo)),
        working,
    )


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
    return FluxError(f"{subject.reference} is not in {ours}, so it is not signed as {artifact}", _WRITE)


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
            return RegistryError(f"{subject.reference} is not in the registry", _WRITE)
        return (
            vouching.fault(artifact, version, manifest)
            if version
            else vouching.build_fault(artifact, manifest)
        )

    return accept


def find_unattested(signing: Signing, is_attested: Callable[[str], bool]) -> list[str]:
    """Return the references of signed images without a build attestation, at most as many as one attestation
    may have.

    If very many were signed before, each run checks a random sample of them.
    """
    signed, valid = (
        list(dict.fromkeys(s.reference for s in signing.signatures if s.action == action))
        for action in (SignAction.SIGNED, SignAction.VALID)
    )
    asked = random.sample(valid, min(len(valid), _MOST_ASKED))
    lacking = [reference for reference in asked if not is_attested(reference.partition("@")[2])]
    return list(dict.fromkeys([*signed, *sorted(lacking)]))[:_MOST_ATTESTED]


def find_subjects(digests: dict[str, str]) -> list[Subject]:
    """Return the subjects to sign. An image with versions has only the subjects with these versions."""
    versioned = {(about.partition(" ")[0], image) for about, image in digests.items() if " " in about}
    subjects = []
    for about, reference in digests.items():
        artifact, _, version = about.partition(" ")
        if version:
            subjects.append(Subject(reference, {"artifact": artifact, "version": version}))
        elif (artifact, reference) not in versioned:
            subjects.append(Subject(reference, {"artifact": artifact}))
    return subjects


def read_digests(path: Path) -> dict[str, str]:
    """Read the output of `--digests`: a file, or a folder with a file of each job.

    Raises RequestError if a file is not valid or there is none.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    read = [_read_file(file) for file in files]
    if not read:
        raise RequestError(f"{path} has no digests of images", _WRITE)
    return {about: reference for digests in read for about, reference in digests.items()}


def _read_file(path: Path) -> dict[str, str]:
    try:
        digests = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} could not be read: {error.strerror}", _WRITE) from error
    except (ValueError, RecursionError):
        digests = None
    if not isinstance(digests, dict) or not all(map(_is_image, digests, digests.values())):
        raise RequestError(f"{path} has no digests of images", _WRITE)
    return digests


def _is_image(about: str, reference: object) -> bool:
    """Whether `about` is an artifact, with or without a version, and `reference` is `repository@digest`."""
    artifact, separator, version = about.partition(" ")
    named = not name_fault(artifact) and bool(_VERSION.fullmatch(version)) == bool(separator)
    return named and isinstance(reference, str) and bool(_REFERENCE.fullmatch(reference))
