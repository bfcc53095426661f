"""A commit is judged by its own settings of what is published."""

import json
from pathlib import Path
from typing import Any

import pytest

from flux.artifact.folder import SourceEntry
from flux.artifact.layout import Layout
from flux.artifact.prepare import Prepare
from flux.errors import ContentError
from flux.monorepo.commit_artifacts import Sources
from flux.settings import Settings
from tests.commands.invoking import changed, inv, monorepo
from tests.monorepos import opened
from tests.repo import Repo

FILES = {
    "artifacts/app/a.yaml": "a: 1\n",
    "artifacts/app/CHANGELOG.md": "news\n",
    "artifacts/db/d.yaml": "d: 1\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(tmp_path / "repo", FILES)


def configure(repo: Repo, **settings: Any) -> str:
    return repo.commit("settings", files={"invoke.yaml": json.dumps({"flux": settings})})


def layout(repo: Repo, commit: str, **settings: Any) -> Layout:
    with opened(repo, Settings(**settings)) as context:
        return context.layouts.at(commit)


def revision(repo: Repo, commit: str, artifact: str, **settings: Any) -> str:
    with opened(repo, Settings(**settings)) as context:
        return Sources(context, commit).revisions([artifact])[artifact].commit


def move(repo: Repo, old: str, new: str) -> None:
    repo.move(old, new)


def test_a_commit_has_its_own_settings(repo: Repo) -> None:
    first = repo.head
    second = configure(repo, ignore=["*.md"])
    move(repo, "artifacts", "apps")
    third = configure(repo, sources="apps")
    now = {"sources": "apps"}
    assert layout(repo, first, **now) == Layout.under("artifacts")
    assert layout(repo, second, **now) == Layout.under("artifacts", ("*.md",))
    assert layout(repo, third, **now) == Layout.under("apps")


def test_a_commit_from_before_the_file_has_todays_folder_and_all_files(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"apps/app/a.yaml": "a", "artifacts/app/b.yaml": "b"})
    configure(repo, sources="apps", ignore=["*.md"])
    assert layout(repo, first, sources="apps", ignore=("*.md",)) == Layout.under("apps")


def test_a_commit_without_todays_folder_has_that_of_the_first_settings(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"deploy/app/a.yaml": "a"})
    configure(repo, sources="deploy", ignore=["*.md"])
    move(repo, "deploy", "apps")
    last = configure(repo, sources="apps")
    assert layout(repo, first, sources="apps") == Layout.under("deploy")
    assert revision(repo, last, "app", sources="apps") == first


def test_a_commit_from_before_the_adoption_keeps_its_rules(tmp_path: Path) -> None:
    """What settings say since is no rule of an earlier release."""
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"apps/app/a.yaml": "a", "apps/app/x.md": "b"})
    configure(repo, artifacts=["apps/*"])
    third = configure(repo, artifacts=[{"path": "apps/*", "name": "my-{name}", "prepare": "make"}])
    now = {"artifacts": (SourceEntry("apps/*", "my-{name}", prepare=Prepare("make")),)}
    assert layout(repo, first, **now) == Layout((SourceEntry("apps/*"),))
    assert layout(repo, third, **now).artifacts == now["artifacts"]


def test_the_settings_that_first_name_the_start_line_say_what_was_before(tmp_path: Path) -> None:
    """So that a wrong start can be put right."""
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"apps/app/a.yaml": "a"})
    configure(repo, artifacts=[{"path": "apps/*", "exclude": ["a.yaml"]}], adopted=first)
    wrong = repo.head
    configure(repo, artifacts=["apps/*"], adopted=wrong)
    configure(repo, artifacts=[{"path": "apps/*", "name": "my-{name}"}], adopted=wrong)
    now = {"artifacts": (SourceEntry("apps/*", "my-{name}"),)}
    assert layout(repo, first, adopted=wrong, **now) == Layout((SourceEntry("apps/*"),))
    excluded = Layout((SourceEntry("apps/*", exclude=("a.yaml",)),))
    assert layout(repo, first, adopted=first, **now) == layout(repo, first, **now) == excluded


