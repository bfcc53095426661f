"""What a freeze at the tip holds: environments that follow something, too."""

import pytest

from flux.commands.reconcile import Reconciler
from flux.errors import DesiredStateError
from flux.monorepo.freezes import freezes_at, frozen
from flux.promotion.gates.freeze import Freeze, render_freezes
from flux.settings import Settings, read_settings
from tests.commands.invoking import build
from tests.commands.releasing import publish
from tests.monorepo.building import edit, tags
from tests.monorepo.building import repo as repo
from tests.monorepo.test_followers import released
from tests.monorepos import opened
from tests.repo import Repo

PHASES = read_settings(
    {"phases": {"edge": {"follow": "tip"}, "prod": ["prod_1", {"canary": {"follow": "stable"}}]}}, {}
).phases


def freeze(repo: Repo, *freezes: Freeze, content: bytes | None = None) -> None:
    text = (render_freezes(freezes) if content is None else content).decode()
    repo.commit("freeze", files={"flux/freezes.json": text})
    repo.push("origin", "main")


def test_what_is_frozen(repo: Repo) -> None:
    with opened(repo, Settings(phases=PHASES)) as monorepo:
        assert freezes_at(monorepo, monorepo.tip) == ()
        assert frozen(monorepo, ["canary"], lambda: pytest.fail("nobody has to say what time it is")) == {}
    freeze(repo, Freeze("holidays", "alice", "prod", 100))
    with opened(repo, Settings(phases=PHASES)) as monorepo:
        found = frozen(monorepo, ["prod", "prod_1", "canary", "edge", "nowhere"], lambda: 99)
        assert frozen(monorepo, ["prod"], lambda: 100) == {}
    assert found == dict.fromkeys(("prod", "prod_1", "canary"), Freeze("holidays", "alice", "prod", 100))


def test_a_frozen_phase_follows_no_newer_release(repo: Repo) -> None:
    first = publish(repo, released(repo, "1.0.0"), phases=PHASES).result
    assert first
    freeze(repo, Freeze("holidays", "alice", "prod"))
    second = publish(repo, released(repo, "1.1.0"), phases=PHASES)
    assert second.result
    assert list(map(str, second.notices)) == ["canary stays where it is: prod is frozen by alice: holidays"]
    for _ in range(2):
        assert tags(repo, "app")["canary"] == first.digest != second.result.digest
        with opened(repo, Settings(phases=PHASES)) as monorepo:
            done = Reconciler(monorepo).reconcile()
            assert not done.errors
    freeze(repo)
    with opened(repo, Settings(phases=PHASES)) as monorepo:
        Reconciler(monorepo).reconcile()
    assert tags(repo, "app")["canary"] == second.result.digest


def test_a_frozen_phase_does_not_follow_the_tip(repo: Repo) -> None:
    build(repo, phases=PHASES)
    first = tags(repo, "app")["edge"]
    freeze(repo, Freeze("holidays", "alice", "edge"))
    edit(repo, "app", push=True)
    built = build(repo, phases=PHASES)
    assert "`edge` stays where it is: edge is frozen by alice: holidays" in map(str, built.notices)
    assert tags(repo, "app")["edge"] == first != tags(repo, "app")["latest"]
    freeze(repo)
    build(repo, phases=PHASES)
    assert tags(repo, "app")["edge"] == tags(repo, "app")["latest"]


def test_where_nobody_knows_what_is_frozen_nothing_follows(repo: Repo) -> None:
    build(repo, phases=PHASES)
    first = tags(repo, "app")["edge"]
    freeze(repo, content=b"{")
    edit(repo, "app", push=True)
    built = build(repo, phases=PHASES)
    assert not built.failed
    assert tags(repo, "app")["edge"] == first != tags(repo, "app")["latest"]
    with pytest.raises(DesiredStateError):
        publish(repo, released(repo, "1.0.0"), phases=PHASES)
