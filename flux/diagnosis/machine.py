"""Checks the programs and packages on this machine. Each check imports what it needs."""

import platform
import shlex
from collections.abc import Iterator

from flux.diagnosis.check_line import Line, Rating
from flux.errors import EngineError
from flux.packages import install
from flux.settings import Settings

_PACKAGE = "flux-artifacts"
_KUSTOMIZE = "https://kubectl.docs.kubernetes.io/installation/kustomize/"


def check_packages() -> Iterator[Line]:
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    try:
        listed = [Requirement(text) for text in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        said = f"{_PACKAGE} is not installed, so the packages that it needs are unknown"
        yield Line("packages", Rating.WARNING, said, "install it: `pip install --editable .` in its folder")
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
        yield Line("packages", Rating.PROBLEM, said, fix)
    if not wrong:
        said = f"all {len(wanted)} are there, on Python {platform.python_version()}"
        yield Line("packages", Rating.OK, said)


def check_git() -> Line:
    from flux.git.clone import OLDEST_GIT, git_version

    there = git_version()
    dotted = ".".join(map(str, there))
    if there >= OLDEST_GIT:
        return Line("git", Rating.OK, dotted)
    oldest = ".".join(map(str, OLDEST_GIT))
    said = f"git is {dotted}, which is too old"
    return Line("git", Rating.PROBLEM, said, f"install git {oldest} or newer")


def check_kustomize() -> Iterator[Line]:
    from flux.kustomize import find_kustomize

    if found := find_kustomize():
        yield Line("kustomize", Rating.OK, f"`{shlex.join(found.command)}`")
    else:
        said = "neither kustomize 5 nor kubectl 1.27 is on PATH, so `inv check` renders nothing"
        yield Line("kustomize", Rating.WARNING, said, f"install one of them: {_KUSTOMIZE}")


def check_build_steps(settings: Settings) -> Iterator[Line]:
    """Check that build steps can run, if there are any."""
    if not settings.layout.has_steps:
        return
    from flux.step import can_cut_off

    if can_cut_off():
        yield Line("build steps", Rating.OK, "they run without a network")
    elif settings.prepare_network:
        said = "they run as ordinary processes, with the network: this machine cannot make a namespace"
        yield Line("build steps", Rating.WARNING, said)
    else:
        said = "they cannot run: this machine cannot make a namespace without a network"
        fix = "allow user namespaces, or let steps use the network with the setting `prepare_network`"
        yield Line("build steps", Rating.PROBLEM, said, fix)


def check_engine() -> Iterator[Line]:
    from flux.registry.container import Engine

    try:
        yield Line("engine", Rating.OK, f"a container engine answers, version {Engine().version}")
    except EngineError as error:
        yield Line("engine", Rating.OK, f"only `inv registry.up` needs one: {error.message}")


def check_flux(settings: Settings) -> Iterator[Line]:
    if settings.publisher == "builtin":
        yield Line("flux", Rating.OK, "not needed: the publisher is builtin")
        return
    from flux.registry.flux_cli.cli import FluxCli

    there = FluxCli(settings.flux_version, settings.provider).require()
    yield Line("flux", Rating.OK, f"{there}, and {settings.flux_version} is needed")
