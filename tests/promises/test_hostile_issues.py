"""Every hostile body through `inv issue.apply`: nothing is promoted that nobody may promote or means."""

from contextlib import suppress
from dataclasses import replace

import pytest

from flux.errors import FluxError
from flux.event import Event, IssueEdit
from flux.promotion.boxes import LONGEST_BODY, ticked
from flux.promotion.proposal import Promotion
from tests.commands.invoking import actions
from tests.commands.promoting import World
from tests.promotion.bodies import HostileBody, hostile_bodies

pytestmark = pytest.mark.stories

TAG = "flux-oci-eso-v1.1.0"
MARKER = Promotion("eso", "1.1.0")
BODIES = hostile_bodies()


def on_github(text: str) -> bool:
    """Whether GitHub could have such a body at all."""
    with suppress(UnicodeEncodeError):
        text.encode()
        return len(text) <= LONGEST_BODY
    return False


def edit(world: World, login: str, before: str, after: str) -> Event:
    """As if someone had edited the issue."""
    assert world.github
    issue = world.github.repository("octo/monorepo").issues[1]
    issue.body = after
    time = issue.updated.timestamp()
    lines = after.replace("\r\n", "\n")  # as events are read
    return replace(actions(None), change=IssueEdit(1, login, before, lines, time))


def test_there_are_enough() -> None:
    assert sum(on_github(body.body(MARKER)) for body in BODIES) >= 80


def test_an_outsider_promotes_nothing_with_any_body(hub: World) -> None:
    hub.open(TAG)
    clean = hub.issue().body
    for hostile in BODIES:
        text = hostile.body(MARKER)
        if not on_github(text):
            continue
        event = edit(hub, "trudy", clean, text)
        hub.apply(event)
        assert hub.pulls(None) == [], hostile.name
        assert hub.forge().branch("promote/eso-1.1.0") is None, hostile.name
        assert ticked(hub.issue().body, hub.settings.groups) == set(), hostile.name


@pytest.mark.parametrize(
    "hostile",
    [body for body in BODIES if (body.ticked or not body.marked) and on_github(body.body(MARKER))],
    ids=lambda body: body.name,
)
def test_who_may_promotes_what_is_shown_as_ticked_and_nothing_else(
    local: World, hostile: HostileBody
) -> None:
    local.open(TAG)
    text = hostile.body(MARKER)
    local.forge().edit_issue(1, body=text)
    with suppress(FluxError):
        local.apply()
    found = local.pulls()
    proposed = (
        {e for e, v in local.proposed()["eso"].items() if local.desired["eso"].get(e) != v}
        if found
        else set()
    )
    expected = hostile.ticked if hostile.marked and not hostile.refused else frozenset()
    assert proposed == expected
