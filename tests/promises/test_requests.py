"""How many requests GitHub gets: what is at rest costs none, however much of it there is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flux.environments.status import find_status
from flux.promotion.clusters.status import StatusName
from flux.proposals.gate_states import commit_of
from tests.commands.progressing import REPORTER, followed
from tests.commands.promoted import registry_of
from tests.commands.promoting import CONFIG, PERMISSIONS, World

ENVIRONMENTS = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    assert world.github
    before, asked = len(world.github.requests), list[str]()
    yield asked
    asked += [f"{each.method} {each.path}" for each in world.github.requests[before:]]


def grown(world: World, names: list[str]) -> World:
    """Artifacts at rest: each is released and everywhere, and its clusters have said so."""
    assert world.github
    desired = world.desired
    files = {f"artifacts/{name}/x.yaml": f"name: {name}\n" for name in names}
    world.change(files, "more")
    tags = [f"flux-oci-{name}-v1.0.0" for name in names]
    for tag in tags:
        world.repo.tag(tag)
    world.repo.push("origin", "--tags")
    world.github.pushed("alice")
    for tag in tags:
        world.publish(tag)
    desired["eso"] = dict.fromkeys(ENVIRONMENTS, "1.1.0")
    desired |= {name: dict.fromkeys(ENVIRONMENTS, "1.0.0") for name in names}
    world.change({CONFIG: json.dumps(desired)}, "desire")
    world.tag()
    ruled = followed(world)
    token = world.github.app_token(REPORTER.removesuffix("[bot]"), statuses="write")
    repository = world.github.repo_with(token)
    for name in names[:3]:
        manifest = registry_of(ruled, name).fetch_manifest("1.0.0")
        assert manifest
        for environment in ENVIRONMENTS:
            context = str(StatusName(name, environment, manifest.digest, "eu"))
            repository.get_commit(commit_of(manifest)).create_status("success", context=context)
    return ruled


@pytest.mark.stories
def test_what_is_at_rest_is_not_asked_about(hub: World) -> None:
    assert hub.github
    hub.token = hub.github.actions_token(**PERMISSIONS)
    names = [f"more-{number:02}" for number in range(50)]
    asked, asked_of_status = [], []
    for some in (names[:5], names[5:]):
        world = grown(hub, some)
        world.reconcile()
        with counted(world) as requests:
            assert world.reconcile().repaired == []
        asked.append(requests)
        with world.opened() as monorepo, counted(world) as status:
            rows = find_status(monorepo, []).rows
            assert {str(row.health["tt"].state) for row in rows if row.artifact in names[:3]} == {"running"}
        asked_of_status.append([each for each in status if "deployments" in each])
    few, many = asked
    assert len(asked_of_status[1]) == 1, "one for all of them"
    assert len(many) == len(few), (few, many)
    assert len(few) < 20, few
    assert not [each for each in many if "deployments" in each or "statuses" in each]
