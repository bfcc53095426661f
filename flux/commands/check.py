"""Checks that every artifact can be published and that the desired state is consistent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from flux.artifact.content import content_fault, kind_fault
from flux.artifact.finding import Finding, Level
from flux.artifact.kustomization import read_kustomizations
from flux.artifact.manifests import check_manifests, is_manifest
from flux.artifact.name import name_fault
from flux.configured import FILES
from flux.errors import ContentError, DesiredStateError
from flux.kustomize import Kustomize, find_kustomize
from flux.listing import listed
from flux.monorepo.affected import affected
from flux.monorepo.changed import find_changed, find_uncommitted
from flux.monorepo.commit_artifact import Source
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.comparison import commit_to_check
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.rendering import render_all
from flux.notice import AnyNotice
from flux.parallel import in_parallel
from flux.promotion.desired import check_desired
from flux.promotion.gates.freeze import freezes_path, parse_freezes
from flux.working import Working, silently

_RENAME = "rename the folder"


@dataclass(frozen=True)
class Check:
    """The findings. Paths are relative to the root of the clone.

    In a terminal, `uncommitted` has the paths of the working tree that differ from HEAD, by artifact."""

    artifacts: list[str]
    findings: list[Finding]
    notices: list[AnyNotice] = field(default_factory=list)
    uncommitted: dict[str, list[str]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return any(finding.level == Level.ERROR for finding in self.findings)


def check_artifacts(
    monorepo: Monorepo,
    names: Sequence[str],
    working: Working = silently,
    *,
    changed: bool = False,
    since: str | None = None,
) -> Check:
    """Check the named artifacts, or all, and the desired state, at the checked-out commit. With `changed`,
    check only the artifacts that a change affects.

    For the event `pull_request_target`, the checkout is the base, and the head is checked instead.
    """
    sources = Sources(monorepo, commit_to_check(monorepo))
    monorepo.git.obtain_files([sources.commit], (*FILES, monorepo.settings.releaseconfig))
    chosen, notices = _choose(monorepo, sources, names, changed, since)
    kustomize = find_kustomize() if chosen else None
    if chosen and not kustomize:
        notices.append("kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH")

    def check_one(source: Source) -> tuple[str, list[Finding]]:
        made, findings = _make(sources, source)
        if made:
            findings += [
                replace(finding, path=made.join(finding.path) or ".")
                for finding in _check_artifact(monorepo, sources, kustomize, made)
            ]
        on_done(source.artifact)
        return source.artifact, findings

    with working("checking", len(chosen)) as on_done:
        found = dict(in_parallel(monorepo.settings.jobs, check_one, sources.load(chosen)))
    findings = [finding for name in chosen for finding in found[name]]
    if not names:
        findings += _check_others(monorepo, sources)
    if monorepo.event.actions:
        return Check(chosen, findings, notices)
    uncommitted = {name: paths for name, paths in find_uncommitted(monorepo).items() if name in chosen}
    return Check(chosen, findings, [*notices, *_uncommitted_settings(monorepo)], uncommitted)


def _uncommitted_settings(monorepo: Monorepo) -> Iterator[str]:
    for name in FILES:
        if (monorepo.git.root / name).is_file() and monorepo.git.uncommitted(name):
            yield f"{name} is not committed: `sources`, `artifacts` and `ignore` are those of the last commit"


def _check_others(monorepo: Monorepo, sources: Sources) -> Iterator[Finding]:
    """Check the settings, the desired state, and what is in the place of an artifact but is not one."""
    yield from _misplaced(sources)
    yield from _check_settings(monorepo, sources.commit)
    path, environments = monorepo.settings.releaseconfig, monorepo.settings.environments
    desired = monorepo.git.file(sources.commit, path)
    if desired is None:
        if "releaseconfig" in monorepo.settings.named:
            said = "is missing, and the setting `releaseconfig` names it: `{}` is enough to begin with"
            yield Finding(Level.ERROR, path, said)
        return
    yield from check_desired(path, desired, environments, [*sources.choose(()), *sources.clashes()])
    if holder := sources.layout.owner(path):
        said = f"is in the artifact {holder.artifact}, which each promotion would change: exclude it"
        yield Finding(Level.WARNING, path, said)


def _check_settings(monorepo: Monorepo, commit: str) -> Iterator[Finding]:
    """Check the files of settings and the freezes. After a careless merge a file may have a key twice. Invoke
    reads the last value then."""
    for name in FILES:
        yield from check_manifests(name, monorepo.git.file(commit, name) or b"")
    path = freezes_path(monorepo.settings.releaseconfig)
    try:
        parse_freezes(path, monorepo.git.file(commit, path), monorepo.settings.groups)
    except DesiredStateError as error:
        yield Finding.of(path, error)


def _choose(
    monorepo: Monorepo, sources: Sources, names: Sequence[str], changed: bool, since: str | None
) -> tuple[list[str], list[AnyNotice]]:
    """Return the artifacts to check, and notices about the choice."""
    chosen = sources.choose(names) if names or not changed else []
    if not changed:
        return chosen, []
    found = find_changed(monorepo, since, with_tree=False)
    narrowed = affected(monorepo, found, sources)
    notices = [notice for notice in found.notices if notice not in sources.clashes_named]
    return [name for name in narrowed if not names or name in chosen], notices


def _misplaced(sources: Sources) -> Iterator[Finding]:
    """Report artifacts that clash, and anything in the place of an artifact that is not a folder."""
    for name, error in sources.refused().items():
        path = sources.folder(name) or name
        yield Finding.of(path, error)
    for said in sources.clashes_named:
        yield Finding(Level.ERROR, "invoke.yaml", said)


def _make(sources: Sources, source: Source) -> tuple[Source | None, list[Finding]]:
    """Run the build step of an artifact twice, and return its output and findings. The step must make the
    same files each time."""
    if not source.has_step:
        return source, []
    at = source.folder.path or "."
    try:
        made, differing = sources.made_twice(source)
    except ContentError as error:
        return None, [Finding.of(at, error)]
    if not differing:
        return made, []
    said = f"its build step is not reproducible: run twice, {listed([*map(made.join, differing)])} differ"
    return made, [Finding(Level.ERROR, at, said)]


def _check_artifact(
    monorepo: Monorepo, sources: Sources, kustomize: Kustomize | None, source: Source
) -> Iterator[Finding]:
    if fault := name_fault(source.artifact):
        yield Finding(Level.ERROR, "", f"cannot be an OCI repository: the name {fault}", hint=_RENAME)
    elif monorepo.settings.tag_form.misreads(source.artifact):
        said = "its release tags would be read as another artifact's: the name looks like a version"
        yield Finding(Level.ERROR, "", said, hint=_RENAME)
    contents: dict[str, bytes] = {}
    for file in source.kept:
        if kind := kind_fault(file):
            yield Finding.of(file.path, kind)
            continue
        contents[file.path] = content = sources.read(source, file)
        if unfit := content_fault(file, content, source.attributes.get(file.path, {})):
            yield Finding.of(file.path, unfit)
    left_out = frozenset(file.path for file in source.files) - contents.keys()
    yield from _check_manifests(contents, left_out, kustomize)


def _check_manifests(
    contents: dict[str, bytes], left_out: frozenset[str], kustomize: Kustomize | None
) -> Iterator[Finding]:
    paths = [path for path in contents if is_manifest(path) and not _is_template(path, contents)]
    findings = [finding for path in paths for finding in check_manifests(path, contents[path])]
    yield from findings
    kustomizations = read_kustomizations(contents, left_out)
    for kustomization in kustomizations.values():
        yield from kustomization.findings
        yield from kustomization.remote
    if kustomize and not any(finding.level == Level.ERROR for finding in findings):
        yield from render_all(contents, kustomizations, kustomize)


def _is_template(path: str, contents: dict[str, bytes]) -> bool:
    """Whether a file is a Helm template. It becomes YAML only when Helm renders it."""
    chart, templates, _ = path.rpartition("templates/")
    return bool(templates) and chart + "Chart.yaml" in contents
