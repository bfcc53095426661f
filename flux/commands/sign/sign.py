"""Signs the images that jobs have pushed, if they have no valid signature yet."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from flux.artifact.name import name_fault
from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import expect_releases
from flux.monorepo.signers import find_signers
from flux.monorepo.signing import WRITE, Accept, SignAction, Signing, Subject, is_built_from_git, sign_all
from flux.monorepo.vouching import Vouching
from flux.regex import regex
from flux.working import Working, silently

# The most subjects of one attestation: https://github.com/actions/attest
_MOST_ATTESTED = 1024
# The token of a job has a limit of 1000 requests per hour, and the job sends other requests too.
_MOST_ASKED = 400
_REFERENCE = regex(r"[a-zA-Z0-9\[][^\s@]*@sha256:[0-9a-f]{64}")
_VERSION = regex(r"[0-9A-Za-z][0-9A-Za-z.-]*")


def sign_digests(
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
    signers, subjects = find_signers(monorepo), find_subjects(read_digests(digests))
    said = [subject.annotations for subject in subjects]
    expect_releases(monorepo, [(one["artifact"], one["version"]) for one in said if "version" in one])
    return sign_all(
        monorepo,
        subjects,
        signers,
        accept or is_built_from_git(Vouching(monorepo)),
        working,
    )


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
        raise RequestError(f"{path} has no digests of images", WRITE)
    return {about: reference for digests in read for about, reference in digests.items()}


def _read_file(path: Path) -> dict[str, str]:
    try:
        digests = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} could not be read: {error.strerror}", WRITE) from error
    except (ValueError, RecursionError):
        digests = None
    if not isinstance(digests, dict) or not all(map(_is_image, digests, digests.values())):
        raise RequestError(f"{path} has no digests of images", WRITE)
    return digests


def _is_image(about: str, reference: object) -> bool:
    """Whether `about` is an artifact, with or without a version, and `reference` is `repository@digest`."""
    artifact, separator, version = about.partition(" ")
    named = not name_fault(artifact) and bool(_VERSION.fullmatch(version)) == bool(separator)
    return named and isinstance(reference, str) and bool(_REFERENCE.fullmatch(reference))
