"""Both places where images live and both publishers, each test with a prefix of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Publisher, Registry, Target
from tests import parts


@dataclass(frozen=True)
class Place:
    """A registry, with the means to look behind it.

    `writes` tells what was ever sent there: two equal answers mean that nothing was in between. `blob` is the
    file that a digest's content is kept in, `files` are all that is kept of the place's own.
    """

    registry: Registry
    location: str
    writes: Callable[[], list[str]]
    blob: Callable[[str], Path]
    files: Callable[[], list[str]]

    @property
    def target(self) -> Target:
        return self.registry.repository("artifact")

    @property
    def publisher(self) -> Publisher:
        return self.registry.publisher("artifact")


@pytest.fixture(params=["folder", "server"])
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

    def blob(digest: str) -> Path:
        return root / "artifact" / "blobs" / digest.replace(":", "/")

    def files() -> list[str]:
        return sorted(map(str, root.rglob("*")))

    return Place(LayoutRegistry("images", root), "images", writes, blob, files)


@pytest.fixture
def server(registry_server: parts.Registry) -> Place:
    prefix = f"contract/{uuid4().hex}"

    def writes() -> list[str]:
        requests = re.findall(rf'"(\w+) (/v2/{prefix}/.*) HTTP/1\.1" (\d+) ', registry_server.log.read_text())
        # A POST answered 201 found the blob there: its content is not sent.
        reads = ("GET", "HEAD")
        return [
            url
            for method, url, status in requests
            if method not in reads and (method, status) != ("POST", "201")
        ]

    def blob(digest: str) -> Path:
        hexadecimal = digest.removeprefix("sha256:")
        blobs = registry_server.storage / "docker/registry/v2/blobs/sha256"
        return blobs / hexadecimal[:2] / hexadecimal / "data"

    location = f"{registry_server.host}/{prefix}"
    registry = RemoteRegistry(location, jobs=2, insecure=None)
    return Place(registry, location, writes, blob, lambda: kept(registry_server, prefix))


def kept(server: parts.Registry, prefix: str) -> list[str]:
    """Links and uploads below a prefix; of an upload that was cancelled the server forgets an empty file."""
    folder = server.storage / "docker/registry/v2/repositories" / prefix
    names = ("link", "startedat", "data")
    return sorted(str(path) for name in names for path in folder.rglob(name))
