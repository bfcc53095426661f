"""The bump that commits ask for, and a warning for one that is too small."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from tests.commands.invoking import inv, monorepo
from tests.commands.releasing import plan, release
from tests.repo import Repo

FILE = "artifacts/app/x.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", {FILE: "v: 0\n", "artifacts/db/x.yaml": "v: 0\n"})
    release(repo, "app", "1.2.3")
    return repo


def change(repo: Repo, message: str) -> str:
    path = repo.path / FILE
    return repo.commit(message, files={FILE: path.read_text() + "# more\n"})


def test_auto(repo: Repo) -> None:
    assert str(plan(repo, "db", "auto").version) == "0.1.0"
    assert plan(repo, "app", "auto").release
    for message, version in (
        ("fix: a", "1.2.4"),
        ("feat(x): a", "1.3.0"),
        ("chore: a\n\nBREAKING CHANGE: b", "2.0.0"),
    ):
        change(repo, message)
        assert str(plan(repo, "app", "auto").version) == version
    repo.commit("feat!: of another", files={"artifacts/db/x.yaml": "v: 1\n"})
    assert str(plan(repo, "app", "auto").version) == "2.0.0"
    assert str(release(repo, "app", "auto")[0].version) == "2.0.0"
    assert not release(repo, "app", "auto")[2]
    repo.commit("docs: nothing of it", files={"README.md": "x"})
    with pytest.raises(RequestError, match="nothing changed in app"):
        plan(repo, "app", "auto")


def test_a_bump_that_hides_a_breaking_change_is_warned_of(repo: Repo) -> None:
    broken = change(repo, "feat!: drop it")
    change(repo, "fix: a")
    for wanted in ("patch", "minor", "1.9.0", "1.2.4-rc.1"):
        planned = plan(repo, "app", wanted)
        (notice,) = planned.notices
        assert notice == (
            f"{planned.version} is less than 2.0.0, which the breaking change of {broken[:12]} asks for: "
            "feat!: drop it"
        )
    for wanted in ("major", "2.0.0-rc.1", "3.0.0"):
        assert plan(repo, "app", wanted).notices == ()
    said = inv(repo, "release", "app", "patch", "--dry-run")
    assert said.code == 0
    assert "less than 2.0.0" in said.said


def test_candidates_beside_a_stable_version(repo: Repo) -> None:
    change(repo, "feat!: next")
    release(repo, "app", "2.0.0-rc.1")
    change(repo, "fix: a")
    with pytest.raises(RequestError) as refused:
        plan(repo, "app", "patch")
    assert refused.value.hint == "say which: 1.2.4 or 2.0.0"
    assert str(plan(repo, "app", "1.2.4").version) == "1.2.4"
    assert str(plan(repo, "app", "auto").version) == "2.0.0"
