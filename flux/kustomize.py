"""Renders kustomizations as Flux's controller does, with the installed kustomize or kubectl.

https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

_SECONDS = 120


_COLLECTING = "400"
"""The value of Go's GOGC. A short-lived program needs less garbage collection than the default."""

_CORES = BoundedSemaphore(os.cpu_count() or 1)
"""The limit for parallel processes. More processes than cores only need more memory."""

_CLOSED = "http://127.0.0.1:9"  # no service listens on this port (RFC 863, not in use any more)


class RemoteBaseError(Exception):
    """A kustomization reads something over the network that is not in its artifact."""


@dataclass(frozen=True)
class Kustomize:
    """Kustomize 5, as its own program or in kubectl. `command` begins with an absolute path."""

    command: tuple[str, ...]

    def render(self, folder: Path) -> str:
        """Return the error of kustomize for a folder in one line, or an empty text if it renders.

        Kustomize has no network access: PATH has no git, and the proxy does not answer. Raises
        RemoteBaseError if kustomize tries to use git or the proxy.
        """
        # Flux's controller has this restriction off too, and stays in the folder of the artifact.
        command = [*self.command, "--load-restrictor", "LoadRestrictionsNone", str(folder)]
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _CLOSED)
        environment = {"PATH": "", "HOME": str(folder), "TMPDIR": tempfile.gettempdir(), "GOGC": _COLLECTING}
        try:
            with _CORES:
                done = subprocess.run(
                    command, env=proxies | environment, capture_output=True, timeout=_SECONDS, check=False
                )
        except subprocess.TimeoutExpired:
            return f"not rendered within {_SECONDS} seconds"
        if done.returncode == 0:
            return ""
        said = _said(done.stderr.decode("utf-8", "replace"))
        if "proxyconnect" in said or "'git' program" in said or '"git": executable' in said:
            raise RemoteBaseError(said)
        return said or f"{Path(self.command[0]).name} failed and printed nothing"


def find_kustomize() -> Kustomize | None:
    """Return the kustomize 5 on PATH: its own program, or the one in kubectl 1.27 and newer."""
    if (kustomize := shutil.which("kustomize")) and re.search(r"\bv5\.\d", _output(kustomize, "version")):
        return Kustomize((kustomize, "build"))
    if kubectl := shutil.which("kubectl"):
        try:
            version = json.loads(_output(kubectl, "version", "--client", "--output=json"))
            if str(version["kustomizeVersion"]).startswith("v5."):
                return Kustomize((kubectl, "kustomize"))
        except (ValueError, KeyError, TypeError):
            return None
    return None


def _said(stderr: str) -> str:
    """Return an error that kustomize printed or kubectl logged, in one line."""
    if logged := re.search(
        r'"command failed" err=(?:<\n(?P<lines>.*)\n >|(?P<quoted>".*"))\s*$', stderr, re.DOTALL
    ):
        stderr = logged["lines"] or json.loads(logged["quoted"])
    return " ".join(stderr.split()).removeprefix("Error: ").removeprefix("error: ")


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
