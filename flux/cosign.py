"""Signs images as a job of GitHub Actions, without a key, and verifies them, with the cosign on PATH.

https://docs.sigstore.dev/cosign/signing/overview/
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from flux.errors import RequestError, SigningError

_SECONDS = 240  # cosign itself gives up after 180
Annotations = Mapping[str, str]
"""What a signature says of an image: they are signed too, and can be asked for.

https://docs.sigstore.dev/cosign/verifying/verify/
"""

NONE: Annotations = {}

# Of what cosign says, at most this much is shown.
_SHOWN = 500


@dataclass(frozen=True)
class Signers:
    """Whose signatures count: the issuer of identities, and a regular expression (RE2) of whole ones."""

    issuer: str
    identity: str


@dataclass(frozen=True)
class Cosign:
    """Cosign 3; `program` is an absolute path."""

    program: str

    def is_signed(self, reference: str, signers: Signers, annotations: Annotations = NONE) -> bool:
        """Whether a valid signature of theirs says this of `repository@digest`."""
        return self.fault(reference, signers, annotations) is None

    def fault(self, reference: str, signers: Signers, annotations: Annotations = NONE) -> str | None:
        """Why no valid signature of theirs says this of an image; None where one does.

        What cannot be verified has none.
        """
        identity = f"--certificate-identity-regexp={signers.identity}"
        issuer = f"--certificate-oidc-issuer={signers.issuer}"
        done = self._run("verify", identity, issuer, *_flags(annotations), reference)
        return _reason(done) if done.returncode else None

    def sign(self, reference: str, annotations: Annotations = NONE) -> None:
        """Sign `repository@digest` as who this job is. Raises SigningError."""
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
    """The cosign on PATH. Raises RequestError where there is none."""
    if program := shutil.which("cosign"):
        return Cosign(program)
    raise RequestError(
        "cosign is not on PATH", "install cosign 3; in a workflow, with a step of sigstore/cosign-installer"
    )


def _flags(annotations: Annotations) -> list[str]:
    return [f"--annotations={key}={value}" for key, value in annotations.items()]


def _reason(done: "subprocess.CompletedProcess[str]") -> str:
    """One line, of what may come from a registry."""
    said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    reason = said[-1].removeprefix("Error: ") if said else f"exit code {done.returncode}"
    printable = "".join(character if character.isprintable() else "?" for character in reason)
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…"
