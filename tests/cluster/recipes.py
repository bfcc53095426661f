"""How to build a Kubernetes API server and Flux's controllers from Go modules.

Only the standard library: noxfile.py builds them by these recipes.
"""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KUBERNETES = "1.36.3"
STAGING = "0.36.4"
"""The version of the modules that Kubernetes keeps in its own repository and requires as v0.0.0."""
CONTROLLERS = "1.9.6"
"""The newest source-controller and kustomize-controller that build as modules."""
PKG_ARTIFACT = "0.18.0"

# The controllers' go.mod replaces it so, and a go.mod of another module does not inherit that.
_GO_DIGEST = (
    "github.com/opencontainers/go-digest => "
    "github.com/opencontainers/go-digest v1.0.1-0.20220411205349-bde1400a84be"
)
_ARTIFACT = f"github.com/fluxcd/pkg/artifact => github.com/fluxcd/pkg/artifact v{PKG_ARTIFACT}"


@dataclass(frozen=True)
class Recipe:
    """A program, and the lines that a go.mod needs to build it."""

    name: str
    module: str
    version: str
    package: str
    replacements: Callable[[Path], tuple[str, ...]]
    definitions: str = ""
    """The folder of the module that has its custom resource definitions."""

    def go_mod(self, folder: Path) -> str:
        """The text of a go.mod in `folder` that the program can be built in."""
        lines = "".join(f"replace {line}\n" for line in self.replacements(folder))
        return f"module build\n\ngo 1.26.0\n\n{lines}"


def _staging(folder: Path) -> tuple[str, ...]:
    """Kubernetes replaces its own modules by folders; the module proxy has each of them."""
    downloaded = json.loads(
        subprocess.run(
            ["go", "mod", "download", "-json", f"k8s.io/kubernetes@v{KUBERNETES}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    requirements = Path(downloaded["GoMod"]).read_text(encoding="utf-8").splitlines()
    own = [line.split()[0] for line in requirements if line.endswith(" v0.0.0")]
    return tuple(f"{module} => {module} v{STAGING}" for module in own)


API_SERVER = Recipe(
    "kube-apiserver",
    "k8s.io/kubernetes",
    KUBERNETES,
    "k8s.io/kubernetes/cmd/kube-apiserver",
    _staging,
)
SOURCE_CONTROLLER = Recipe(
    "source-controller",
    "github.com/fluxcd/source-controller",
    CONTROLLERS,
    "github.com/fluxcd/source-controller",
    lambda folder: (_GO_DIGEST, _ARTIFACT),
    "config/crd/bases",
)
KUSTOMIZE_CONTROLLER = Recipe(
    "kustomize-controller",
    "github.com/fluxcd/kustomize-controller",
    CONTROLLERS,
    "github.com/fluxcd/kustomize-controller",
    lambda folder: (_GO_DIGEST,),
    "config/crd/bases",
)
RECIPES = (API_SERVER, SOURCE_CONTROLLER, KUSTOMIZE_CONTROLLER)
