"""What `inv list` shows: the last release, the commits since, changed or not."""

from pathlib import Path
from typing import Any

import pytest

from flux.commands.list import Listing, list_artifacts
from flux.errors import RequestError
from flux.event import Event
from flux.settings import Settings
from tests.commands.invoking import TERMINAL, actions_checkout, break_origin, in_actions, inv, monorepo, push
from tests.commands.invoking import push_payload as payload
from tests.monorepo.changing import FILES, edit
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    return repo


@pytest.fixture
def origin(repo: Repo) -> Repo:
    return Repo(repo.path.with_name("repo.git"), bare=True)


def release(repo: Repo, artifact: str, version: str, at: str = "HEAD", message: str | None = None) -> None:
    tag(repo, f"flux-oci-{artifact}-v{version}", at, message)


def tag(repo: Repo, name: str, at: str = "HEAD", message: str | None = None) -> None:
    """Where releases are: at origin, if there is one."""
    repo.tag(name, at, message=message)
    if repo.git("remote"):
        repo.push("origin", f"refs/tags/{name}")


def listed(repo: Repo, event: Event = TERMINAL, **settings: Any) -> Listing:
    with opened(repo, Settings(**settings), event) as monorepo:
        return list_artifacts(monorepo)


def rows(listing: Listing) -> dict[str, tuple[str | None, int | None, bool | None]]:
    return {row.artifact: (row.release, row.commits_since, row.changed) for row in listing.artifacts}


def test_never_released(repo: Repo) -> None:
    assert rows(listed(repo)) == dict.fromkeys(("app", "db", "web"), (None, None, False))


