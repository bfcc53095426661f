"""Artifacts that the flux CLI pushed and artifacts that we did, in one registry: each side takes the other's
for what they are."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from flux.commands.diff import compare_version
from flux.registry.contents import contents
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Target
from flux.settings import Settings
from tests.commands.invoking import build, inv
from tests.commands.promoting import PHASES, World, start
from tests.monorepos import opened
from tests.parts import Registry

pytestmark = pytest.mark.stories

SOURCE = "https://git.example.com/platform/monorepo"
SSH = "ssh://git@git.example.com/platform/monorepo.git"
PROD = {"prod_ring1", "prod_ring2"}


@dataclass(frozen=True)
class Mixed:
    """A monorepo without an origin, whose pull requests are files, and a prefix of its own on a server."""

    world: World
    server: Registry
    flux_cli: str

    @property
    def url(self) -> str:
        return self.world.registry

    def target(self, artifact: str = "eso") -> Target:
        return RemoteRegistry(self.url.removeprefix("oci://"), 1, None).repository(artifact)

    def flux(self, *arguments: str, code: int = 0) -> str:
        """What the flux CLI says, on either stream."""
        done = subprocess.run([self.flux_cli, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def sent(self) -> list[str]:
        """Every blob that was ever sent."""
        prefix = self.url.partition("/")[2].partition("/")[2]
        log = self.server.log.read_text()
        return re.findall(rf'"PUT /v2/{prefix}/(\w+/blobs/uploads/\S+)', log)

    def checkout(self, umask: int = 0o022) -> Path:
        """The folder of `eso` in a clean clone, as someone has it who pushes by hand."""
        clone = self.world.repo.path.with_name(f"clean-{uuid4().hex}")
        subprocess.run(["git", "clone", "--quiet", self.world.repo.path, clone], check=True, umask=umask)
        return clone / "artifacts" / "eso"

    def moved(self) -> dict[str, str | None]:
        """What `inv tag` moves, and where to."""
        convergence = self.world.tag()
        assert not convergence.failed
        return {step.environment: step.new for step in convergence.steps if step.action == "moved"}


@pytest.fixture
def mixed(registry_server: Registry, flux_cli: str, tmp_path: Path) -> Mixed:
    url = f"oci://{registry_server.host}/mixed/{uuid4().hex}"
    repo = start(tmp_path, url)
    repo.write("artifacts/eso/base/run.sh", "#!/bin/sh\n", executable=True)
    repo.commit("a program")
    settings = Settings(phases=PHASES, registry=url, source=SOURCE)
    return Mixed(World(repo, url, None, settings), registry_server, flux_cli)


def by_hand(mixed: Mixed, version: str, umask: int = 0o022) -> str:
    """As people do it: the HEAD of today, and the URL that they cloned from. Gives the release's tag."""
    tag = mixed.world.release("eso", version, publish=False)
    head = mixed.world.repo.commit("leaves the artifact alone", files={"unrelated.txt": version})
    url = f"{mixed.url}/eso:{head[:7]}"
    of = (f"--source={SSH}", f"--revision=main@sha1:{head}")
    mixed.flux("push", "artifact", url, f"--path={mixed.checkout(umask)}", *of)
    mixed.flux("tag", "artifact", url, "--tag=latest", f"--tag={version}")
    return tag


def by_builtin(mixed: Mixed, version: str) -> str:
    return mixed.world.release("eso", version)


def by_publisher_flux(mixed: Mixed, version: str) -> str:
    return mixed.world.with_(publisher="flux").release("eso", version)


Hand = Callable[[Mixed, str], str]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (by_hand, by_builtin),
        pytest.param(by_builtin, by_hand, marks=pytest.mark.stories),
        pytest.param(by_publisher_flux, by_builtin, marks=pytest.mark.stories),
        pytest.param(by_builtin, by_publisher_flux, marks=pytest.mark.stories),
    ],
)
def test_what_one_hand_published_the_other_promotes_compares_and_rolls_back(
    mixed: Mixed, first: Hand, second: Hand
) -> None:
    world, digests = mixed.world, []
    for hand, version in ((first, "1.0.0"), (second, "1.1.0")):
        tag = hand(mixed, version)
        digest = mixed.target().resolve(version)
        digests.append(digest)
        # It is there, whoever is asked to publish it.
        sent = mixed.sent()
        for publisher in ("builtin", "flux"):
            (result,) = build(
                world.repo, "eso", registry=mixed.url, source=SOURCE, publisher=publisher
            ).results
            assert result.digest == digest
            assert result.action in ("tagged", "unchanged")
            world.with_(publisher=publisher).publish(tag)
        assert mixed.sent() == sent
        assert mixed.target().resolve("latest") == mixed.target().resolve(version) == digest
    old, new = digests
    assert mixed.moved() == {"at_ring1": old} | dict.fromkeys(PROD, old)

    registry = RemoteRegistry(mixed.url.removeprefix("oci://"), 1, None)
    with opened(world.repo, world.settings, registry=registry) as monorepo:
        (compared,) = compare_version(monorepo, "eso", "prod", "1.1.0").compared
    assert (compared.version, compared.digest) == ("1.0.0", old)
    assert [file.path for file in compared.files] == ["x.yaml"]
    assert {"-version: 1.0.0", "+version: 1.1.0"} <= set(compared.files[0].lines)

    world.promote("eso", "prod", "1.1.0")
    world.merge()
    assert mixed.moved() == dict.fromkeys(PROD, new)
    world.roll_back("eso", "prod")
    world.merge()
    through_flux = Mixed(world.with_(publisher="flux"), mixed.server, mixed.flux_cli)
    assert through_flux.moved() == dict.fromkeys(PROD, old)
    assert {mixed.target().resolve(environment) for environment in PROD} == {old}

    # What a hand tags away comes back.
    mixed.flux("tag", "artifact", f"{mixed.url}/eso:1.1.0", "--tag=prod_ring1")
    assert mixed.target().resolve("prod_ring1") == new
    assert mixed.moved() == {"prod_ring1": old}


