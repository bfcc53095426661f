"""What each environment was to have, back through real histories."""

import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import pytest

from flux.errors import HistoryMissingError
from flux.monorepo.desired_history import DesiredVersions, before, change_of, had_version, histories, history
from flux.promotion.proposal import Promotion
from flux.settings import Settings
from tests.commands.invoking import actions_checkout, break_origin
from tests.commands.releasing import CONFIG, PHASES
from tests.git.counted import CountedGit
from tests.monorepos import opened
from tests.repo import Repo

SETTINGS = Settings(phases=PHASES)


def desire(repo: Repo, **versions: Mapping[str, str]) -> str:
    return repo.commit(files={CONFIG: json.dumps(versions, indent=2)})


def states(repo: Repo, artifact: str = "app") -> list[DesiredVersions]:
    with opened(repo, SETTINGS) as monorepo:
        found = list(history(monorepo, artifact, repo.head))
        assert histories(monorepo, repo.head)(artifact) == found
        return found


def versions(repo: Repo, artifact: str = "app") -> list[tuple[str, dict[str, str]]]:
    return [(state.commit, dict(state.versions)) for state in states(repo, artifact)]


def gone_back(repo: Repo, environment: str, artifact: str = "app") -> str | None:
    with opened(repo, SETTINGS) as monorepo:
        return before(history(monorepo, artifact, repo.head), environment)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/x.yaml": "a: 1\n"})
    return repo


def test_where_there_is_no_history(repo: Repo) -> None:
    assert states(repo) == []
    assert gone_back(repo, "at_ring1") is None
    desire(repo, db={"at_ring1": "1.0.0"})
    assert gone_back(repo, "at_ring1") is None
    first = desire(repo, db={"at_ring1": "1.0.0"}, app={"at_ring1": "1.0.0"})
    assert versions(repo)[0] == (first, {"at_ring1": "1.0.0"})
    assert gone_back(repo, "at_ring1") is None
    assert gone_back(repo, "prod_ring1") is None


def test_who_had_a_version_also_if_only_for_a_while(repo: Repo) -> None:
    desire(repo, app={"at_ring1": "1.0.0"}, db={"prod_ring1": "1.0.0"})
    desire(repo, app={"at_ring1": "2.0.0"})
    promotion, asked = Promotion("app", "1.0.0"), {"at_ring1", "prod_ring1"}
    with opened(repo, SETTINGS) as monorepo:
        assert had_version(monorepo, promotion, asked, repo.head) == {"at_ring1"}
        assert had_version(monorepo, promotion, {"prod_ring1"}, repo.head) == set()
        assert had_version(monorepo, promotion, set(), "no commit is read") == set()


def test_each_state_has_the_commit_and_time_that_it_began_with(repo: Repo) -> None:
    date = "1800000000 +0530"
    content = json.dumps({"app": {"at_ring1": "1.0.0"}})
    first = repo.commit(files={CONFIG: content}, date=date)
    desire(repo, app={"at_ring1": "1.0.0"}, db={"at_ring1": "1.0.0"})
    repo.commit(files={"artifacts/app/x.yaml": "a: 2\n"})
    second = desire(repo, app={"at_ring1": "1.1.0"}, db={"at_ring1": "1.0.0"})
    desire(repo, db={"at_ring1": "2.0.0"}, app={"at_ring1": "1.1.0"})
    newest, oldest = states(repo)
    assert (newest.commit, oldest.commit) == (second, first)
    assert oldest.time == 1_800_000_000
    assert gone_back(repo, "at_ring1") == "1.0.0"


def test_when_an_environment_was_given_its_version(repo: Repo) -> None:
    desire(repo, app={"at_ring1": "1.0.0", "prod_ring1": "1.0.0"})
    desire(repo, app={"at_ring1": "1.1.0", "prod_ring1": "1.0.0"})
    desire(repo, app={"at_ring1": "1.2.0"})
    newest, middle, oldest = states(repo)
    assert newest.time > middle.time > oldest.time
    assert change_of(states(repo), "at_ring1") == newest
    assert change_of(states(repo), "prod_ring1") == newest  # where it lost it
    assert change_of([middle, oldest], "prod_ring1") == oldest
    assert change_of(states(repo), "at_ring2") is None
    assert change_of([], "at_ring1") is None


def test_the_version_before_is_a_lower_one_of_that_environment(repo: Repo) -> None:
    desire(repo, app={"at_ring1": "1.0.0", "prod_ring1": "0.9.0"})
    desire(repo, app={"at_ring1": "1.1.0", "prod_ring1": "0.9.0"})
    desire(repo, app={"at_ring1": "1.2.0", "prod_ring1": "1.0.0"})
    desire(repo, app={"at_ring1": "1.1.0", "prod_ring1": "1.0.0"})  # rolled back
    assert gone_back(repo, "prod_ring1") == "0.9.0"
    assert gone_back(repo, "at_ring1") == "1.0.0"
    desire(repo, app={"prod_ring1": "1.0.0"})
    assert gone_back(repo, "at_ring1") == "1.1.0"
    repo.remove(CONFIG)
    gone = repo.commit()
    assert versions(repo)[0] == (gone, {})
    assert gone_back(repo, "prod_ring1") == "1.0.0"
    desire(repo, app={"prod_ring1": "2.0.0"})
    assert gone_back(repo, "prod_ring1") == "1.0.0"


