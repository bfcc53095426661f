"""What is due of each artifact, and how little is asked of the registry for that."""

from pathlib import Path
from uuid import uuid4

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.errors import RegistryError, RegistryUnreachableError
from flux.monorepo.drift import Looked, Reach, look
from flux.promotion.desired import Desired
from flux.promotion.plan import Action
from flux.registry import open_registry
from flux.registry.remote.limits import LIMITS
from flux.registry.target import Registry
from flux.settings import Settings
from tests import parts
from tests.commands.faulty import Faulty, on_server, refuse
from tests.commands.releasing import PHASES
from tests.commands.tagging import FIRST, World, converge, copied
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.git.counted import CountedGit
from tests.monorepos import opened
from tests.registry.front import front
from tests.registry.images import packed, push
from tests.servers import Answer, Server

NEVER = 10**6
ENVIRONMENTS = [environment for phase in PHASES for environment in phase.environments]


def looked_at(world: World, registry: Registry, desired: Desired, *names: str, jobs: int = 1) -> list[Looked]:
    settings = Settings(phases=PHASES, jobs=jobs)
    with opened(world.repo, settings, registry=registry) as monorepo:
        return look(monorepo, names or list(desired), desired)


def actions(looked: list[Looked]) -> dict[str, str]:
    return {step.name: step.action for each in looked for step in each.steps}


def test_what_is_due(world: World) -> None:
    world.want(FIRST)
    converge(world, "app")
    assert actions(looked_at(world, world.open(), {**FIRST, "db": {"at_ring1": "9.9.9"}})) == {
        "app:at_ring1": "unchanged",
        "app:at_ring2": "unchanged",
        "app:prod_ring1": "unchanged",
        "db:at_ring1": "missing",
    }
    assert actions(looked_at(world, world.open(), {"app": {"at_ring1": "1.1.0"}})) == {
        "app:at_ring1": "unchanged",
        "app:at_ring2": "left",
        "app:prod_ring1": "left",
    }


def test_the_artifacts_come_in_their_order_with_the_manifests_that_there_are(world: World) -> None:
    found = looked_at(world, world.open(), FIRST, "db", "app", jobs=8)
    assert [each.artifact for each in found] == ["db", "app"]
    digests = {version: manifest.digest for version, manifest in found[1].manifests.items()}
    assert digests == {version: world.published["app"][version] for version in ("1.0.0", "1.1.0")}


def test_one_list_tells_of_environments_without_a_tag(world: World) -> None:
    faulty = Faulty(world.open(), NEVER, lambda: None)
    looked_at(world, faulty, {"app": {"at_ring1": "9.9.9"}})
    assert faulty.calls == ["app tags"]


def test_no_list_where_every_environment_is_desired(world: World) -> None:
    faulty = Faulty(world.open(), NEVER, lambda: None)
    looked_at(world, faulty, {"app": dict.fromkeys(ENVIRONMENTS, "9.9.9")})
    assert "app tags" not in faulty.calls
    assert len(faulty.calls) == len(ENVIRONMENTS) + 1


def test_origin_is_asked_once_for_its_tags_however_many_are_judged(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = CountedGit.make(tmp_path / "git")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    world.want(FIRST)
    looked_at(world, world.open(), FIRST, jobs=8)
    assert len(counted.of("ls-remote")) == 2, "of the tip, and of the tags"


def test_a_registry_that_fails_for_one_artifact_leaves_the_others(world: World) -> None:
    faulty = Faulty(world.open(), 1, refuse(RegistryError))
    app, db = looked_at(world, faulty, FIRST)
    assert {step.action for step in app.steps} == {Action.FAILED}
    assert {(step.environment, step.version) for step in app.steps} == set(FIRST["app"].items())
    assert {str(step.error) for step in app.steps} == {"the registry is tired"}
    assert [step.error for step in db.steps] == [None]


LARGE = Answer(200, b" " * (LIMITS.manifest + 1), [("Content-Type", MANIFEST_TYPE)])
ALTERED = Answer(200, b"{}", [("Content-Type", MANIFEST_TYPE), ("Docker-Content-Digest", "sha256:")])


@pytest.mark.parametrize("answer", [LARGE, ALTERED], ids=["large", "altered"])
def test_a_version_that_cannot_be_read_leaves_the_others(
    seed: Path, tmp_path: Path, registry_server: parts.Registry, answer: Answer
) -> None:
    world = copied(seed, tmp_path, on_server(registry_server, f"drift/{uuid4().hex}"))
    with front(
        registry_server, lambda r: answer if r.path.endswith("/app/manifests/1.0.0") else None
    ) as server:
        (app,) = looked_at(world, reached(world, registry_server, server), {"app": FIRST["app"]})
    assert {step.environment: str(step.action) for step in app.steps} == {
        "at_ring1": "move",
        "at_ring2": "move",
        "prod_ring1": "failed",
    }
    (error,) = (step.error for step in app.steps if step.error)
    assert isinstance(error, RegistryError)
    assert error.hint


def test_a_tag_with_what_is_too_large_is_moved(
    seed: Path, tmp_path: Path, registry_server: parts.Registry
) -> None:
    world = copied(seed, tmp_path, on_server(registry_server, f"drift/{uuid4().hex}"))
    evil = push(world.open().repository("app"), packed(b"evil"), "prod_ring1").digest
    with front(registry_server, lambda r: LARGE if r.path.endswith(evil) else None) as server:
        (app,) = looked_at(world, reached(world, registry_server, server), {"app": FIRST["app"]})
    assert {str(step.action) for step in app.steps} == {"move"}


def reached(world: World, real: parts.Registry, through: Server) -> Registry:
    location = world.place.location.replace(real.host, through.host)
    return open_registry(location, Path("/"), 1, None)


def test_an_artifact_of_which_nothing_is_desired_fails_as_one_step(world: World) -> None:
    faulty = Faulty(world.open(), 1, refuse(RegistryError))
    (looked,) = looked_at(world, faulty, {}, "app")
    assert [(step.name, step.version, step.action) for step in looked.steps] == [("app", None, "failed")]


def test_a_registry_that_is_gone_is_not_asked_again(world: World) -> None:
    faulty = Faulty(world.open(), 1, refuse(RegistryUnreachableError))
    app, db = looked_at(world, faulty, FIRST)
    assert len(faulty.calls) == 1
    assert {step.action for step in [*app.steps, *db.steps]} == {Action.FAILED}


@pytest.mark.parametrize("error", [RegistryError, RegistryUnreachableError])
def test_reach_remembers_only_that_nobody_answers(error: type[RegistryError], tmp_path: Path) -> None:
    def fail() -> int:
        raise error("no")

    reach = Reach()
    assert reach.ask(lambda: 1) == 1
    with pytest.raises(error):
        reach.ask(fail)
    if error is RegistryUnreachableError:
        with pytest.raises(RegistryUnreachableError):
            reach.ask(lambda: 1)
    else:
        assert reach.ask(lambda: 1) == 1
