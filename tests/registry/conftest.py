"""The places where images live and both publishers, each test with a prefix of its own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from flux.artifact.layer import digest_of
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Publisher, Registry, Target
from flux.retry import RetryPolicy
from tests import parts
from tests.conftest import need
from tests.registry.front import forward, front
from tests.servers import Answer, Request


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long the pauses are is tested in tests/test_retry.py."""
    monkeypatch.setattr("flux.retry.RetryPolicy", partial(RetryPolicy, factor=0.01, jitter=0.01))


@dataclass(frozen=True)
class Place:
    """A registry, with the means to look behind it.

    `writes` tells what was ever sent there: two equal answers mean that nothing was in between. `alter` puts
    other content in the place of some, `files` are all that is kept of the place's own.
    """

    registry: Registry
    location: str
    writes: Callable[[], list[str]]
    alter: Callable[[bytes, bytes], None]
    files: Callable[[], list[str]]

    @property
    def target(self) -> Target:
        return self.registry.repository("artifact")

    @property
    def publisher(self) -> Publisher:
        return self.registry.publisher("artifact")


@pytest.fixture(params=["folder", "server", "distribution", "crane"])
def place(request: pytest.FixtureRequest) -> Place:
    fixture: Place = request.getfixturevalue(request.param)
    return fixture


@pytest.fixture(params=["folder", "server", "flux"])
def publishing(request: pytest.FixtureRequest) -> Place:
    """A place for each publisher, the built-in one in both."""
    fixture: Place = request.getfixturevalue(request.param)
    return fixture


@pytest.fixture
def flux(server: Place, flux_cli: str) -> Place:
    return replace(server, registry=FluxRegistry(server.registry, FluxCli(parts.FLUX, "generic")))


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    root = tmp_path / "images"

    def writes() -> list[str]:
        stats = {path: path.stat() for path in root.rglob("*")}
        return sorted(f"{path} {stat.st_ino} {stat.st_mtime_ns}" for path, stat in stats.items())

    def alter(content: bytes, other: bytes) -> None:
        overwrite(root / "artifact" / "blobs" / digest_of(content).replace(":", "/"), content, other)

    def files() -> list[str]:
        return sorted(map(str, root.rglob("*")))

    return Place(LayoutRegistry("images", root), "images", writes, alter, files)


@pytest.fixture
def server(registry_server: parts.Registry) -> Place:
    return on_distribution(registry_server)


@pytest.fixture(scope="session")
def distribution_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[parts.Registry]:
    need(parts.distribution)
    with parts.run_distribution(tmp_path_factory.mktemp("distribution")) as registry:
        yield registry


@pytest.fixture
def distribution(distribution_server: parts.Registry) -> Place:
    """What docker-registry is today."""
    return on_distribution(distribution_server)


def on_distribution(server: parts.Registry) -> Place:
    prefix = f"contract/{uuid4().hex}"

    def writes() -> list[str]:
        requests = re.findall(rf'"(\w+) (/v2/{prefix}/.*) HTTP/1\.1" (\d+) ', server.log.read_text())
        # A POST answered 201 found the blob there: its content is not sent. One answered 401 came to nothing.
        reads = ("GET", "HEAD")
        return [
            url
            for method, url, status in requests
            if method not in reads and status != "401" and (method, status) != ("POST", "201")
        ]

    def alter(content: bytes, other: bytes) -> None:
        hexadecimal = digest_of(content).removeprefix("sha256:")
        blobs = server.storage / "docker/registry/v2/blobs/sha256"
        overwrite(blobs / hexadecimal[:2] / hexadecimal / "data", content, other)

    location = f"{server.host}/{prefix}"
    registry = RemoteRegistry(location, jobs=2, insecure=None)
    return Place(registry, location, writes, alter, lambda: kept(server, prefix))


@pytest.fixture
def crane(tmp_path: Path) -> Iterator[Place]:
    """The registry that crane serves. It mounts nothing, so that a blob that is there goes again, and nothing
    comes of it: `writes` are what it keeps."""
    need(parts.crane)
    altered: dict[bytes, bytes] = {}

    def hook(request: Request) -> Answer:
        answer = forward(running, request)
        return Answer(answer.status, altered.get(answer.body, answer.body), answer.headers)

    with parts.run_crane(tmp_path / "crane") as running, front(running, hook) as before:

        def files() -> list[str]:
            return sorted(str(path) for path in running.storage.rglob("*") if path.is_file())

        def writes() -> list[str]:
            return [*files(), *re.findall(r"PUT /v2/\S+/manifests/.*", running.log.read_text())]

        registry = RemoteRegistry(before.host, jobs=2, insecure=None)
        yield Place(registry, before.host, writes, altered.__setitem__, files)


def overwrite(path: Path, content: bytes, other: bytes) -> None:
    assert path.read_bytes() == content != other
    path.write_bytes(other)


def kept(server: parts.Registry, prefix: str) -> list[str]:
    """Links and uploads below a prefix; of an upload that was cancelled the server forgets an empty file."""
    folder = server.storage / "docker/registry/v2/repositories" / prefix
    names = ("link", "startedat", "data")
    return sorted(str(path) for name in names for path in folder.rglob(name))