def test_a_checkout_under_another_umask_has_the_same_files_under_other_modes(mixed: Mixed) -> None:
    tag = by_hand(mixed, "1.0.0", umask=0o002)
    theirs = mixed.target().resolve("1.0.0")
    with pytest.raises(AssertionError) as raised:
        mixed.world.publish(tag)
    assert f"1.0.0 is published with the same files, but with other modes, {theirs}, and a" in str(
        raised.value
    )
    assert mixed.target().resolve("1.0.0") == theirs
    (result,) = build(mixed.world.repo, "eso", registry=mixed.url, source=SOURCE).results
    assert result.action == "pushed"
    mixed.flux("tag", "artifact", f"{mixed.url}/eso:latest", "--tag=prod_ring1")
    done = inv(mixed.world.repo, "diff", "eso", "prod_ring1", env={"INVOKE_FLUX_REGISTRY": mixed.url})
    assert done.out.endswith(" -> 1.0.0, the same files under other modes\n"), done.said


@pytest.mark.parametrize("hand", [by_builtin, by_publisher_flux])
def test_flux_reads_what_we_published_and_tagged(mixed: Mixed, hand: Hand, tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0-rc.1"):
        hand(mixed, version)
        mixed.world.with_(publisher="builtin").build()
    mixed.moved()
    url = f"{mixed.url}/eso"

    def listed(*filters: str) -> dict[str, list[str]]:
        rows = [line.split() for line in mixed.flux("list", "artifacts", url, *filters).splitlines()[1:]]
        return {row[0].rpartition(":")[2]: row[1:] for row in rows}

    everything = listed()
    target = mixed.target()
    assert {tag: row[0] for tag, row in everything.items()} == {t: target.resolve(t) for t in target.tags()}
    assert everything.keys() >= {"latest", "1.0.0", "1.1.0-rc.1", "at_ring1", *PROD}
    for _, source, revision in everything.values():
        assert source == SOURCE
        assert re.fullmatch("main@sha1:[0-9a-f]{40}", revision)
    # As an OCIRepository's `semver` selects: no commit tag and no environment is a version to it.
    assert listed("--filter-semver=*").keys() == {"1.0.0"}
    assert listed("--filter-semver=>=1.0.0").keys() == {"1.0.0"}
    assert listed("--filter-semver=>=1.0.0-0").keys() == {"1.0.0", "1.1.0-rc.1"}

    pulled = tmp_path / "pulled"
    pulled.mkdir()
    mixed.flux("pull", "artifact", f"{url}:prod_ring1", f"--output={pulled}")
    assert (pulled / "x.yaml").read_text() == "version: 1.0.0\n"
    assert os.access(pulled / "base/run.sh", os.X_OK)

    # It compares compressed layers: to it, only what a flux compressed can be the same.
    compare = ("diff", "artifact", f"--path={mixed.checkout()}")
    same = hand is by_publisher_flux
    said = mixed.flux(*compare, f"{url}:1.1.0-rc.1", code=0 if same else 1)
    assert ("no changes detected" if same else "contents differs") in said
    assert "contents differs" in mixed.flux(*compare, f"{url}:prod_ring1", code=1)


def test_the_publisher_changes_between_two_commits(mixed: Mixed) -> None:
    actions = []
    for publisher, version in (("builtin", "1"), ("flux", "2"), ("builtin", "3"), ("flux", "3")):
        mixed.world.change({"artifacts/eso/x.yaml": f"version: {version}\n", "other": publisher})
        built = build(mixed.world.repo, registry=mixed.url, source=SOURCE, publisher=publisher)
        actions.append({result.artifact: result.action for result in built.results})
    assert actions == [
        {"dashboard": "pushed", "eso": "pushed"},
        {"dashboard": "unchanged", "eso": "pushed"},
        {"dashboard": "unchanged", "eso": "pushed"},
        {"dashboard": "unchanged", "eso": "unchanged"},
    ]
    for artifact, expected in (("dashboard", 1), ("eso", 3)):
        target = mixed.target(artifact)
        manifests = set(filter(None, map(target.fetch_manifest, target.tags())))
        assert len(manifests) == len({str(contents(target, m)) for m in manifests}) == expected
