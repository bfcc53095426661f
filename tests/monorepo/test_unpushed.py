"""What was merged in a clone, and is not at origin."""

from pathlib import Path

from flux.event import TERMINAL, Event
from flux.monorepo.unpushed import find_unpushed
from tests.commands.invoking import monorepo
from tests.monorepos import opened
from tests.repo import Repo

STATE = "flux/releaseconfig.json"


def said(repo: Repo, event: Event = TERMINAL) -> list[str]:
    with opened(repo, event=event) as context:
        return list(find_unpushed(context))


def test_a_merge_that_is_not_pushed(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    assert said(repo) == [], "without an origin, the branch here counts"
    repo.bare_origin()
    repo.commit(files={"artifacts/app/x.yaml": "a: 2\n"})
    assert said(repo) == [], "it is not about promotions"
    repo.commit(files={STATE: '{"app": {"at": "1.0.0"}}', "flux/freezes.json": '{"freezes": []}'})
    told = f"main has another {STATE}, flux/freezes.json here than at origin: push it, so that it counts"
    assert said(repo) == [told]
    assert said(repo, Event(actions=True, change=None, output=None, summary=None)) == []
    repo.push("origin", "HEAD:main")
    assert said(repo) == []


def test_a_clone_that_is_behind(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    repo.bare_origin()
    repo.commit(files={STATE: '{"app": {"at": "1.0.0"}}'})
    repo.push("origin", "HEAD:main")
    repo.git("reset", "--hard", "--quiet", "HEAD^")
    assert said(repo) == []
