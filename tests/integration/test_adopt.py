"""Monorepos that publish with the flux CLI and scripts of their own are handed over, and no tag moves."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from flux.registry.remote.registry import RemoteRegistry
from tests.commands.invoking import Finished
from tests.integration.adopted_shapes import SHAPES, Shape, component
from tests.parts import Registry
from tests.repo import Repo

pytestmark = pytest.mark.stories

SOURCE = "https://git.example.com/platform/monorepo"
USES = "--uses=octo/flux-artifacts@v1"


@dataclass(frozen=True)
class World:
    """A monorepo that was published as its old workflow does."""

    shape: Shape
    repo: Repo
    host: str
    fleet: Path

    def tags(self) -> dict[str, dict[str, str | None]]:
        found = {}
        for name in self.shape.folders:
            target = RemoteRegistry(self.host, 2, None).repository(self.shape.place(name))
            found[name] = {tag: target.resolve(tag) for tag in sorted(target.tags())}
        return found

    def run(self, *arguments: str, code: int = 0) -> Finished:
        done = subprocess.run(
            [sys.executable, "-m", "flux.program", *arguments],
            cwd=self.repo.path,
            env={**os.environ, "INVOKE_FLUX_FORGE": "local"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = Finished(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in said.said, said.said
        assert done.returncode == code, said.said
        return said


@pytest.fixture(params=SHAPES)
def world(request: pytest.FixtureRequest, registry_server: Registry, flux_cli: str, tmp_path: Path) -> World:
    shape = SHAPES[request.param]
    host = f"{registry_server.host}/adopt-{uuid4().hex[:8]}"
    repo = Repo(tmp_path / "repo")
    repo.git("checkout", "--quiet", "-B", "main")
    files: dict[str, str] = {".github/workflows/publish.yml": shape.workflow.replace("@HOST@", host)}
    for folder in shape.folders.values():
        files |= component(folder)
    repo.commit("first", files={**files, **shape.files})
    seed(repo, shape, host, flux_cli, "1.0.0", shape.environments[-1:])
    for folder in shape.folders.values():
        repo.commit(f"change {folder}", files=component(folder, "2"))
    seed(repo, shape, host, flux_cli, "1.1.0", (*shape.environments[:-1], *shape.others))
    repo.bare_origin()
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    for environment in shape.environments:
        (fleet / f"{environment}.yaml").write_text(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: x}\n"
            f"spec:\n  url: oci://{host}/platform\n  ref: {{tag: {environment}}}\n"
        )
    return World(shape, repo, host, fleet)


def seed(repo: Repo, shape: Shape, host: str, flux: str, version: str, also: tuple[str, ...]) -> None:
    """Release and publish every artifact at this commit as the old workflow did."""
    clean = repo.clone(repo.path.with_name(f"clean-{uuid4().hex[:6]}"))
    for name, folder in shape.folders.items():
        tag = shape.release_tag.replace("{artifact}", name).replace("{version}", version)
        repo.git("tag", "--force", tag)
        url = f"oci://{host}/{shape.place(name)}"
        first = shape.version_tag.replace("{version}", version)
        if shape.render:
            command = ["sh", "-c", shape.render.replace("{name}", name)]
            subprocess.run(command, cwd=clean.path, check=True)
            folder = shape.output.replace("{name}", name)
        push = ["push", "artifact", f"{url}:{first}", f"--path={clean.path / folder}", f"--source={SOURCE}"]
        push += [f"--revision={shape.revision.format(tag=tag, commit=repo.head)}"]
        tags = [f"--tag={tag}" for tag in also]
        for command in (push, *([["tag", "artifact", f"{url}:{first}", *tags]] if also else [])):
            subprocess.run([flux, *command], check=True, capture_output=True, env={**os.environ, "TZ": "UTC"})


def test_it_is_handed_over_and_nothing_moves(world: World) -> None:
    before = world.tags()
    more = [USES, *(["--fleet", str(world.fleet)] if world.shape.fleet else [])]
    if world.shape.written:
        refused = world.run("init", code=2)
        assert "is not in git: an earlier step makes the content" in refused.err
        world.repo.write("invoke.yaml", world.shape.written)
        more += ["--force"]
    there = world.repo.git("status", "--porcelain")
    dry = world.run("init", "--dry-run", *more)
    assert "+++ b/invoke.yaml" in dry.out
    assert world.repo.git("status", "--porcelain") == there
    told = world.run("init", "--json", *more).document
    proposed = {one["setting"]: one["value"] for one in told["findings"]}
    assert {name: proposed.get(name) for name in world.shape.settings} == world.shape.settings
    assert told["unmanaged"] == []
    assert all(file["written"] for file in told["files"])
    assert (world.repo.path / "invoke.yaml").read_text().startswith(world.shape.written)
    again = world.run("init", "--json", *more).document
    assert {file["state"] for file in again["files"]} == {"same"}

    world.repo.commit("adopt")
    world.repo.push()
    world.run("init", "--check")
    world.run("check")
    built = world.run("build", "--dry-run", "--json").document["artifacts"]
    changed = [one["artifact"] for one in built if one["revision"].endswith(world.repo.head)]
    assert changed == (sorted(world.shape.folders) if "ignore" in world.shape.settings else [])
    status = world.run("status")
    assert "No drift" in status.out
    assert world.tags() == before

    release_one(world, before)


def release_one(world: World, before: dict[str, dict[str, str | None]]) -> None:
    """One release, promotion and tag: of the others, and of its other environments, nothing moves."""
    shape, name = world.shape, next(iter(world.shape.folders))
    world.repo.commit("edit", files=component(shape.folders[name], "3"))
    world.repo.push()
    forced = ["--force"] if "release-please-config.json" in shape.files else []
    world.run("release", name, "minor", *forced)
    world.repo.git("fetch", "--quiet", "--tags")
    tag = shape.release_tag.replace("{artifact}", name).replace("{version}", "1.2.0")
    world.run("publish", tag)
    moved = {"latest-stable"} & {*shape.others}
    if shape.environments:
        first = shape.environments[0]
        world.run("promote", name, first)
        world.repo.merge(f"promote/{name}-1.2.0")
        world.repo.push()
        world.run("tag")
        moved |= {first}
    after = world.tags()
    written = shape.version_tag.replace("{version}", "1.2.0")
    changed = {
        (artifact, tag)
        for artifact, tags in after.items()
        for tag, digest in tags.items()
        if digest != before[artifact].get(tag)
    }
    commits = {(a, t) for a, t in changed if len(t) == 12}
    assert changed - commits == {(name, tag) for tag in {written, *moved}}
    assert {artifact for artifact, _ in commits} == {name}


@pytest.mark.parametrize("world", ["components"], indirect=True)
def test_it_watches_the_old_workflow_and_then_takes_over(world: World, flux_cli: str) -> None:
    """What the old workflow publishes meanwhile, in its own way, is neither an error nor moved later."""
    shape, repo = world.shape, world.repo
    world.run("init", USES, *(["--fleet", str(world.fleet)] if shape.fleet else []))
    settings = (repo.path / "invoke.yaml").read_text()
    repo.commit("adopt", files={"invoke.yaml": settings.replace("flux:\n", "flux:\n  mode: observe\n", 1)})
    name, folder = next(iter(shape.folders.items()))
    repo.commit("edit", files=component(folder, "3"))
    seed(repo, shape, world.host, flux_cli, "1.2.0", shape.others)
    repo.push()
    repo.git("push", "--quiet", "--tags")
    published = world.tags()
    tag = shape.release_tag.replace("{artifact}", name).replace("{version}", "1.2.0")
    for command in (["build"], ["publish", tag], ["reconcile"]):
        said = world.run(*command).err
        assert "tags are as they would be here" in said
        assert " and would have " not in said
    assert world.tags() == published

    repo.commit("take over", files={"invoke.yaml": settings})
    repo.push()
    world.run("init", "--check")
    world.run("reconcile")
    after = world.tags()
    assert {
        artifact: {tag: tags[tag] for tag in published[artifact]} for artifact, tags in after.items()
    } == (published)
