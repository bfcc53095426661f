"""Is everything here that the commands need, with the fix to type for what is not.

Whatever may be missing, git among it, is imported by the check that looks for it.
"""

from __future__ import annotations

import logging
import os
import platform
import shlex
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from flux.errors import EngineError, FluxError
from flux.event import Event, read_event, read_surroundings
from flux.packages import install, missing_package
from flux.settings import Settings, find_faults, read_settings

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo
from flux.git.clone import Clone
from flux.monorepo.opening import open_clone, open_forge
from flux.monorepo.registry import open_target_registry

T = TypeVar("T")

_PACKAGE = "flux-artifacts"
_KUSTOMIZE = "https://kubectl.docs.kubernetes.io/installation/kustomize/"


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Line:
    """What was found of one thing; `fix` is what to type or to do where it is not OK."""

    subject: str
    health: Health
    message: str
    fix: str = ""

    def document(self) -> dict[str, str]:
        return {
            "subject": self.subject,
            "health": str(self.health),
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True)
class Diagnosis:
    lines: Sequence[Line]

    @property
    def failed(self) -> bool:
        return any(line.health is Health.PROBLEM for line in self.lines)

    def document(self) -> dict[str, Any]:
        return {"healthy": not self.failed, "checks": [line.document() for line in self.lines]}


def examine(
    configured: object,
    environment: Mapping[str, str],
) -> Iterator[Line]:
    """A line for each thing, as it was looked at; whatever goes wrong is one too.

    What the settings in force do not need is no problem. `configured` and `environment` are what
    `read_settings` reads.
    """
    faults = yield from _obtained("settings", lambda: find_faults(configured, environment))
    yield from (_problem("settings", fault) for fault in faults or ())
    settings = read_settings(configured, environment) if faults == [] else None
    if settings:
        named = ", ".join(sorted(settings.named))
        yield Line("settings", Health.OK, f"valid; set are {named}" if named else "valid, all by default")
    event = (yield from _obtained("event", read_event)) or read_surroundings()
    yield from _looked_at("packages", _packages)
    yield from _looked_at("kustomize", _kustomize)
    clone = None
    if git := (yield from _obtained("git", _git)):
        yield git
        clone = yield from _obtained("clone", lambda: open_clone(settings or Settings(), event))
    head = None
    if clone:
        with clone:
            if head := (yield from _obtained("clone", clone.head)):
                yield from _looked_at("clone", lambda: _clone(clone))
                if settings:
                    yield from _examine_places(_context(clone, settings, event))
    if not (settings and head):
        said = "origin, registry and forge are looked at when what they need is right"
        yield Line("the rest", Health.WARNING, said, "put the above right, then run `inv doctor` again")


def _examine_places(
    monorepo: Monorepo,
) -> Iterator[Line]:
    yield from _looked_at("origin", lambda: _origin(monorepo))
    yield from _looked_at("flux", lambda: _flux(monorepo.settings))
    yield from _looked_at("engine", _engine)
    names = (yield from _obtained("sources", lambda: _artifacts(monorepo))) or []
    yield from _looked_at("sources", lambda: _sources(monorepo.settings, names))
    yield from _looked_at("registry", lambda: _registry(monorepo, names))

    def ask_forge() -> tuple[Forge, Place, Line]:
        from flux.forge import find_place
        from flux.forge.place import Clues

        event, origin = monorepo.event, monorepo.git.origin_url
        clues = Clues(origin, event.api_url, event.repository)
        place = find_place(monorepo.settings.forge, clues)
        forge = monorepo.forge
        return forge, place, _forge(forge, place)

    if asked := (yield from _obtained("forge", ask_forge)):
        forge, place, line = asked
        yield line
        if place.kind == "github":
            yield from _looked_at("workflows", lambda: _workflows(forge, place))
            yield from _looked_at("branch", lambda: _branch(forge, place, monorepo.settings.branch))
            yield from _looked_at("automation", lambda: _automation(monorepo))


def _context(clone: Clone, settings: Settings, event: Event) -> Monorepo:
    return Monorepo(clone, settings, event, lambda m: open_target_registry(m, reads_only=True), open_forge)


# Looking, whatever happens


def _looked_at(subject: str, look: Callable[[], Iterable[Line]]) -> Iterator[Line]:
    try:
        yield from look()
    except Exception as error:
        yield _problem(subject, error)


