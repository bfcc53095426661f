"""Renders the kustomizations of an artifact as its cluster would."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from flux.artifact.finding import Finding, Level
from flux.artifact.kustomization import Kustomization, renderable
from flux.artifact.tree import path_bytes
from flux.kustomize import Kustomize, RemoteBaseError
from flux.parallel import in_parallel


def render_all(
    contents: Mapping[str, bytes], kustomizations: Mapping[str, Kustomization], kustomize: Kustomize
) -> Iterator[Finding]:
    """Yield the errors of kustomize for an artifact's files. `kustomizations` is by folder."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        _write(root, contents)
        if not kustomizations:
            _generate(root, [path for path in contents if path.endswith((".yaml", ".yml"))])
        folders = list(renderable(kustomizations)) if kustomizations else [""]

        def render(folder: str) -> tuple[str, list[Finding]]:
            path = kustomizations[folder].path if kustomizations else ""
            return folder, list(_render(kustomize, root, folder, path))

        found = dict(in_parallel(os.cpu_count() or 1, render, folders))
        for folder in folders:
            yield from found[folder]


def _write(root: Path, contents: Mapping[str, bytes]) -> None:
    for path, content in contents.items():
        file = root / Path(path_bytes(path).decode("utf-8", "surrogateescape"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _generate(folder: Path, manifests: list[str]) -> None:
    """Write the kustomization that Flux generates for a folder without one. It lists all manifests.

    https://fluxcd.io/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file
    """
    import yaml

    document = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(document | {"resources": sorted(manifests)}))


def _render(kustomize: Kustomize, root: Path, folder: str, path: str) -> Iterator[Finding]:
    try:
        said = kustomize.render(root / folder)
    except RemoteBaseError:
        yield Finding(Level.WARNING, path, "reads something remote: not fetched, so not rendered")
        return
    if said:
        said = said.replace(f"{root}/", "").replace(str(root), ".")
        yield Finding(Level.ERROR, path, f"not rendered: {said}")
