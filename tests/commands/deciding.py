"""What the tests of promotions share."""

import json

import pytest

from flux.event import Event
from tests.commands.promoting import CONFIG, World, boxes

TAG = "flux-oci-eso-v1.1.0"

BRANCH = "promote/eso-1.1.0"

either_order = pytest.mark.parametrize("first", [0, 1], ids=["in order", "the later one first"])


def run(world: World, events: list[Event], first: int) -> None:
    """Let the jobs of two events run, the second one first where that is asked for."""
    for event in events[::-1] if first else events:
        world.apply(event)


def ticked(world: World) -> set[str]:
    return {name for name, tick in boxes(world.issue().body).items() if tick}


def proposed(world: World) -> set[str]:
    """What the open pull request proposes; none where there is none."""
    if not world.pulls():
        assert world.forge().branch(BRANCH) is None
        return set()
    was = world.desired["eso"]
    return {e for e, v in world.proposed()["eso"].items() if was.get(e) != v}


def said(world: World, *words: str) -> bool:
    return any(all(word in comment for word in words) for comment in world.comments())


def retitled(world: World, title: str, login: str = "bob") -> None:
    assert world.github
    world.github.repo_as(login).get_issue(1).edit(title=title)


def pushed(world: World, date: str, **versions: str) -> None:
    """A commit to main by hand, with a date of its committer's."""
    desired = world.desired
    desired["eso"].update(versions)
    world.update()
    world.repo.commit("desire", files={CONFIG: json.dumps(desired, indent=2) + "\n"}, date=date)
    world.repo.push("origin", "main")
    assert world.github
    world.github.pushed("bob")


def redated(world: World, date: str) -> None:
    """Let the last commit of main be one of this date."""
    assert world.github
    git = world.repo.git
    git("commit", "--quiet", "--amend", "--no-edit", "--date", date, date=date)
    git("push", "--quiet", "--force", "origin", "main")
    world.github.pushed("bob")
    (pull,) = [pull for pull in world.github.repository("octo/monorepo").pulls if pull.merged]
    pull.merge_commit = world.repo.head


def forged(world: World, message: str, login: str | None = "bob") -> str:
    """A branch of a person's, or of who has the automation's token, with our words."""
    forge = world.forge(login)
    tip = world.bare.git("rev-parse", "main")
    content = world.bare.git("show", f"main:{CONFIG}").replace(
        '"prod_ring1": "1.0.0"', '"prod_ring1": "1.1.0"'
    )
    commit = forge.commit([tip], {CONFIG: content.encode()}, message)
    assert forge.create_branch(BRANCH, commit)
    return commit


OURS = "Promote eso 1.1.0 to prod_ring1\n\n{}Promotion: eso 1.1.0\n"

NAMED = "Requested-by: {}; name prod_ring1; 1764449999\n"
