"""The tasks for promotions: a wrong request is refused."""

import pytest

from tests.commands.diffing import run, settle
from tests.commands.tagging import World
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ("app", "prod", "--version", "3.0.0"),
            "app 3.0.0 is not published",
            "`inv release app 3.0.0`",
        ),
        (("app", "prod_ring9"), "there is no environment or phase 'prod_ring9'", "did you mean prod_ring1?"),
        (("ap", "prod"), "there is no artifact 'ap' at the tip, ", "there are app, db"),
        (("app", "prod", "--version", "1.0"), "'1.0' is not a semantic version", "write it as 1.2.3"),
        (("app", "prod", "--version", "latest"), "'latest' is not a semantic version", "write it as 1.2.3"),
        (("new", "prod"), "new has no stable release", "`inv release new minor`"),
    ],
)
def test_a_wrong_request(world: World, arguments: tuple[str, ...], message: str, hint: str) -> None:
    world.repo.commit(files={"artifacts/new/x.yaml": "new: 1\n"})
    settle(world)
    done = run(world, *arguments)
    assert (done.code, done.out) == (2, "")
    assert f"error: {message}" in done.err
    assert hint in done.err.partition("\nhint: ")[2]
