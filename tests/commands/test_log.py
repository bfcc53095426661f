"""`inv log`: what one asks for of the history of environments."""

import pytest

from flux.commands.log import choose_log
from flux.environments.log import Log
from flux.errors import RequestError
from tests.commands.invoking import inv
from tests.commands.promoting import CONFIG, World
from tests.environments.logs import told


def log(
    world: World, artifact: str | None = None, environment: str | None = None, since: float | None = None
) -> Log:
    with world.opened() as monorepo:
        return choose_log(monorepo, artifact, environment, since)


def test_an_artifact_an_environment_and_a_phase(local: World) -> None:
    local.desire("dashboard", prod_ring1="1.0.0")
    assert told(log(local, "dashboard")) == ["dashboard prod_ring1 None 1.0.0 first"]
    assert len(told(log(local, "eso", "prod"))) == 2
    assert told(log(local, None, "at_ring1")) == ["eso at_ring1 None 1.0.0 first"]


def test_what_is_there_no_more(local: World) -> None:
    """An artifact and an environment of former times are in history still."""
    local.desire("older", ring9="0.1.0")
    local.change({CONFIG: "{}\n"}, "all gone")
    assert told(log(local, "older", "ring9")) == [
        "older ring9 0.1.0 None removed",
        "older ring9 None 0.1.0 first",
    ]


def test_since(local: World) -> None:
    changes = log(local).changes
    assert log(local, since=changes[0].entry.time + 1).changes == []
    assert log(local, since=changes[0].entry.time).changes == changes


@pytest.mark.parametrize(
    ("artifact", "environment", "hint"),
    [
        ("es", None, "did you mean eso"),
        ("eso", "prod_rin1", "did you mean prod_ring1"),
        ("eso", "zz", "there have been at, at_ring1, at_ring2,"),
        ("prod_ring1", None, "`inv log --environment prod_ring1`"),
        ("prod", None, "`inv log --environment prod`"),
    ],
)
def test_a_name_that_never_was(local: World, artifact: str, environment: str | None, hint: str) -> None:
    with pytest.raises(RequestError) as refused:
        log(local, artifact, environment)
    assert hint in refused.value.hint


def test_typed(local: World) -> None:
    done = inv(local.repo, "log", "eso", "prod", "list", "--json")
    assert done.code == 0
    done = inv(local.repo, "log", "eso", "prod", "--json")
    assert {change["environment"] for change in done.document["changes"]} == {"prod_ring1", "prod_ring2"}
    refused = inv(local.repo, "log", "--since", "soon")
    assert (refused.code, refused.out) == (2, "")
