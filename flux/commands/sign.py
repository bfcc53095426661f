"""Sign the images that jobs have pushed, as far as they have no valid signature yet."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flux.cosign import Signers, find_cosign
from flux.errors import FluxError, RequestError
from flux.monorepo.monorepo import Monorepo
from flux.parallel import in_parallel

# What actions/attest takes at once: https://github.com/actions/attest
_MOST_ATTESTED = 1024
# A job's token may ask GitHub a thousand things an hour, and asks others too.
_MOST_ASKED = 400
# Processes of cosign, of some 100 MiB each, however many requests may be in flight.
_MOST_AT_ONCE = 8
_REFERENCE = re.compile(r"[a-zA-Z0-9\[][^\s@]*@sha256:[0-9a-f]{64}")
_WRITE = "let `inv build`, `inv publish` or `inv reconcile` write it, with `--digests FILE`"


@dataclass(frozen=True)
class Signature:
    """What became of one image's: `action` is `valid`, `unsigned` (in a dry run), `signed` or `failed`."""

    artifact: str
    reference: str
    action: str
    error: str = ""
    hint: str = ""

    def document(self) -> dict[str, Any]:
        document = {"artifact": self.artifact, "reference": self.reference, "action": self.action}
        return document | ({"error": self.error} if self.error else {})


@dataclass(frozen=True)
class Signing:
    signatures: list[Signature]

    @property
    def failed(self) -> list[Signature]:
        return [signature for signature in self.signatures if signature.error]

    def document(self) -> dict[str, Any]:
        return {"signatures": [signature.document() for signature in self.signatures]}


def sign(
    monorepo: Monorepo,
    digests: Path,
    on_done: Callable[[object], object],
) -> Signing:
    """Sign each image that a file has digests of, a JSON object of artifact to `repository@sha256:…`, once.

    The failure of one leaves the others unharmed. Raises RequestError for anything else, outside of Actions,
    and where there is no cosign.
    """
    signers, images, cosign = find_signers(monorepo), read_digests(digests), find_cosign()
    groups: dict[str, dict[str, str]] = {}
    for artifact, reference in images.items():
        groups.setdefault(reference.partition("@")[0], {}).setdefault(reference, artifact)

    def one(artifact: str, reference: str) -> Signature:
        if cosign.is_signed(reference, signers):
            return Signature(artifact, reference, "valid")
        if monorepo.dry_run:
            return Signature(artifact, reference, "unsigned")
        try:
            cosign.sign(reference)
        except FluxError as error:
            return Signature(artifact, reference, "failed", error.message, error.hint)
        return Signature(artifact, reference, "signed")

    def all_of(group: dict[str, str]) -> list[Signature]:
        """Those of one repository, one after another: not every registry stands two writers of one."""
        return [one(artifact, reference) for reference, artifact in group.items()]

    found: list[Signature] = []
    for signatures in in_parallel(min(monorepo.settings.jobs, _MOST_AT_ONCE), all_of, groups.values()):
        found += signatures
        on_done(signatures)
    return Signing(sorted(found, key=lambda signature: signature.artifact))


def find_unattested(signing: Signing, is_attested: Callable[[str], bool]) -> list[str]:
    """The references of signed images that it is not attested of how they were built, as many as one
    attestation may have.

    Of very many that were signed before, each run asks for others.
    """
    signed, valid = (
        [s.reference for s in signing.signatures if s.action == action] for action in ("signed", "valid")
    )
    asked = random.sample(valid, min(len(valid), _MOST_ASKED))
    lacking = [reference for reference in asked if not is_attested(reference.partition("@")[2])]
    return [*signed, *sorted(lacking)][:_MOST_ATTESTED]


def find_signers(monorepo: Monorepo) -> Signers:
    """The jobs that sign what was pushed: those of two workflows, as they stand on the branch.

    https://docs.github.com/actions/reference/security/oidc has what GitHub says of a job. Raises RequestError
    outside of Actions, where nobody has such an identity.
    """
    if not monorepo.event.actions or not monorepo.event.repository:
        raise RequestError(
            "only a job of GitHub Actions can sign: its identity is what clusters accept",
            "the workflows sign what they push; run one of them",
        )
    public = monorepo.event.server_url == "https://github.com"
    issuer = (
        "https://token.actions.githubusercontent.com"
        if public
        else f"{monorepo.event.server_url}/_services/token"
    )
    folder = re.escape(f"{monorepo.event.server_url}/{monorepo.event.repository}/.github/workflows/")
    branch = re.escape(monorepo.settings.branch)
    workflows = r"(release-flux-artifact|manage-flux-releases)\.yml"
    return Signers(issuer, f"^{folder}{workflows}@refs/heads/{branch}$".replace(r"\-", "-"))


def read_digests(path: Path) -> dict[str, str]:
    """What commands have written with `--digests`: a file, or a folder with a file of each job.

    Raises RequestError for what none has written.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    read = [_read_file(file) for file in files]
    if not read:
        raise RequestError(f"{path} has no digests of images", _WRITE)
    return {artifact: reference for digests in read for artifact, reference in digests.items()}


def _read_file(path: Path) -> dict[str, str]:
    try:
        digests = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} could not be read: {error.strerror}", _WRITE) from error
    except (ValueError, RecursionError):
        digests = None
    if not isinstance(digests, dict) or not all(
        isinstance(reference, str) and _REFERENCE.fullmatch(reference) for reference in digests.values()
    ):
        raise RequestError(f"{path} has no digests of images", _WRITE)
    return digests