def test_commits_since_are_those_that_changed_the_artifact(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    release(repo, "db", "0.1.0", message="annotated")
    edit(repo, "app")
    edit(repo, "app", "web")
    repo.commit(files={"README.md": "other"})
    repo.commit(files={"artifacts/app/logo.png": "not published", "artifacts/app/CHANGELOG.md": "ignored"})
    assert rows(listed(repo, ignore=("CHANGELOG.md",))) == {
        "app": ("1.0.0", 2, True),
        "db": ("0.1.0", 0, False),
        "web": (None, None, True),
    }
    release(repo, "app", "1.1.0", "HEAD~2")
    repo.push()
    assert rows(listed(repo, ignore=("CHANGELOG.md",)))["app"] == ("1.1.0", 0, False)


def test_a_merge_is_one_commit(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    repo.checkout("side", create=True)
    edit(repo, "app")
    edit(repo, "app")
    repo.checkout("main")
    repo.commit()
    repo.merge("side")
    assert rows(listed(repo))["app"] == ("1.0.0", 1, True)


def test_a_change_that_was_taken_back_is_two_commits(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    edit(repo, "app")
    repo.commit(files=FILES)
    assert rows(listed(repo))["app"] == ("1.0.0", 2, False)


@pytest.mark.parametrize(
    ("versions", "highest"),
    [
        (["1.9.0", "1.10.0"], "1.10.0"),
        (["1.0.0-rc.1", "1.0.0"], "1.0.0"),
        (["1.0.0", "1.1.0-rc.1"], "1.1.0-rc.1"),
        (["1.0.0-rc.2", "1.0.0-rc.10"], "1.0.0-rc.10"),
        (["2.0.0", "1.0.1"], "2.0.0"),
    ],
)
def test_the_last_release_is_the_highest(repo: Repo, versions: list[str], highest: str) -> None:
    for version in versions:
        release(repo, "app", version)
    assert rows(listed(repo))["app"] == (highest, 0, False)


@pytest.mark.parametrize(
    "named",
    [
        "flux-oci-app-1.0.0",
        "flux-oci-app-v1.0",
        "flux-oci-app-v1.0.0+build",
        "flux-oci-app-v01.0.0",
        "flux-oci-App-v1.0.0",
        "xflux-oci-app-v1.0.0",
        "flux-oci-app-v1.0.0/x",
        "flux-oci-app-v1.0.0-\N{LINE SEPARATOR}",
        "flux-oci-app-v\N{ARABIC-INDIC DIGIT ONE}.0.0",
        "flux-oci-gone-v1.0.0",
        "v1.0.0",
    ],
)
def test_a_tag_that_is_no_release(repo: Repo, named: str) -> None:
    repo.tag(named)
    repo.push("origin", f"refs/tags/{named}")
    assert rows(listed(repo)) == dict.fromkeys(("app", "db", "web"), (None, None, False))


def test_artifacts_whose_names_begin_alike(repo: Repo) -> None:
    repo.commit(files={"artifacts/app-v2/x": "x", "artifacts/app-v1.0.0/x": "x", "artifacts/oci-app/x": "x"})
    repo.push()
    release(repo, "app-v2", "1.0.0")
    release(repo, "oci-app", "3.0.0")
    found = rows(listed(repo))
    assert found["app"][0] is None
    assert found["app-v2"][0] == "1.0.0"
    assert found["oci-app"][0] == "3.0.0"


def test_another_form_of_tags(repo: Repo) -> None:
    tag(repo, "app/1.0.0")
    tag(repo, "flux-oci-db-v1.0.0")
    found = rows(listed(repo, release_tag="{artifact}/{version}"))
    assert found["app"][0] == "1.0.0"
    assert found["db"][0] is None


def test_a_release_that_is_not_behind_this_commit(repo: Repo) -> None:
    repo.checkout("release/1.0", create=True)
    edit(repo, "app")
    repo.push()
    release(repo, "app", "1.0.1")
    repo.checkout("main")
    (repo.path / "invoke.yaml").write_text("flux:\n  branches: [main, release/*]\n")
    assert rows(listed(repo, branches=("main", "release/*")))["app"] == ("1.0.1", None, False)
    ran = inv(repo, "list")
    assert ran.code == 0
    assert "?" in ran.out


def test_a_release_of_something_that_is_no_commit(repo: Repo) -> None:
    release(repo, "app", "1.0.0", "HEAD:artifacts")
    release(repo, "db", "1.0.0", "HEAD:artifacts/db/base.yaml")
    found = listed(repo)
    assert rows(found)["app"] == rows(found)["db"] == (None, None, False)
    (said,) = found.notices
    tree, blob = repo.git("rev-parse", "HEAD:artifacts", "HEAD:artifacts/db/base.yaml").split()
    named = f"flux-oci-db-v1.0.0 ({blob[:12]}), flux-oci-app-v1.0.0 ({tree[:12]})"
    assert said == f"release tags that do not point to a commit, which release nothing: {named}"


def test_a_stray_tag_is_named_and_nothing_more(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    repo.checkout("side", create=True)
    stray = edit(repo, "app")
    release(repo, "app", "9.0.0")
    repo.checkout("main")
    found = listed(repo)
    assert rows(found)["app"] == ("1.0.0", 0, False)
    said = "release tags of commits that are not on main, which release nothing"
    assert found.notices == [f"{said}: flux-oci-app-v9.0.0 ({stray[:12]})"]


def test_a_tag_of_a_tag(repo: Repo) -> None:
    repo.tag("inner", message="x")
    repo.git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "x", "flux-oci-app-v1.0.0", "inner")
    repo.push("origin", "refs/tags/flux-oci-app-v1.0.0")
    edit(repo, "app")
    assert rows(listed(repo))["app"] == ("1.0.0", 1, True)


def test_changed_is_what_changed_says(repo: Repo) -> None:
    start = repo.head
    edit(repo, "app")
    after = edit(repo, "db")
    assert {name for name, row in rows(listed(repo)).items() if row[2]} == {"app", "db"}
    repo.push()
    assert not any(row[2] for row in rows(listed(repo)).values())
    event = push(start, after)
    assert {name for name, row in rows(listed(repo, event)).items() if row[2]} == {"app", "db"}


def test_a_tip_that_nobody_knows(tmp_path: Path) -> None:
    repo = monorepo(tmp_path, FILES)
    release(repo, "app", "1.0.0")
    found = listed(repo, branch="nonesuch")
    assert rows(found)["app"] == ("1.0.0", 0, None)
    assert len(found.notices) == 1
    ran = inv(repo, "list", env={"INVOKE_FLUX_BRANCH": "nonesuch"})
    assert ran.code == 0
    assert "nonesuch" in ran.err


def test_an_origin_that_does_not_answer(repo: Repo) -> None:
    """What this clone has is shown, and that it may not be all."""
    release(repo, "app", "1.0.0")
    edit(repo, "app")
    break_origin(repo)
    found = listed(repo)
    assert rows(found)["app"] == ("1.0.0", 1, True)
    tip, releases = map(str, found.notices)
    assert tip.startswith("the tip of 'main' could not be fetched from origin: ")
    assert releases.startswith("the release tags could not be fetched from origin: ")
    assert releases.endswith("; only the releases of this clone are shown")
    assert inv(repo, "list").code == 0


def test_the_releases_are_those_that_origin_has(repo: Repo, origin: Repo) -> None:
    """As `inv status` and `inv release` see them."""
    repo.tag("flux-oci-db-v9.0.0")
    origin.git("tag", "flux-oci-app-v1.0.0", repo.head)
    found = rows(listed(repo))
    assert found == {"app": ("1.0.0", 0, False), "db": (None, None, False), "web": (None, None, False)}
    assert repo.git("tag") == "flux-oci-db-v9.0.0"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone(repo: Repo, origin: Repo, tmp_path: Path, depth: int) -> None:
    release(repo, "web", "1.0.0")
    edit(repo, "app")
    release(repo, "app", "1.0.0")
    repo.commit()
    edit(repo, "db")
    repo.push()
    repo.push("origin", "--tags")
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    clone.git("fetch", "--quiet", "--depth=1", "--tags", "origin")
    found = rows(listed(clone))
    assert {name: row[0] for name, row in found.items()} == {"app": "1.0.0", "db": None, "web": "1.0.0"}
    # where the clone does not reach to the release it is not told, never told wrongly
    assert found["app"][1] in (0, None)
    assert found["web"][1] in (0, None)


def test_a_shallow_clone_without_its_origin_still_lists(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    """HEAD is the release and the tip: no history is missing for what is asked."""
    edit(repo, "db")
    release(repo, "app", "1.0.0")
    repo.push()
    repo.push("origin", "--tags")
    clone = origin.clone(tmp_path / "clone", "--depth=2")
    clone.git("fetch", "--quiet", "--depth=2", "--tags", "origin")
    break_origin(clone)
    assert rows(listed(clone))["app"] == ("1.0.0", 0, False)


def test_without_artifacts_and_without_commits(tmp_path: Path) -> None:
    empty = Repo(tmp_path / "empty")
    with pytest.raises(RequestError, match="no commit"):
        listed(empty)
    repo = monorepo(tmp_path / "repo", {"README.md": "x"})
    assert listed(repo).artifacts == []
    assert inv(repo, "list", "--json").result == {"artifacts": []}


def test_the_command(repo: Repo, tmp_path: Path) -> None:
    release(repo, "app", "1.0.0")
    edit(repo, "app")
    document = {
        "artifacts": [
            {"artifact": "app", "release": "1.0.0", "commits_since": 1, "changed": True},
            {"artifact": "db", "release": None, "commits_since": None, "changed": False},
            {"artifact": "web", "release": None, "commits_since": None, "changed": False},
        ]
    }
    ran = inv(repo, "list", "--json")
    assert (ran.code, ran.result, ran.err) == (0, document, "")
    table = inv(repo, "list")
    assert table.code == 0
    (row,) = [line.split() for line in table.out.splitlines() if line.split()[:1] == ["app"]]
    assert row == ["app", "1.0.0", "1", "yes"]
    (row,) = [line.split() for line in table.out.splitlines() if line.split()[:1] == ["db"]]
    assert row == ["db", "none"]
    job = in_actions(tmp_path / "job", "push", payload(repo.git("rev-parse", "HEAD~1"), repo.head))
    assert inv(repo, "list", "--json", env=job.env).result == document


def test_ten_thousand_tags_take_no_time(repo: Repo, origin: Repo) -> None:
    head = repo.head
    packed = [f"{head} refs/tags/flux-oci-app-v{n}.0.0" for n in range(5000)]
    packed += [f"{head} refs/tags/other-{n}" for n in range(5000)]
    packed.append(f"{head} refs/heads/main")
    (origin.path / "packed-refs").write_text(
        "# pack-refs with: sorted\n" + "\n".join(sorted(packed, key=lambda line: line.split()[1])) + "\n"
    )
    assert rows(listed(repo))["app"] == ("4999.0.0", 0, False)
