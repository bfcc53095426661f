"""What every test stands on: nothing of the machine's own identity, credentials or events, and the real
parts as fixtures: where one is missing its tests skip, or fail where all are due."""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from tests import engine, parts, sessions

Part = TypeVar("Part")

settings.register_profile("default", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("mutation", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

pytest_plugins = ["tests.github.fixtures", "tests.worlds"]

_ACTIONS = Path(__file__).parent / "actions"
_RUNNERS = {"monorepo", "registry", "packages"}  # what there takes a runner or a registry of jobs

# REGISTRY_ overrides settings of the registry server and of skopeo.
_SCRUBBED = ("GITHUB_", "GH_", "GIT_", "INVOKE_", "DOCKER_", "REGISTRY_")

_GITCONFIG = """\
[user]
name = Test
email = test@example.com
[init]
defaultBranch = main
templateDir =
[commit]
gpgSign = false
[tag]
gpgSign = false
[protocol "file"]
allow = always
[core]
fsync = none
[maintenance]
auto = false
[receive]
autogc = false
[gc]
auto = 0
"""
"""What costs time and is of no use to repositories that live as long as a test is off."""


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """A shell without job control has its background jobs ignore Ctrl-C, and so would all that we run."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the whole session, so that what other session fixtures make is clean too."""
    home = tmp_path_factory.mktemp("home")
    gitconfig = home / ".gitconfig"
    gitconfig.write_text(_GITCONFIG)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name in ("CI", "COLUMNS") or name.startswith(_SCRUBBED):  # pytest-xdist sets COLUMNS
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        # containers/image keeps the credentials of skopeo there.
        patch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
        patch.setenv("DOCKER_CONFIG", str(home / ".docker"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(gitconfig))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


def pytest_configure(config: pytest.Config) -> None:
    for name, what in sessions.LONG.items():
        config.addinivalue_line("markers", f"{name}: {what}; `nox -s {name}` runs it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marker of its session: by what it needs, by its folder, or by its own mark."""
    for item in items:
        for fixture, session in {"docker_engine": "engine", "cluster": "cluster"}.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(session)
        if _ACTIONS in item.path.parents and _RUNNERS & {*getattr(item, "fixturenames", ())}:
            item.add_marker("actions")
        if len(mine := {mark.name for mark in item.iter_markers()} & sessions.LONG.keys()) > 1:
            raise pytest.UsageError(f"{item.nodeid} belongs to more than one session: {', '.join(mine)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every part is due, a test that is skipped has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _all_parts_are_due():
        report.outcome = "failed"
        report.longrepr = f"skipped, where every part is due: {report.longreprtext or report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add a line for .ci/run, which sums up its sessions."""
    is_worker = hasattr(terminalreporter.config, "workerinput")  # whose tests another process counts
    if (tally := os.environ.get("FLUX_TESTS_TALLY")) and not is_worker:
        passed, failed, broken = (
            len(terminalreporter.getreports(name)) for name in ("passed", "failed", "error")
        )
        with Path(tally).open("a") as file:
            file.write(f"{passed} {failed + broken}\n")


def _all_parts_are_due() -> bool:
    return os.environ.get("FLUX_TESTS_REQUIRE_PARTS") == "1"


def need(find: Callable[[], Part]) -> Part:
    try:
        return find()
    except parts.MissingError as missing:
        remedy = str(missing)
    if _all_parts_are_due():
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


@pytest.fixture
def flux_cli(monkeypatch: pytest.MonkeyPatch) -> str:
    """The flux CLI, first on PATH for the test."""
    program = need(parts.flux)
    monkeypatch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
    return program


@pytest.fixture(scope="session")
def run_registry() -> parts.RunRegistry:
    """`run_registry(folder, auth={…})`: a registry with a configuration of the test's own."""
    need(parts.docker_registry)
    return parts.run_registry


@pytest.fixture(scope="session")
def registry_server(
    run_registry: parts.RunRegistry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[parts.Registry]:
    """One registry for all: a test keeps to repositories under a prefix of its own."""
    with run_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="session")
def docker_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engine.Engine]:
    """One engine for all, with an image of a registry under the name of the usual one."""
    need(parts.docker_engine)
    need(parts.docker_registry)
    with engine.run_engine(tmp_path_factory.mktemp("engine")) as running:
        engine.import_registry(running, "registry:3")
        yield running
