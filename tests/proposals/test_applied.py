"""What becomes of an issue that promotes nothing."""

import pytest

from tests.commands.deciding import TAG, proposed, said
from tests.commands.promoting import World


@pytest.mark.parametrize("what", ["label", "author"])
def test_a_tick_where_nothing_comes_of_it_is_answered(hub: World, what: str) -> None:
    assert hub.github
    hub.open(TAG)
    issue = hub.github.repository("octo/monorepo").issues[1]
    if what == "label":
        issue.labels.clear()
    else:
        issue.author = hub.github.add_person("dave")
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert proposed(hub) == set()
    assert said(hub, "Nothing is promoted from here", "label" if what == "label" else "dave")
    assert not hub.apply(hub.edit(lambda body: f"{body}\nwords\n")).failed
    assert not hub.apply(hub.tick("tt", login="trudy")).failed
    assert len([c for c in hub.comments() if "promoted from here" in c]) == 1