@pytest.mark.parametrize(
    "broken",
    [
        "<<<<<<< HEAD\n",
        b"\xff",
        "[]",
        "",
        '{"app": {"at_ring1": "latest"}}',
        '{"app": {"at_ring1": "1.5.0"}, "app": {}}',
        '{"app": {"at_ring1": "1.5.0"}, "../x": {}}',
    ],
)
def test_a_file_that_has_errors_never_was_a_state(repo: Repo, broken: str | bytes) -> None:
    first = desire(repo, app={"at_ring1": "1.0.0"})
    repo.commit(files={CONFIG: broken})
    desire(repo, app={"at_ring1": "1.0.0"})
    repo.commit(files={CONFIG: broken})
    last = desire(repo, app={"at_ring1": "2.0.0"})
    assert versions(repo) == [(last, {"at_ring1": "2.0.0"}), (first, {"at_ring1": "1.0.0"})]


def test_one_walk_tells_the_history_of_every_artifact(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desire(repo, app={"at_ring1": "1.0.0"}, db={"at_ring1": "1.0.0"})
    last = desire(repo, app={"at_ring1": "2.0.0"}, db={"at_ring1": "1.0.0"})
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    with opened(repo, SETTINGS) as monorepo:
        of = histories(monorepo, repo.head)
        assert [state.versions.get("at_ring1") for state in of("app")] == ["2.0.0", "1.0.0"]
        assert [state.versions for state in of("db")] == [{"at_ring1": "1.0.0"}]
        assert [state.versions for state in of("web")] == [{}]
    assert last == of("app")[0].commit
    assert len(counted.of("diff-tree")) == 1


def test_environments_that_are_no_more_hide_nothing(repo: Repo) -> None:
    desire(repo, app={"at_ring1": "1.0.0", "old_ring": "1.0.0"})
    desire(repo, app={"at_ring1": "2.0.0"})
    assert gone_back(repo, "at_ring1") == "1.0.0"
    assert states(repo)[1].versions == {"at_ring1": "1.0.0", "old_ring": "1.0.0"}


def test_a_folder_or_another_file_of_that_name_is_no_file(repo: Repo) -> None:
    desire(repo, app={"at_ring1": "1.0.0"})
    repo.remove(CONFIG)
    folder = repo.commit(files={f"{CONFIG}/x.json": '{"app": {"at_ring1": "9.0.0"}}'})
    repo.commit(files={f"{CONFIG}/y.json": "{}", f"{CONFIG}.json": "{}"})
    repo.remove(CONFIG)
    last = desire(repo, app={"at_ring1": "1.1.0"})
    assert [(commit, found.get("at_ring1")) for commit, found in versions(repo)][:2] == [
        (last, "1.1.0"),
        (folder, None),
    ]


def long_history(repo: Repo) -> None:
    """Branches that are merged, with and without conflicts, a revert and commits that say nothing new."""
    desire(repo, app={"at_ring1": "1.0.0"}, db={})
    for number in range(1, 4):
        repo.checkout(f"promote/{number}", create=True)
        desire(repo, app={"at_ring1": f"1.{number}.0-rc.1"}, db={})
        desire(repo, app={"at_ring1": f"1.{number}.0"}, db={})
        repo.checkout("main")
        repo.commit(files={"README.md": str(number)})
        repo.merge(f"promote/{number}")
        desire(repo, app={"at_ring1": f"1.{number}.0"}, db={"at_ring1": f"0.0.{number}"})
    repo.git("revert", "--no-edit", "HEAD")
    repo.commit(files={CONFIG: "{"})
    desire(repo, app={"at_ring1": "1.3.0", "prod_ring1": "1.3.0"})


def expected(repo: Repo) -> list[tuple[str, dict[str, str]]]:
    """The same, asked of git commit by commit from the root on."""
    found = []
    for commit in repo.git("rev-list", "--first-parent", "--reverse", "HEAD").split():
        shown = repo.git("show", f"{commit}:{CONFIG}") if repo.git("ls-tree", commit, CONFIG) else "{}"
        if shown != "{":
            found.append((commit, json.loads(shown).get("app", {})))
    began = [next(group) for _, group in groupby(found, key=lambda pair: pair[1])]
    return began[:0:-1]  # at the root there was no file


def test_only_the_first_parent_line_counts(repo: Repo) -> None:
    long_history(repo)
    assert versions(repo) == expected(repo)
    assert [found.get("at_ring1") for _, found in versions(repo)] == [
        "1.3.0",
        "1.3.0",
        "1.2.0",
        "1.1.0",
        "1.0.0",
    ]


@pytest.mark.parametrize("depth", [1, 2, 5, 9, 14])
def test_it_goes_on_past_the_edge_of_a_shallow_clone(repo: Repo, tmp_path: Path, depth: int) -> None:
    long_history(repo)
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", repo.head, depth=depth)
    assert versions(clone) == expected(repo)


def test_a_file_older_than_the_edge_is_found(repo: Repo, tmp_path: Path) -> None:
    desire(repo, app={"at_ring1": "1.0.0"})
    repo.remove(CONFIG)
    repo.commit()
    repo.commit()
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", repo.head, depth=1)
    assert gone_back(clone, "at_ring1") == "1.0.0"


def test_what_is_found_before_the_edge_asks_nobody(repo: Repo, tmp_path: Path) -> None:
    for minor in range(4):
        desire(repo, app={"at_ring1": f"1.{minor}.0"})
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", repo.head, depth=4)
    break_origin(clone)
    assert gone_back(clone, "at_ring1") == "1.2.0"
    with pytest.raises(HistoryMissingError, match="shallow"):
        states(clone)


def test_a_partial_clone_fetches_what_it_reads(repo: Repo, tmp_path: Path) -> None:
    long_history(repo)
    origin = repo.bare_origin()
    origin.git("config", "uploadpack.allowFilter", "true")
    clone = origin.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    assert versions(clone) == expected(repo)
