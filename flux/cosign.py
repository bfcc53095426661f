"""Signs images as a job of GitHub Actions, with no key of ours, by the cosign that is there.

https://docs.sigstore.dev/cosign/signing/overview/
"""

import shutil
import subprocess
from dataclasses import dataclass

from flux.errors import RequestError, SigningError

_SECONDS = 240  # cosign itself gives up after 180


@dataclass(frozen=True)
class Signers:
    """Whose signatures count: the issuer of identities, and a regular expression (RE2) of whole ones."""

    issuer: str
    identity: str


@dataclass(frozen=True)
class Cosign:
    """Cosign 3; `program` is an absolute path."""

    program: str

    def is_signed(self, reference: str, signers: Signers) -> bool:
        """Whether `repository@digest` has a valid signature of theirs. What cannot be verified has none."""
        identity = f"--certificate-identity-regexp={signers.identity}"
        issuer = f"--certificate-oidc-issuer={signers.issuer}"
        return self._run("verify", identity, issuer, reference).returncode == 0

    def sign(self, reference: str) -> None:
        """Sign `repository@digest` as who this job is. Raises SigningError."""
        done = self._run("sign", "--yes", reference)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
            reason = said[-1].removeprefix("Error: ") if said else f"exit code {done.returncode}"
            raise SigningError(f"cosign did not sign: {reason}", "run the job again, it signs what is left")

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
    raise RequestError("cosign is not on PATH", "in a workflow, let sigstore/cosign-installer come first")
