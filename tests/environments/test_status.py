"""Which version is in which environment, from real registries and forges."""

from typing import Any

import pytest

from flux.errors import (
    ForgeError,
    RegistryError,
    RegistryUnreachableError,
)
from flux.forge.forge import PullRequest
from tests.commands.drifting import drifting, look, settled
from tests.commands.faulty import Faulty, refuse
from tests.commands.releasing import status, tag
from tests.commands.tagging import FIRST, World
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.github.fixtures import run_github as run_github


def test_drift(either: World) -> None:
    drifting(either)
    before = either.place.writes()
    found = look(either)
    assert found.drifts
    app, db = found.rows
    latest = either.tags()["db"]["latest"]
    # The version that is there, else the digest.
    assert app.has == {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"}
    assert db.has == {"at_ring1": latest}
    assert db.steps["prod_ring1"].old is None
    assert either.place.writes() == before
    tag(either.repo, registry=either.place.location)
    assert not look(either).drifts


def test_the_newest_release_and_what_is_beyond(world: World) -> None:
    settled(world)
    rows = {row.artifact: (row.release, row.commits_since) for row in look(world).rows}
    assert rows == {"app": ("2.0.0-rc.1", 0), "db": ("2.0.0", 0)}
    for number in range(3):
        world.repo.commit(files={"artifacts/app/x.yaml": f"more: {number}\n", "README": str(number)})
    world.repo.commit(files={"artifacts/new/x.yaml": "new: 1\n"})
    world.repo.push("origin", "HEAD:main")
    rows = {row.artifact: (row.release, row.commits_since) for row in look(world).rows}
    assert rows == {"app": ("2.0.0-rc.1", 3), "db": ("2.0.0", 0), "new": (None, None)}
    # Of a clone that is behind, and shallow.
    clone = world.origin.clone(world.repo.path.parent / "clone", "--depth=1")
    found = status(clone, registry=world.place.location)
    assert {row.artifact: (row.release, row.commits_since) for row in found.rows} == rows


def test_a_tag_that_nobody_desires(world: World) -> None:
    settled(world)
    world.want({"app": FIRST["app"]})
    found = look(world)
    assert found.rows[1].has == {"at_ring1": "1.0.0"}
    assert not found.drifts


@pytest.mark.stories
@pytest.mark.parametrize("error", [RegistryError, RegistryUnreachableError])
def test_a_failure_at_every_call_in_turn(world: World, error: type[RegistryError]) -> None:
    """The rest of the map is shown."""
    drifting(world)
    number = 0
    while True:
        number += 1
        faulty = Faulty(world.open(), number, refuse(error))
        found = look(world, wrapped=faulty, jobs=1)
        if not faulty.hit:
            break
        assert [row.artifact for row in found.rows] == ["app", "db"]
        assert found.drifts
    assert number > 10


class Unreachable:
    """A forge that says nothing."""

    def pull_requests(self, *arguments: Any, **more: Any) -> list[PullRequest]:
        raise ForgeError("GitHub does not answer", "try again later")


def test_a_forge_that_is_not_to_be_reached(world: World) -> None:
    settled(world)
    forge: Any = Unreachable()
    found = look(world, forge=forge)
    assert list(map(str, found.notices)) == ["open promotions are not shown: GitHub does not answer"]
    assert len(found.rows) == 2
    assert found.promotions is None
