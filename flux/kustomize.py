"""Renders kustomizations as Flux's controller does, with the kustomize or kubectl that is there.

https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 120


@dataclass(frozen=True)
class Kustomize:
    """Kustomize 5, in either of its shapes."""

    command: tuple[str, ...]

    def render(self, folder: Path) -> str:
        """What kustomize has against the kustomization in a folder, in one line; nothing if it renders."""
        # The restrictor is off in Flux's controller too, which keeps to the artifact's own folder.
        command = [*self.command, "--load-restrictor", "LoadRestrictionsNone", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"not rendered within {_SECONDS} seconds"
        if done.returncode == 0:
            return ""
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = [line.removeprefix("Error: ").removeprefix("error: ") for line in lines if line.strip()]
        return said[-1] if said else f"{self.command[0]} failed without a word"


def find_kustomize() -> Kustomize | None:
    """Kustomize 5 on PATH, by itself or in kubectl 1.27 and newer."""
    if shutil.which("kustomize") and re.search(r"\bv?5\.", _output("kustomize", "version")):
        return Kustomize(("kustomize", "build"))
    if shutil.which("kubectl"):
        try:
            version = json.loads(_output("kubectl", "version", "--client", "--output=json"))
            if str(version["kustomizeVersion"]).startswith("v5."):
                return Kustomize(("kubectl", "kustomize"))
        except (ValueError, KeyError, TypeError):
            return None
    return None


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
