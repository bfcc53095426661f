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
"""Go's GOGC: a program that runs for a moment need not collect its garbage as often as usual."""

_CORES = BoundedSemaphore(os.cpu_count() or 1)
"""More of them at a time than there are cores would only take memory."""

_CLOSED = "http://127.0.0.1:9"  # nothing listens there (RFC 863's port is out of use)


class RemoteBaseError(Exception):
    """A kustomization reads something that is not in its artifact, over the network."""


@dataclass(frozen=True)
class Kustomize:
    """Kustomize 5, in either of its shapes; `command` begins with an absolute path."""

    command: tuple[str, ...]

    def render(self, folder: Path) -> str:
        """The error of kustomize for a folder, in one line; empty if it renders.

        It is shut off from the network: no git on its PATH, no proxy that answers. Raises RemoteBaseError
        where it wanted either.
        """
        # The restrictor is off in Flux's controller too, which keeps to the artifact's own folder.
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
    """Kustomize 5 on PATH, by itself or in kubectl 1.27 and newer."""
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
    """An error in one line: as kustomize prints it, or as kubectl logs it."""
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