def _obtained(subject: str, obtain: Callable[[], T]) -> Generator[Line, None, T | None]:
    try:
        return obtain()
    except Exception as error:
        yield _problem(subject, error)
        return None


def _problem(subject: str, error: Exception) -> Line:
    if isinstance(error, ModuleNotFoundError):
        error = missing_package(error)
    if isinstance(error, FluxError):
        return Line(subject, Health.PROBLEM, error.message, error.hint)
    logging.getLogger(__name__).debug("%s could not be looked at", subject, exc_info=error)
    said = f"could not be looked at: {type(error).__name__}: {error}"
    return Line(subject, Health.PROBLEM, said, "`inv --debug doctor` says more, to be reported")


# What is on this machine


def _packages() -> Iterator[Line]:
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        listed = [Requirement(text) for text in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        said = f"{_PACKAGE} is not installed, so that nobody knows which packages it needs"
        yield Line("packages", Health.WARNING, said, "install it: `pip install --editable .` in its folder")
        return
    wanted = [each for each in listed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = []
    for each in wanted:
        try:
            there = version(each.name)
        except PackageNotFoundError:
            wrong.append((each, f"{each.name} is missing"))
            continue
        if not each.specifier.contains(there, prereleases=True):
            wrong.append((each, f"{each.name} is {there}, not {each.specifier}"))
    for each, said in wrong:
        fix = f"`{install(f'{each.name}{each.specifier}')}`"
        yield Line("packages", Health.PROBLEM, said, fix)
    if not wrong:
        said = f"all {len(wanted)} are there, on Python {platform.python_version()}"
        yield Line("packages", Health.OK, said)


def _git() -> Line:
    from flux.git.clone import OLDEST_GIT, git_version

    there = git_version()
    dotted = ".".join(map(str, there))
    if there >= OLDEST_GIT:
        return Line("git", Health.OK, dotted)
    oldest = ".".join(map(str, OLDEST_GIT))
    said = f"git is {dotted}, which lacks what is asked of it"
    return Line("git", Health.PROBLEM, said, f"install git {oldest} or newer")


def _kustomize() -> Iterator[Line]:
    from flux.kustomize import find_kustomize

    if found := find_kustomize():
        yield Line("kustomize", Health.OK, f"`{shlex.join(found.command)}`")
    else:
        said = "neither kustomize 5 nor kubectl 1.27 is on PATH, so that `inv check` renders nothing"
        yield Line("kustomize", Health.WARNING, said, f"install one of them: {_KUSTOMIZE}")


def _engine() -> Iterator[Line]:
    from flux.registry.container import Engine

    try:
        yield Line("engine", Health.OK, f"a container engine answers, of version {Engine().version}")
    except EngineError as error:
        yield Line("engine", Health.OK, f"only `inv registry.up` needs one: {error.message}")


def _flux(settings: Settings) -> Iterator[Line]:
    if settings.publisher == "builtin":
        yield Line("flux", Health.OK, "not needed: the publisher is builtin")
        return
    from flux.registry.flux_cli.cli import FluxCli

    there = FluxCli(settings.flux_version, settings.provider).require()
    yield Line("flux", Health.OK, f"{there}, and {settings.flux_version} is wanted")


# What is asked of git


def _clone(clone: Clone) -> Iterator[Line]:
    from flux.git.clone import FETCH_DEPTH

    if clone.shallow:
        said = "it is shallow: the history that decides is fetched whenever it is needed"
        yield Line("clone", Health.WARNING, said, FETCH_DEPTH)
    else:
        yield Line("clone", Health.OK, str(clone.root))


def _origin(monorepo: Monorepo) -> Iterator[Line]:
    from flux.artifact.source import https_url

    tip, url = monorepo.tip, monorepo.git.origin_url
    where = f"at {https_url(url) or 'origin'}" if url else "here, since there is no origin"
    yield Line("origin", Health.OK, f"{monorepo.settings.branch} is at {tip[:12]} {where}")


def _artifacts(monorepo: Monorepo) -> list[str]:
    return monorepo.git.artifacts(monorepo.git.head(), monorepo.settings.prefix)


def _sources(settings: Settings, names: Sequence[str]) -> Iterator[Line]:
    if names:
        yield Line("sources", Health.OK, f"{len(names)} artifacts in {settings.sources}")
    else:
        said = f"there are no artifacts in {settings.sources}"
        yield Line("sources", Health.WARNING, said, "commit the first, or set `sources` in invoke.yaml")


# What is asked of the registry and the forge


def _registry(monorepo: Monorepo, names: Sequence[str]) -> Iterator[Line]:
    from flux.artifact.name import name_fault

    registry = monorepo.registry
    name = next((name for name in names if not name_fault(name)), "artifact")
    target = registry.repository(name)
    target.tags()
    target.try_push()
    yield Line("registry", Health.OK, f"{registry.name(name)} can be read and written")


def _forge(forge: Forge, place: Place) -> Line:
    from flux.forge.github.token import PERMISSIONS, VARIABLES, given_by

    lacks, login = forge.lacks(), forge.login()
    if place.kind == "local":
        return Line("forge", Health.OK, f"files in .forge, as {login}")
    who = f"{place.repository} as {login or 'an App'}"
    if lacks:
        given = given_by(os.environ)
        fix = f"set {given or VARIABLES[0]} to a token of who may write, with the scope `repo`"
        if not given:
            refresh = ["gh", "auth", "refresh", *_hostname(place), "--scopes", "repo"]
            fix = f"`{shlex.join(refresh)}`, or {fix}"
        return Line("forge", Health.PROBLEM, f"{who}: the token lacks {' and '.join(lacks)}", fix)
    if lacks is None:
        who += f"; what such a token may is not told: it needs {PERMISSIONS}"
    return Line("forge", Health.OK, who)


def _workflows(forge: Forge, place: Place) -> Iterator[Line]:
    match forge.workflows_may_propose():
        case True:
            yield Line("workflows", Health.OK, "they may open pull requests")
        case False:
            path = f"repos/{place.repository}/actions/permissions/workflow"
            fix = _gh(place, "PUT", path, "can_approve_pull_request_reviews=true")
            said = "they may not open pull requests, unless with the token of an App"
            yield Line("workflows", Health.WARNING, said, fix)
        case None:
            said = "only administrators are told whether they may open pull requests"
            yield Line("workflows", Health.OK, said)


def _branch(forge: Forge, place: Place, branch: str) -> Iterator[Line]:
    protection = forge.protection(branch)
    path = f"repos/{place.repository}/branches/{branch}/protection"
    if protection is None:
        fix = _gh(
            place,
            "PUT",
            path,
            "required_pull_request_reviews[required_approving_review_count]=1",
            *("required_status_checks=null", "enforce_admins=true", "restrictions=null"),
        )
        said = f"{branch} is not protected: whoever may push promotes, without a review"
        yield Line("branch", Health.WARNING, said, fix)
    elif protection.approvals == 0:
        fix = _gh(
            place, "PATCH", f"{path}/required_pull_request_reviews", "required_approving_review_count=1"
        )
        said = f"{branch} is protected, but a pull request needs no approval"
        yield Line("branch", Health.WARNING, said, f"{fix}, or the same in its ruleset")
    elif protection.approvals is None:
        said = f"{branch} is protected; only administrators are told how many approvals it needs"
        yield Line("branch", Health.OK, said)
    else:
        said = f"{branch} is protected: a pull request needs approvals ({protection.approvals})"
        yield Line("branch", Health.OK, said)


def _automation(monorepo: Monorepo) -> Iterator[Line]:
    forge, settings = monorepo.forge, monorepo.settings
    logins = {"automation": settings.automation}
    for phase, promoters in (settings.promoters or {}).items():
        logins[f"promoters, {phase}"] = promoters
    unknown = [
        (setting, login)
        for setting, listed in logins.items()
        for login in listed
        if not forge.has_account(login)
    ]
    for setting, login in unknown:
        said = f"{setting}: there is no account {login}"
        fix = "set it right in invoke.yaml; the login of an App is its name and [bot]"
        yield Line("automation", Health.WARNING, said, fix)
    if not unknown:
        own = forge.login()
        ours = [*settings.automation, *([own] if own and own not in settings.automation else [])]
        yield Line("automation", Health.OK, f"issues are ours where {' or '.join(ours)} opened them")


def _gh(place: Place, method: str, path: str, *fields: str) -> str:
    """A command of the gh CLI, to be typed by an administrator."""
    typed = [argument for field in fields for argument in ("-F", field)]
    return f"`{shlex.join(['gh', 'api', *_hostname(place), '--method', method, path, *typed])}`"


def _hostname(place: Place) -> list[str]:
    return [] if place.host == "github.com" else ["--hostname", place.host]