def test_a_start_line_that_is_not_to_be_had_is_asked_for_once(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(repo, Settings(adopted="a" * 40)) as context:
        asked: list[str] = []
        monkeypatch.setattr(context.git, "obtain", asked.append)
        assert [context.layouts.adopted for _ in range(3)] == ["", "", ""]
        assert asked == ["a" * 40]
    with opened(repo, Settings(adopted=repo.head)) as context:
        assert context.layouts.adopted == repo.head


def test_while_an_earlier_system_publishes_nothing_is_ignored(repo: Repo) -> None:
    observed = configure(repo, ignore=["*.md"], mode="observe")
    with opened(repo, Settings(ignore=("*.md",), mode="observe")) as context:
        assert context.layouts.at(observed) == Layout()
    acted = configure(repo, ignore=["*.md"])
    assert layout(repo, observed, ignore=("*.md",)) == Layout()
    assert layout(repo, acted, ignore=("*.md",)) == Layout(ignore=("*.md",))


def test_a_commit_without_todays_folder_has_that_of_no_settings(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"artifacts/app/a.yaml": "a"})
    move(repo, "artifacts", "apps")
    configure(repo, sources="apps")
    assert layout(repo, first, sources="apps") == Layout.under("artifacts")


def test_a_folder_that_moved_before_there_were_settings(tmp_path: Path) -> None:
    """The content is that of before, and so is the revision."""
    repo = Repo(tmp_path / "repo")
    first = repo.commit(files={"artifacts/app/x.yaml": "a: 1\n", "invoke.yaml": "run: {echo: true}\n"})
    move(repo, "artifacts", "deploy")
    moved = repo.commit("moved")
    adopted = configure(repo, sources="deploy")
    for commit in (adopted, moved, first):
        assert revision(repo, commit, "app", sources="deploy") == first
    changed_later = repo.commit(files={"deploy/app/x.yaml": "a: 2\n"})
    assert revision(repo, changed_later, "app", sources="deploy") == changed_later


def test_a_variable_counts_at_every_commit(repo: Repo) -> None:
    first = repo.head
    second = configure(repo, ignore=["*.md"])
    said = {"sources": "elsewhere", "ignore": ("*.md",)}
    assert layout(repo, first, **said) == Layout.under("elsewhere")
    assert layout(repo, second, **said) == Layout.under("elsewhere", ("*.md",))


def test_what_nobody_has_committed_counts_for_nothing(repo: Repo) -> None:
    (repo.path / "invoke.yaml").write_text('{"flux": {"ignore": ["*.md"]}}')
    assert layout(repo, repo.head, ignore=("*.md",)) == Layout()


@pytest.mark.parametrize("broken", ["flux: [", "flux: {sources: ../x}", "[]", "#" * 70_000])
def test_a_broken_file_is_a_fault_of_its_commit_alone(repo: Repo, broken: str) -> None:
    first = repo.head
    bad = repo.commit("bad", files={"invoke.yaml": broken, "artifacts/app/a.yaml": "a: 2\n"})
    good = configure(repo, ignore=["*.md"])
    with pytest.raises(ContentError, match=rf"the settings of {bad[:12]} in invoke\.yaml cannot be read"):
        layout(repo, bad, ignore=("*.md",))
    assert revision(repo, good, "app", ignore=("*.md",)) == good
    assert revision(repo, good, "db", ignore=("*.md",)) == first
    assert changed(repo, since=bad, ignore=("*.md",)).reasons == {"app": ["artifacts/app/CHANGELOG.md"]}
    assert changed(repo, since=first, ignore=("*.md",)).artifacts == ["app"]


