"""Propose the settings, workflows and desired state of a monorepo that publishes Flux artifacts already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.environments import find_environments
from flux.adoption.files import FileState, WantedFile
from flux.adoption.issues import find_label
from flux.adoption.places import find_places
from flux.adoption.plan import proposed, version_tag, without_own_files
from flux.adoption.pushes import find_commands, find_unread
from flux.adoption.releases import find_releases, unfitting
from flux.adoption.signatures import find_refusals
from flux.adoption.workflows import ACTION, SIGNING, WORKFLOWS, calls_ours, calls_own_repository
from flux.artifact.name import name_fault
from flux.diagnosis.proof import Exceptional, prove
from flux.errors import FluxError, RequestError, SettingError
from flux.listing import listed
from flux.monorepo.adopted import Unmanaged, environment_tags, import_desired, released_beside
from flux.monorepo.adoption_files import WantedFiles
from flux.monorepo.artifacts import find_artifacts
from flux.monorepo.clues import read_clues
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import open_forge
from flux.monorepo.registry import open_target_registry, renamed_registry
from flux.monorepo.repositories import naming_of
from flux.monorepo.signers import required_signers
from flux.notice import AnyNotice, Notice
from flux.promotion.gates.freeze import freezes_path
from flux.registry import host_of
from flux.registry.target import Registry
from flux.release.tag import TagForm
from flux.settings import Settings, read_settings


@dataclass(frozen=True)
class Adoption:
    """The findings, the proposed files and the gaps. If there are gaps, nothing is written."""

    findings: list[ProposedSetting]
    files: list[WantedFile]
    gaps: list[Gap] = field(default_factory=list)
    unmanaged: list[Unmanaged] = field(default_factory=list)
    notices: list[AnyNotice] = field(default_factory=list)
    identity: str = ""
    """A regular expression for the signer that clusters have to accept; empty if nobody can sign."""
    artifacts: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[WantedFile]:
        return [file for file in self.files if file.state is FileState.DIFFERS]

    def due(self, force: bool) -> list[WantedFile]:
        """Return the files to write: missing files, and with `force` also files that differ."""
        states = (FileState.MISSING, FileState.DIFFERS) if force else (FileState.MISSING,)
        return [] if self.gaps else [file for file in self.files if file.state in states]


def plan_adoption(
    monorepo: Monorepo,
    configured: object,
    variables: Mapping[str, str],
    fleet: Path | None = None,
    uses: str = "",
) -> Adoption:
    """Return a proposal, from the clone, its tags, its registry and the fleet. Nothing is written.

    Raises RequestError if the fleet is not a folder.
    """
    clues = read_clues(monorepo, fleet)
    named = monorepo.settings.named
    said = dict(configured) if isinstance(configured, Mapping) else {}
    first, findings, gaps = proposed([*find_places(clues), *_branch(monorepo)], named)
    settings = _settings(first | said, variables, gaps)
    if settings is None:
        return Adoption(findings, [], gaps)
    adopted = _with(monorepo, settings, lambda now: open_target_registry(now, reads_only=True))
    names = _names(adopted, gaps)
    more: list[ProposedSetting | Gap] = [*find_releases(clues, names, settings.only_artifact)]
    tags, notices = _tags(adopted, names)
    if "release_tag" not in named:
        notices += unfitting(clues.tags, more, settings.release_tag)
    more += find_label(clues)
    more += version_tag(tag for each in tags.values() for tag in each)
    more += find_environments(clues, _places(adopted, names), _prefix(settings), tags)
    if tags or any(isinstance(one, ProposedSetting) for one in more):
        more += _start(monorepo, clues)
    more += _branches(adopted, more)
    more += _packages(clues, [*findings, *gaps])
    second, later, unsaid = proposed(more, named)
    freezes = freezes_path(settings.releaseconfig)
    values = without_own_files(first | second, clues.paths, [freezes])
    gaps += unsaid
    settings = _settings(values | said, variables, gaps)
    if settings is None:
        return Adoption([*findings, *later], [], gaps)
    final = _with(monorepo, settings, lambda now: renamed_registry(now, adopted))
    state, unmanaged = import_desired(final, names, tags)
    wanted = WantedFiles(final, values, state, uses)
    files, (identity, refused) = list(wanted.files()), _signatures(final, clues, names)
    gaps += wanted.gaps
    notices += [*refused, *_calling_nothing(files, clues), *wanted.notices, *_pushing_too(final, clues)]
    notices += [*_unread(clues, gaps), *_without_phases(settings)]
    return Adoption([*findings, *later], files, gaps, unmanaged, notices, identity, names)


def check_adoption(monorepo: Monorepo, uses: str = "") -> list[Exceptional]:
    """Return why the monorepo cannot switch yet. An empty list is the proof that it can. Writes nothing."""
    return prove(monorepo, uses)


def require_no_gaps(adoption: Adoption) -> None:
    """Raises RequestError if settings cannot describe how the monorepo works today."""
    if adoption.gaps:
        first = adoption.gaps[0]
        more = f" (and {len(adoption.gaps) - 1} more)" if len(adoption.gaps) > 1 else ""
        raise RequestError(f"nothing is written: {first.message}{more}", first.hint)


def write_adoption(root: Path, adoption: Adoption, force: bool) -> list[WantedFile]:
    """Write the due files, and return them. If there are gaps, raises RequestError and writes nothing."""
    require_no_gaps(adoption)
    due = adoption.due(force)
    for file in due:
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.wanted, encoding="utf-8")
    return due


def _branch(monorepo: Monorepo) -> Iterator[ProposedSetting]:
    """Propose `master` if there is no `main`."""
    try:
        heads = monorepo.home_heads
    except FluxError:
        return
    if heads and monorepo.settings.branch not in heads and "master" in heads:
        yield ProposedSetting("branch", "master", "origin has master, and no main")


def _branches(monorepo: Monorepo, found: Iterable[ProposedSetting | Gap]) -> Iterator[ProposedSetting]:
    """Propose the maintenance branches that have releases."""
    said = [one.value for one in found if isinstance(one, ProposedSetting) and one.setting == "release_tag"]
    form = TagForm(str(said[0]) if said else monorepo.settings.release_tag, monorepo.settings.only_artifact)
    if tags := released_beside(monorepo, form):
        evidence = ", ".join(f"{branch} has the release {tag}" for branch, tag in tags.items())
        yield ProposedSetting("branches", [monorepo.settings.branch, *tags], evidence)


def _packages(clues: Clues, found: Iterable[ProposedSetting | Gap]) -> Iterator[ProposedSetting]:
    """Propose the registry of the repository on github.com, if nothing pushes to another one today."""
    if clues.packages and "registry" not in [one.setting for one in found]:
        said = "origin is on github.com, and its jobs push there by default"
        yield ProposedSetting("registry", clues.packages, said)


def _start(monorepo: Monorepo, clues: Clues) -> Iterator[ProposedSetting]:
    """Propose the last commit of the earlier system: HEAD, if it has none of these workflows."""
    named = (clues.texts.get(f".github/workflows/{name}", "") for name in WORKFLOWS)
    if not any(map(calls_ours, named)):
        said = "what is checked out has none of these workflows: it is the last of the earlier system"
        yield ProposedSetting("adopted", monorepo.git.head(), said)


def _settings(values: Mapping[str, Any], variables: Mapping[str, str], gaps: list[Gap]) -> Settings | None:
    try:
        return read_settings(dict(values), variables)
    except SettingError as error:
        gaps.append(Gap(error))
        return None


def _names(monorepo: Monorepo, gaps: list[Gap]) -> list[str]:
    found = find_artifacts(monorepo.git, monorepo.git.head(), monorepo.settings.layout)
    gaps.extend(Gap(clash.error) for clash in found.clashes[:1])
    if wrong := [name for name in found.folders if name_fault(name)]:
        paths = listed([found.folders[name].path for name in wrong])
        gaps.append(
            Gap(
                f"{paths} cannot be artifacts by these names: {wrong[0]!r} {name_fault(wrong[0])}",
                "set `artifacts`, with a `name` for each of these folders or with them under `exclude`, "
                "and run it again with `--force`",
            )
        )
    return list(found.folders) if not found.clashes else []


def _with(monorepo: Monorepo, settings: Settings, open_registry: Callable[[Monorepo], Registry]) -> Monorepo:
    """Return the same clone with other settings, read-only."""
    adopted = Monorepo(monorepo.git, settings, monorepo.event, open_registry, open_forge, dry_run=True)
    adopted.share_home(monorepo)
    return adopted


def _tags(monorepo: Monorepo, names: Iterable[str]) -> tuple[dict[str, list[str]], list[AnyNotice]]:
    """Return the tags of each artifact as the registry writes them, and why some are unknown."""
    try:
        return environment_tags(monorepo, list(names)), []
    except FluxError as error:
        return {}, [Notice(error, "the registry was not looked at")]


def _places(monorepo: Monorepo, names: Iterable[str]) -> dict[str, str]:
    """Return the repository of each artifact, below the registry."""
    try:
        naming = naming_of(monorepo)
        return {name: naming.place(name) for name in names}
    except FluxError:
        return {}


def _signatures(monorepo: Monorepo, clues: Clues, names: Iterable[str]) -> tuple[str, list[str]]:
    """Return the signer that clusters have to accept, and the manifests that do not accept it yet."""
    try:
        signers = required_signers(monorepo)
    except FluxError:
        return "", []
    if monorepo.settings.signature_identity:
        return signers.identity, []  # the exact name of that signer is unknown here
    written = "/" + re.escape(clues.repository).replace(r"\-", "-")
    server = signers.identity.removeprefix("^").partition(written)[0].replace("\\", "")
    folder, branch = f"{server}/{clues.repository}/.github/workflows", monorepo.settings.branch
    subjects = [f"{folder}/{name}@refs/heads/{branch}" for name in SIGNING]
    texts, registry = {**clues.texts, **clues.fleet}, _prefix(monorepo.settings)
    places = [*_places(monorepo, names).values()]
    return signers.identity, [
        f"{why}: accept it before the first image arrives"
        for why in find_refusals(texts, registry, places, signers.issuer, subjects)
    ]


def _calling_nothing(files: Iterable[WantedFile], clues: Clues) -> Iterator[str]:
    """Yield a notice if workflows call files of their own repository that it does not have."""
    if ACTION not in clues.paths and any(calls_own_repository(file.wanted) for file in files):
        yield (
            "the source of the called workflows is unknown: "
            "name it with `inv init --force --uses OWNER/flux-artifacts@COMMIT`"
        )


def _pushing_too(monorepo: Monorepo, clues: Clues) -> Iterator[str]:
    """Yield a notice if workflows of the earlier system would continue to push."""
    commands = find_commands(clues.texts, clues.repository)
    pushing = list(dict.fromkeys(command.workflow for command in commands if command.workflow))
    if pushing and not monorepo.settings.observes:
        yield f"these workflows push images, too: {listed(pushing)}; remove them, or set `mode: observe`"


def _without_phases(settings: Settings) -> Iterator[str]:
    """Yield a notice if the environments are only those that the settings have by default."""
    if "phases" not in settings.named:
        yield (
            f"no environment was found: they are {listed([phase.name for phase in settings.phases])} "
            "until you set `phases` in invoke.yaml"
        )


def _unread(clues: Clues, gaps: Iterable[Gap]) -> Iterator[str]:
    """Yield a notice about pushes that nobody could read, if no gap says it."""
    unread = list(dict.fromkeys(find_unread(clues.texts, clues.repository)))
    if unread and not any(unread[0] in gap.message for gap in gaps):
        yield f"{listed(unread)}: what is pushed there cannot be read; look whether the settings have it"


def _prefix(settings: Settings) -> str:
    return settings.registry if host_of(settings.registry) else ""
