"""Propose the settings, workflows and desired state of a monorepo that publishes Flux artifacts already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.environments import find_environments
from flux.adoption.files import TASKS, FileState, WantedFile, desired_state, invoke_yaml
from flux.adoption.issues import find_label
from flux.adoption.places import find_places
from flux.adoption.plan import proposed, version_tag, without_own_files
from flux.adoption.releases import find_releases
from flux.adoption.signatures import refusing
from flux.adoption.workflows import ACTION, WORKFLOWS
from flux.errors import FluxError, RequestError, SettingError
from flux.forge import find_place
from flux.forge.place import ForgeClues
from flux.monorepo.adopted import Unmanaged, environment_tags, import_desired
from flux.monorepo.artifacts import find_artifacts
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.opening import open_forge
from flux.monorepo.registry import open_target_registry
from flux.monorepo.signers import required_signers
from flux.monorepo.workflows import rendered
from flux.regex import regex
from flux.settings import FILES, Settings, read_settings

_READ = regex(
    r"\.github/.*\.ya?ml|.*\.(sh|mk|just|json)|(.*/)?(Makefile|justfile|Taskfile\.ya?ml|\.gitlab-ci\.yml)"
)
_MANIFEST = regex(r".*\.ya?ml")
_MOST_READ = 2000
_LARGEST = 256 * 1024


@dataclass(frozen=True)
class Adoption:
    """What was found, what is proposed, and what no setting can say. With `gaps` nothing is written."""

    findings: list[ProposedSetting]
    files: list[WantedFile]
    gaps: list[Gap] = field(default_factory=list)
    unmanaged: list[Unmanaged] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    identity: str = ""
    """Whose signatures clusters have to accept, as a regular expression; empty where nobody can sign."""

    @property
    def differing(self) -> list[WantedFile]:
        return [file for file in self.files if file.state is FileState.DIFFERS]

    def due(self, force: bool) -> list[WantedFile]:
        """The files to write: those that are missing, and with `force` those that differ."""
        states = (FileState.MISSING, FileState.DIFFERS) if force else (FileState.MISSING,)
        return [] if self.gaps else [file for file in self.files if file.state in states]


def plan_adoption(
    monorepo: Monorepo,
    configured: object,
    variables: Mapping[str, str],
    fleet: Path | None = None,
    uses: str = "",
) -> Adoption:
    """Look at the clone, its tags, its registry and the fleet. Nothing is written.

    Raises RequestError for a fleet that is not a folder.
    """
    clues = read_clues(monorepo, fleet)
    named = monorepo.settings.named
    said = dict(configured) if isinstance(configured, Mapping) else {}
    first, findings, gaps = proposed([*find_places(clues), *_branch(monorepo)], named)
    settings = _settings(first | said, variables, gaps)
    if settings is None:
        return Adoption(findings, [], gaps)
    adopted = _with(monorepo, settings)
    names = _names(adopted, gaps)
    more: list[ProposedSetting | Gap] = [*find_releases(clues, names, settings.only_artifact)]
    tags, notices = _tags(adopted, names)
    more += find_label(clues)
    more += version_tag(tag for each in tags.values() for tag in each)
    more += find_environments(clues, names, _prefix(settings), tags)
    second, later, unsaid = proposed(more, named)
    values = without_own_files(first | second)
    gaps += unsaid
    settings = _settings(values | said, variables, gaps)
    if settings is None:
        return Adoption([*findings, *later], [], gaps)
    adopted = _with(monorepo, settings)
    state, unmanaged = import_desired(adopted, names, tags)
    files = list(_files(adopted, values, state, uses))
    identity, refused = _signatures(adopted, clues)
    notices += [*refused, *_calling_nothing(files, clues)]
    return Adoption([*findings, *later], files, gaps, unmanaged, notices, identity)


def require_no_gaps(adoption: Adoption) -> None:
    """Raises RequestError where something is done today that no setting can say."""
    if adoption.gaps:
        first = adoption.gaps[0]
        more = f" (and {len(adoption.gaps) - 1} more)" if len(adoption.gaps) > 1 else ""
        raise RequestError(f"nothing is written: {first.message}{more}", first.hint)


def write_adoption(root: Path, adoption: Adoption, force: bool) -> list[WantedFile]:
    """Write the files that are due. Raises RequestError, before anything is written, where there are gaps."""
    require_no_gaps(adoption)
    due = adoption.due(force)
    for file in due:
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.wanted, encoding="utf-8")
    return due


def read_clues(monorepo: Monorepo, fleet: Path | None) -> Clues:
    git, head = monorepo.git, monorepo.git.head()
    files = {file.path: file.oid for file in git.files(head, "", [""])[""]}
    chosen = [path for path in files if _READ.fullmatch(path)]
    chosen += [path for path in files if _MANIFEST.fullmatch(path) and path not in chosen]
    texts = {path: _text(git.read(files[path])) for path in chosen[:_MOST_READ]}
    try:
        tags: Iterable[str] = monorepo.home_tags
    except FluxError:
        tags = git.tags()
    return Clues(list(files), texts, list(tags), _repository(monorepo), _fleet(fleet))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace") if len(content) <= _LARGEST else ""


def _fleet(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise RequestError(
            f"{folder} is not a folder", "`--fleet` takes a checkout of the clusters' repository"
        )
    found = sorted(path for path in folder.rglob("*.y*ml") if path.is_file())[:_MOST_READ]
    return {str(path): _text(path.read_bytes()) for path in found}


def _repository(monorepo: Monorepo) -> str:
    try:
        event = monorepo.event
        clues = ForgeClues(monorepo.git.hosted_url, event.api_url, event.repository)
        return find_place(monorepo.settings.forge, clues).repository or ""
    except FluxError:
        return ""


def _branch(monorepo: Monorepo) -> Iterator[ProposedSetting]:
    """Master, where there is no main."""
    try:
        heads = monorepo.home_heads
    except FluxError:
        return
    if heads and monorepo.settings.branch not in heads and "master" in heads:
        yield ProposedSetting("branch", "master", "origin has master, and no main")


def _settings(values: Mapping[str, Any], variables: Mapping[str, str], gaps: list[Gap]) -> Settings | None:
    try:
        return read_settings(dict(values), variables)
    except SettingError as error:
        gaps.append(Gap(error.message, error.hint))
        return None


def _names(monorepo: Monorepo, gaps: list[Gap]) -> list[str]:
    found = find_artifacts(monorepo.git, monorepo.git.head(), monorepo.settings.layout)
    gaps.extend(Gap(clash.message, clash.hint) for clash in found.clashes[:1])
    return list(found.folders) if not found.clashes else []


def _with(monorepo: Monorepo, settings: Settings) -> Monorepo:
    """The same clone with other settings, to look at."""
    return Monorepo(
        monorepo.git,
        settings,
        monorepo.event,
        lambda context: open_target_registry(context, reads_only=True),
        open_forge,
        dry_run=True,
    )


def _tags(monorepo: Monorepo, names: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The tags of each artifact as the registry writes them, and why some are not known."""
    try:
        return environment_tags(monorepo, list(names)), []
    except FluxError as error:
        return {}, [f"the registry was not looked at: {error.message}"]


