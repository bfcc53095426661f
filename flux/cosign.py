"""Signs and verifies images with the cosign on PATH. A job in GitHub Actions signs without a key.

https://docs.sigstore.dev/cosign/signing/overview/
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from flux.errors import RequestError, SigningError

_SECONDS = 240  # cosign itself gives up after 180
Annotations = Mapping[str, str]
"""Statements about an image in its signature. They are signed too, and verification can require them.

https://docs.sigstore.dev/cosign/verifying/verify/
"""

NONE: Annotations = {}

# The most characters of a message of cosign that are shown.
_SHOWN = 500


@dataclass(frozen=True)
class Signers:
    """The accepted signers: the issuer of identities, and a regular expression (RE2) for a whole identity."""

    issuer: str
    identity: str


@dataclass(frozen=True)
class Cosign:
    """Cosign 3; `program` is an absolute path."""

    program: str

    def is_signed(self, reference: str, signers: Signers, annotations: Annotations = NONE) -> bool:
        """Whether `repository@digest` has a valid signature of these signers with these annotations."""
        return self.fault(reference, signers, annotations) is None

    def fault(self, reference: str, signers: Signers, annotations: Annotations = NONE) -> str | None:
        """Return why an image has no valid signature of these signers with these annotations, or None.

        If verification fails, the image counts as unsigned.
        """
        identity = f"--certificate-identity-regexp={signers.identity}"
        issuer = f"--certificate-oidc-issuer={signers.issuer}"
        done = self._run("verify", identity, issuer, *_flags(annotations), reference)
        return _reason(done) if done.returncode else None

    def sign(self, reference: str, annotations: Annotations = NONE) -> None:
        """Sign `repository@digest` with the identity of this job. Raises SigningError."""
        done = self._run("sign", "--yes", *_flags(annotations), reference)
        if done.returncode:
            raise SigningError(
                f"cosign did not sign: {_reason(done)}", "run the job again: it signs what is left"
            )

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [self.program, *arguments]
        try:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", f"Error: no answer within {_SECONDS} seconds")


def find_cosign() -> Cosign:
    """Return the cosign on PATH. Raises RequestError if there is none."""
    if program := shutil.which("cosign"):
        return Cosign(program)
    raise RequestError(
        "cosign is not on PATH", "install cosign 3; in a workflow, with a step of sigstore/cosign-installer"
    )


def _flags(annotations: Annotations) -> list[str]:
    return [f"--annotations={key}={value}" for key, value in annotations.items()]


def _reason(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the error in one printable line. A registry may have sent parts of it."""
    said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    reason = said[-1].removeprefix("Error: ") if said else f"exit code {done.returncode}"
    printable = "".join(character if character.isprintable() else "?" for character in reason)
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"
