"""Is every artifact fit to publish, and is the desired state consistent?"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from flux.artifact.content import content_fault, kind_fault
from flux.artifact.finding import Finding, Level
from flux.artifact.image import published
from flux.artifact.kustomization import read_kustomizations, renderable
from flux.artifact.manifests import check_manifests, is_manifest
from flux.artifact.name import name_fault
from flux.artifact.tree import path_bytes
from flux.kustomize import Kustomize, RemoteBaseError, find_kustomize
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Source, Sources
from flux.parallel import in_parallel
from flux.promotion.desired import check_desired
from flux.release.tag import TagForm


@dataclass(frozen=True)
class Check:
    """What was found, with paths from the repository's root."""

    artifacts: list[str]
    findings: list[Finding]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(finding.level == Level.ERROR for finding in self.findings)

    def document(self) -> dict[str, Any]:
        return {
            "artifacts": self.artifacts,
            "findings": [
                {"level": f.level, "path": f.path, "line": f.line or None, "message": f.message}
                for f in self.findings
            ],
        }


def check(monorepo: Monorepo, names: Sequence[str], on_done: Callable[[str], object]) -> Check:
    """Check the named artifacts, or all, and the desired state, at the commit checked out."""
    sources = Sources(monorepo, monorepo.git.head())
    chosen = sources.choose(names)
    kustomize = find_kustomize()
    notices = [] if kustomize else ["kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"]

    def check_one(source: Source) -> tuple[str, list[Finding]]:
        root = f"{monorepo.settings.prefix}{source.artifact}"
        findings = [
            replace(finding, path=f"{root}/{finding.path}" if finding.path else root)
            for finding in _check_artifact(monorepo, sources, kustomize, source)
        ]
        on_done(source.artifact)
        return source.artifact, findings

    found = dict(in_parallel(monorepo.settings.jobs, check_one, sources.load(chosen)))
    findings = [finding for name in chosen for finding in found[name]]
    desired = monorepo.git.file(sources.commit, monorepo.settings.releaseconfig)
    if desired is not None and not names:
        present = sources.choose(())
        findings += check_desired(
            monorepo.settings.releaseconfig, desired, monorepo.settings.environments, present
        )
    return Check(chosen, findings, notices)


def _check_artifact(
    monorepo: Monorepo, sources: Sources, kustomize: Kustomize | None, source: Source
) -> Iterator[Finding]:
    error = partial(Finding, Level.ERROR)
    if fault := name_fault(source.artifact):
        yield error("", f"cannot be an OCI repository: the name {fault}")
    elif TagForm(monorepo.settings.release_tag).misreads(source.artifact):
        yield error("", "its release tags would be taken for another artifact's: the name reads as a version")
    contents: dict[str, bytes] = {}
    _, kept = published(source.files, sources.excludes)
    for file in kept:
        if kind := kind_fault(file):
            yield error(file.path, kind.message.removeprefix(file.path + " "))
            continue
        contents[file.path] = content = monorepo.git.read(file.oid)
        if fault_ := content_fault(file, content, source.attributes[file.path]):
            yield error(file.path, fault_.message.removeprefix(file.path + " "))
    yield from _check_rendering(
        contents, frozenset(f.path for f in source.files) - contents.keys(), kustomize
    )


def _check_rendering(
    contents: dict[str, bytes], left_out: frozenset[str], kustomize: Kustomize | None
) -> Iterator[Finding]:
    broken = False
    for path, content in contents.items():
        if is_manifest(path) and not _is_template(path, contents):
            for finding in check_manifests(path, content):
                broken |= finding.level == Level.ERROR
                yield finding
    kustomizations = read_kustomizations(contents, left_out)
    for kustomization in kustomizations.values():
        yield from kustomization.findings
        yield from kustomization.remote
    if kustomize is None or broken:
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        for path, content in contents.items():
            file = root / Path(path_bytes(path).decode("utf-8", "surrogateescape"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if not kustomizations:
            _generate(root, [path for path in contents if path.endswith((".yaml", ".yml"))])
        for folder in renderable(kustomizations) if kustomizations else [""]:
            path = kustomizations[folder].path if kustomizations else ""
            try:
                said = kustomize.render(root / folder)
            except RemoteBaseError:
                yield Finding(Level.WARNING, path, "reads something remote: not fetched, so not rendered")
                continue
            if said:
                said = said.replace(f"{root}/", "").replace(str(root), ".")
                yield Finding(Level.ERROR, path, f"not rendered: {said}")


def _generate(folder: Path, manifests: list[str]) -> None:
    """The kustomization that Flux makes of a folder without one: all its manifests.

    https://fluxcd.io/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file
    """
    import yaml

    document = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(document | {"resources": sorted(manifests)}))


def _is_template(path: str, contents: dict[str, bytes]) -> bool:
    """Whether a file is a Helm template, which is no YAML before Helm has rendered it."""
    chart, templates, _ = path.rpartition("templates/")
    return bool(templates) and chart + "Chart.yaml" in contents
