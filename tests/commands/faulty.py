"""Registries of each kind, and what goes wrong in the middle of a run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flux.errors import RegistryError
from flux.monorepo import registry as monorepo_registry
from flux.monorepo.builder import Build
from flux.registry import open_registry
from flux.registry.builtin import BuiltinPublisher
from flux.registry.target import Manifest, Publisher, Registry, Target
from tests import parts
from tests.commands.invoking import build, monorepo
from tests.repo import Repo

REFUSED = "connection refused"
State = dict[str, dict[str, str | None]]


@dataclass(frozen=True)
class Place:
    """A registry of one kind, with what is there and what was ever written there."""

    location: str
    writes: Callable[[], list[str]]

    def state(self) -> State:
        """Every repository's tags and their digests, each of an image that is whole."""
        registry = open_registry(self.location, Path("/nowhere"), jobs=1, insecure=None)
        found: State = {}
        for name in ("app", "db", "web"):
            target = registry.repository(name)
            found[name] = {tag: target.resolve(tag) for tag in sorted(target.tags())}
            for digest in set(found[name].values()):
                assert digest
                _whole(target, digest)
        return found


def _whole(target: Target, digest: str) -> None:
    manifest = target.fetch_manifest(digest)
    assert manifest is not None
    for blob in re.findall(rb'"digest":"(sha256:[0-9a-f]{64})"', manifest.content):
        target.fetch_blob(blob.decode())


@pytest.fixture(params=["folder", "server"])
def kind(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def new_place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Place]:
    """Makes an empty registry; a part of its name may be given."""
    if kind == "folder":
        return lambda name=None: folder(tmp_path / "images" / (name or uuid4().hex))
    server: parts.Registry = request.getfixturevalue("registry_server")
    return lambda name=None: on_server(server, f"faults/{name or uuid4().hex}")


def folder(path: Path) -> Place:
    def writes() -> list[str]:
        stats = {file: file.stat() for file in path.rglob("*")}
        return sorted(f"{file} {stat.st_ino} {stat.st_mtime_ns}" for file, stat in stats.items())

    return Place(str(path), writes)


def on_server(server: parts.Registry, prefix: str) -> Place:
    def writes() -> list[str]:
        log = server.log.read_text()
        return re.findall(rf'"((?:PUT|POST|PATCH|DELETE) /v2/{prefix}/\S+) HTTP', log)

    return Place(f"oci://{server.host}/{prefix}", writes)


@dataclass(frozen=True)
class Story:
    """A monorepo whose second commit changes `app`, adds `web` and leaves `db`; `before` is a clone at the
    first."""

    repo: Repo
    before: Repo


@pytest.fixture
def story(tmp_path: Path) -> Story:
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")})
    before = repo.clone(tmp_path / "before")
    before.git("remote", "remove", "origin")
    repo.commit(files={"artifacts/app/x.yaml": "app: 2\n", "artifacts/web/x.yaml": "web: 1\n"})
    return Story(repo, before)


def push(repo: Repo, place: Place, jobs: int = 1) -> Build:
    return build(repo, registry=place.location, jobs=jobs)


def actions(built: Build) -> dict[str, str]:
    return {result.artifact: result.action for result in built.results}


def repaired(repo: Repo, place: Place, expected: State) -> None:
    """The next run ends well and leaves what an undisturbed one does; the one after it writes nothing."""
    assert push(repo, place).failed == []
    assert place.state() == expected
    before = place.writes()
    assert set(actions(push(repo, place)).values()) == {"unchanged"}
    assert place.writes() == before


@pytest.fixture
def expected(story: Story, new_place: Callable[..., Place]) -> State:
    """What undisturbed runs leave."""
    place = new_place()
    push(story.before, place)
    assert actions(push(story.repo, place)) == {"app": "pushed", "db": "unchanged", "web": "pushed"}
    state = place.state()
    assert {name: len(tags) for name, tags in state.items()} == {"app": 3, "db": 2, "web": 2}
    return state


# A call that fails


@dataclass
class Faulty:
    """A registry that does `fault` at its n-th call: before the call, or when it has done its work."""

    registry: Registry
    number: int
    fault: Callable[[], object]
    late: bool = False
    calls: list[str] = field(default_factory=list)

    def repository(self, artifact: str) -> "FaultyTarget":
        return FaultyTarget(self, self.registry.repository(artifact), artifact)

    def publisher(self, artifact: str) -> Publisher:
        return BuiltinPublisher(self.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)

    @property
    def hit(self) -> bool:
        return len(self.calls) >= self.number


@dataclass
class FaultyTarget:
    faulty: Faulty
    target: Target
    artifact: str

    def _call(self, name: str, *arguments: Any) -> Any:
        self.faulty.calls.append(f"{self.artifact} {name}")
        due = len(self.faulty.calls) == self.faulty.number
        if due and not self.faulty.late:
            self.faulty.fault()
        answer = getattr(self.target, name)(*arguments)
        if due and self.faulty.late:
            self.faulty.fault()
        return answer

    def resolve(self, tag: str) -> str | None:
        digest: str | None = self._call("resolve", tag)
        return digest

    def fetch_manifest(self, reference: str) -> Manifest | None:
        manifest: Manifest | None = self._call("fetch_manifest", reference)
        return manifest

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        content: bytes = self._call("fetch_blob", digest, size)
        return content

    def push_blob(self, content: bytes) -> None:
        self._call("push_blob", content)

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        self._call("push_manifest", manifest, tag)

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """None, so that each tag is pushed with a call of its own."""
        return ()

    def tags(self) -> list[str]:
        tags: list[str] = self._call("tags")
        return tags

    def try_push(self) -> None:
        self._call("try_push")


@contextmanager
def fault_at(number: int, fault: Callable[[], object], late: bool = False) -> Iterator[Callable[[], Faulty]]:
    """Registries opened by `inv build` in this process are faulty; gives the last one that was."""
    opened: list[Faulty] = []

    def open_faulty(*arguments: Any) -> Registry:
        opened.append(Faulty(open_registry(*arguments), number, fault, late))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monorepo_registry, "open_registry", open_faulty)
        yield lambda: opened[-1]


def refuse(error: type[RegistryError]) -> Callable[[], object]:
    def fault() -> None:
        raise error("the registry is tired", "let it rest")

    return fault


def command(repo: Repo, place: Place, *arguments: str) -> "subprocess.Popen[bytes]":
    """`inv build` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "invoke", "build", *arguments],
        cwd=repo.path,
        env={**os.environ, "INVOKE_FLUX_REGISTRY": place.location},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )


def fresh(story: Story, tmp_path: Path) -> State:
    place = folder(tmp_path / "fresh")
    push(story.repo, place)
    return place.state()