def _signatures(monorepo: Monorepo, clues: Clues) -> tuple[str, list[str]]:
    """Whose signatures clusters have to accept, and which of the manifests do not yet."""
    try:
        signers = required_signers(monorepo)
    except FluxError:
        return "", []
    subject = f"/{clues.repository}/.github/workflows/{WORKFLOWS[0]}@refs/heads/{monorepo.settings.branch}"
    if monorepo.settings.signature_identity:
        return signers.identity, []  # who signs is somebody else's to know
    written = "/" + re.escape(clues.repository).replace(r"\-", "-")
    server = signers.identity.removeprefix("^").partition(written)[0].replace("\\", "")
    texts = {**clues.texts, **clues.fleet}
    return signers.identity, [
        f"{why}: accept it before the first image arrives"
        for why in refusing(texts, _prefix(monorepo.settings) or "oci://", signers.issuer, server + subject)
    ]


def _calling_nothing(files: Iterable[WantedFile], clues: Clues) -> Iterator[str]:
    """Workflows that take what they call from their own repository, which does not have it."""
    if ACTION not in clues.paths and any("uses: $/" in file.wanted for file in files):
        yield (
            "the source of the called workflows is unknown: "
            "name it with `inv init --force --uses OWNER/flux-artifacts@COMMIT`"
        )


def _prefix(settings: Settings) -> str:
    return settings.registry if settings.registry.startswith("oci://") else ""


def _files(
    monorepo: Monorepo,
    values: Mapping[str, Any],
    state: Mapping[str, Mapping[str, str]],
    uses: str,
) -> Iterator[WantedFile]:
    root = monorepo.git.root
    there = next((name for name in FILES if (root / name).exists()), FILES[0])
    text = _read(root / there)
    if text is None or "flux:" not in text:
        yield WantedFile(there, (text or "") + invoke_yaml(values), text)
    else:
        yield WantedFile(there, text, text)
    tasks = _read(root / "tasks.py")
    yield WantedFile("tasks.py", tasks if tasks and "flux.tasks" in tasks else TASKS, tasks)
    for name in WORKFLOWS:
        path = f".github/workflows/{name}"
        yield WantedFile(path, rendered(name, monorepo.settings, uses), _read(root / path))
    releaseconfig = monorepo.settings.releaseconfig
    config = _read(root / releaseconfig)
    yield WantedFile(releaseconfig, config if config is not None else desired_state(state), config)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""