def test_a_change_of_ignore_changes_whom_it_concerns(repo: Repo) -> None:
    first = repo.head
    configure(repo, registry="elsewhere")
    second = configure(repo, ignore=["*.md"])
    assert revision(repo, second, "app", ignore=("*.md",)) == second
    assert revision(repo, second, "db", ignore=("*.md",)) == first
    found = changed(repo, since=first, ignore=("*.md",))
    assert found.reasons == {"app": ["artifacts/app/CHANGELOG.md"]}
    third = repo.commit(files={"artifacts/app/CHANGELOG.md": "more"})
    assert revision(repo, third, "app", ignore=("*.md",)) == second
    assert changed(repo, since=second, ignore=("*.md",)).reasons == {}
    fourth = configure(repo)
    assert revision(repo, fourth, "app") == fourth
    assert changed(repo, since=third).reasons == {"app": ["artifacts/app/CHANGELOG.md"]}


def test_a_folder_that_only_the_settings_take_away_is_a_change(repo: Repo) -> None:
    first = repo.commit(files={"artifacts/db/docs/notes.png": "x"})
    second = configure(repo, ignore=["docs/"])
    assert changed(repo, since=first, ignore=("docs/",)).reasons == {"db": ["artifacts/db/docs/"]}
    assert revision(repo, second, "db", ignore=("docs/",)) == second


def test_a_renamed_folder_changes_nothing_by_itself(repo: Repo) -> None:
    first = repo.head
    move(repo, "artifacts", "deploy/apps")
    second = configure(repo, sources="deploy/apps")
    now: dict[str, Any] = {"sources": "deploy/apps"}
    assert changed(repo, since=first, **now).reasons == {}
    assert {revision(repo, second, name, **now) for name in ("app", "db")} == {first}
    move(repo, "deploy/apps/db", "deploy/apps/base")
    third = repo.commit(files={"deploy/apps/app/a.yaml": "a: 2\n"})
    found = changed(repo, since=first, **now)
    assert found.reasons == {"app": ["deploy/apps/app/a.yaml"], "base": ["deploy/apps/base/d.yaml"]}
    assert found.removed == ["db"]
    assert revision(repo, third, "app", **now) == third


def test_settings_that_a_branch_changed_come_with_its_merge(repo: Repo) -> None:
    first = repo.head
    repo.checkout("side", create=True)
    configure(repo, ignore=["*.md"])
    repo.checkout("main")
    repo.commit(files={"README.md": "x"})
    merge = repo.merge("side")
    assert revision(repo, merge, "app", ignore=("*.md",)) == merge
    assert revision(repo, merge, "db", ignore=("*.md",)) == first


def said(ran: Any) -> dict[str, str]:
    assert ran.code == 0, ran.said
    return {result["artifact"]: result["action"] for result in ran.document["artifacts"]}


def test_published_versions_stay_what_they_were(repo: Repo) -> None:
    """Through `build`, `publish`, `list` and `release`, as people run them."""
    repo.bare_origin()
    repo.git("tag", "flux-oci-app-v1.0.0")
    repo.git("push", "--quiet", "origin", "--tags")
    assert inv(repo, "build").code == 0
    published = inv(repo, "publish", "flux-oci-app-v1.0.0", "--json")
    assert published.code == 0, published.said
    move(repo, "artifacts", "apps")
    configure(repo, sources="apps", ignore=["*.md"])
    repo.push()
    again = inv(repo, "publish", "flux-oci-app-v1.0.0", "--json")
    assert again.code == 0, again.said
    assert again.document == json.loads(
        json.dumps(published.document).replace('"tagged"', '"unchanged"').replace('"pushed"', '"unchanged"')
    )
    listed = inv(repo, "list", "--json").document["artifacts"]
    assert {one["artifact"]: one["commits_since"] for one in listed} == {"app": 1, "db": None}
    assert said(inv(repo, "build", "--json")) == {"app": "pushed", "db": "unchanged"}
    made = inv(repo, "release", "app", "minor", "--dry-run", "--json")
    assert made.code == 0, made.said
    assert made.document["release"]["version"] == "1.1.0"
    refused = inv(repo, "release", "db", "1.0.0", "--dry-run")
    assert refused.code == 0, refused.said
