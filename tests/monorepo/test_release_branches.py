"""Which commits may be released: those of a branch's first-parent line, and those that were on it."""

from pathlib import Path

import pytest

from flux.errors import RequestError, UnvouchedError
from flux.monorepo.release_branches import (
    find_line,
    find_released_line,
    maintenance,
    matches,
    off_lines,
    require_on_line,
    require_released_on_line,
)
from flux.monorepo.releases import name_stray, tell_apart
from flux.monorepo.vouching import Vouching
from flux.settings import Settings
from tests.commands.invoking import build, inv, monorepo
from tests.commands.releasing import digests, plan, publish, release
from tests.monorepos import opened
from tests.repo import Repo

BRANCHES = ("main", "release/*")
FILE = "artifacts/app/x.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Version 1.4.2 and its maintenance branch, and 2.0.0 on main."""
    repo = monorepo(tmp_path / "repo", {FILE: "v: 1\n"})
    release(repo, "app", "1.4.2")
    repo.branch("release/1.4")
    repo.commit(files={FILE: "v: 2\n"})
    release(repo, "app", "2.0.0")
    return repo


def hotfix(repo: Repo, content: str = "v: 1.1\n") -> str:
    repo.checkout("release/1.4")
    return repo.commit("fix: it", files={FILE: content})


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (("release/*",), "release/1.4", True),
        (("release/*",), "release/1.4/x", False),
        (("release/**",), "release/1.4/x", True),
        (("v*.x",), "v1.x", True),
        (("v*.x",), "v1yx", False),
        (("main",), "maintain", False),
        ((), "main", False),
    ],
)
def test_patterns(patterns: tuple[str, ...], name: str, expected: bool) -> None:
    assert matches(patterns, name) is expected


def test_a_maintenance_branch_that_is_deleted(repo: Repo) -> None:
    """Nothing vouches for its releases until it is back, and the advice is to push it again."""
    hotfix(repo)
    planned, *_ = release(repo, "app", "patch", branches=BRANCHES)
    repo.checkout("main")
    repo.git("branch", "-D", "release/1.4")
    with opened(repo, Settings(branches=BRANCHES)) as context:
        with pytest.raises(UnvouchedError) as unvouched:
            Vouching(context).release_commit("app", "1.4.3")
        with pytest.raises(RequestError) as refused:
            require_released_on_line(context, planned.commit, planned.tag, "app")
        _, stray = tell_apart(context, ["app"])
        (fix,) = name_stray(context, stray).values()
    for hint in (unvouched.value.hint, refused.value.hint, fix):
        assert hint.endswith(", or push its maintenance branch again if that was deleted")
    repo.branch("release/1.4", planned.tag)
    with opened(repo, Settings(branches=BRANCHES)) as context:
        assert Vouching(context).release_commit("app", "1.4.3") == planned.commit


def test_a_tag_that_lies_of_its_type_is_a_fault_of_its_own(repo: Repo) -> None:
    """Git does not peel it. What fetches tags checks them, but for who switched that off."""
    lie = f"object {repo.head}\ntype tree\ntag x\n\nA lie.\n"
    (repo.path / "lie").write_text(lie)
    oid = repo.git("hash-object", "-w", "-t", "tag", "--literally", "lie")
    repo.git("update-ref", "refs/tags/flux-oci-app-v3.0.0", oid)
    with opened(repo) as context:
        found, stray = tell_apart(context, ["app"])
    assert [str(one.version) for one in found] == ["1.4.2", "2.0.0"]
    assert [str(one.version) for one in stray] == ["3.0.0"]


def test_a_hotfix_is_released_from_its_line(repo: Repo) -> None:
    fix = hotfix(repo)
    with pytest.raises(RequestError, match="which is not on main"):
        plan(repo, "app", "patch")
    planned, _, _ = release(repo, "app", "patch", branches=BRANCHES)
    assert (str(planned.version), planned.line, planned.commit) == ("1.4.3", "release/1.4", fix)
    assert "flux-oci-app-v1.4.2" in planned.notes or "it" in planned.notes
    again = plan(repo, "app", "patch", branches=BRANCHES)
    assert (str(again.version), again.release is not None) == ("1.4.3", True)


def test_its_line_is_named(repo: Repo) -> None:
    fix = hotfix(repo)
    variables = {"INVOKE_FLUX_BRANCHES": "main,release/*"}
    said = inv(repo, "release", "app", "patch", env=variables)
    assert said.code == 0, said.said
    assert f"released at {fix[:12]} on release/1.4" in said.said.replace("\n", " ")


def test_a_version_of_a_maintenance_line_stays_below_the_next_elsewhere(repo: Repo) -> None:
    hotfix(repo)
    for wanted in ("2.0.1", "3.0.0"):
        with pytest.raises(RequestError, match=rf"{wanted} on release/1\.4 would pass 2\.0\.0"):
            plan(repo, "app", wanted, branches=BRANCHES)
    with pytest.raises(RequestError, match=r"2\.0\.0 is released already"):
        plan(repo, "app", "major", branches=BRANCHES)
    assert str(plan(repo, "app", "minor", branches=BRANCHES).version) == "1.5.0"
    repo.tag("flux-oci-app-v1.4.3", "main")
    with pytest.raises(RequestError, match=r"would pass 1\.4\.3") as raised:
        plan(repo, "app", "1.4.4", branches=BRANCHES)
    assert raised.value.hint == "no version is between 1.4.2 and 1.4.3: release from where 1.4.3 is"


def test_publishing_and_promoting_ask_for_a_configured_line(repo: Repo, tmp_path: Path) -> None:
    hotfix(repo)
    images = str(tmp_path / "images")
    tag = "flux-oci-app-v1.4.3"
    release(repo, "app", "patch", branches=BRANCHES)
    with pytest.raises(RequestError, match="is not on main"):
        publish(repo, tag, registry=images)
    assert publish(repo, tag, registry=images, branches=BRANCHES).result
    for branches, is_fine in ((BRANCHES, True), ((), False)):
        with opened(repo, Settings(branches=branches, registry=images)) as context:
            fault = Vouching(context).promotion_fault("app", "1.4.3")
            assert (fault is None) is is_fine, fault
    repo.checkout("main")
    build(repo, registry=images, branches=BRANCHES)
    there = digests(images, "app")["app"]
    latest = there["latest"]
    repo.checkout("release/1.4")
    build(repo, registry=images, branches=BRANCHES)
    assert digests(images, "app")["app"]["latest"] == latest != there["1.4.3"]


def test_lines_are_those_of_origin(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    fix = hotfix(repo)
    with opened(repo, Settings(branches=BRANCHES)) as context:
        assert find_line(context, fix) is None
    repo.push("origin", "release/1.4")
    clone = origin.clone(tmp_path / "clone", "--single-branch")
    with opened(clone, Settings(branches=BRANCHES)) as context:
        assert maintenance(context) == {"release/1.4": fix}
        assert find_line(context, fix) == "release/1.4"
    with opened(clone, Settings()) as context:
        assert maintenance(context) == {}
        assert find_line(context, fix) is None


def flipped(repo: Repo, merge: str = "merge") -> tuple[str, str]:
    """The release's commit after somebody with a commit of their own has pulled, and the new tip."""
    base = repo.head
    released = repo.commit(files={FILE: "v: 3\n"})
    release(repo, "app", "3.0.0")
    repo.commit(files={FILE: "v: 4\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("reset", "--quiet", "--hard", base)
    repo.commit(files={"README.md": "mine"})
    repo.git("merge", "--quiet", "--no-edit", *([] if merge == "merge" else ["-m", merge]), "origin/main")
    return released, repo.head


def test_a_release_stays_valid_where_the_line_flips(repo: Repo, tmp_path: Path) -> None:
    released, tip = flipped(repo)
    assert released not in repo.git("rev-list", "--first-parent", tip).split()
    images = str(tmp_path / "images")
    with opened(repo) as context:
        assert find_line(context, released) is None
        assert find_released_line(context, released, "app") == "main"
    assert publish(repo, "flux-oci-app-v3.0.0", registry=images).result
    with opened(repo, Settings(registry=images)) as context:
        assert Vouching(context).promotion_fault("app", "3.0.0") is None


def test_the_branch_that_flips_the_line_was_another(repo: Repo) -> None:
    """Who merges main into a branch, and pushes the branch as main, leaves git's subject of that."""
    released, _ = flipped(repo, "Merge remote-tracking branch 'origin/main' into feature")
    with opened(repo) as context:
        assert find_released_line(context, released, "app") == "main"


def test_twice_flipped(repo: Repo) -> None:
    released, _ = flipped(repo)
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("reset", "--quiet", "--hard", "HEAD^")
    repo.commit(files={"README.md": "mine again"})
    repo.git("merge", "--quiet", "--no-edit", "origin/main")
    with opened(repo) as context:
        assert find_released_line(context, released, "app") == "main"


def test_a_commit_of_another_branch_was_never_on_the_line(repo: Repo) -> None:
    released, tip = flipped(repo, "Merge branch 'topic'")
    with opened(repo) as context:
        assert find_released_line(context, released, "app") is None
        with pytest.raises(RequestError) as refused:
            require_on_line(context, released, "it")
    assert refused.value.hint == f"release {tip[:12]}, which is on the first-parent line of main"


def pulled_in(repo: Repo, subject: str, own: str = "README.md") -> tuple[str, str]:
    """A release's commit, which a merge of that subject has put beside the line; the artifact stays as it
    was released, unless `own` is its file."""
    base = repo.head
    released = repo.commit(files={FILE: "v: 3\n"})
    repo.tag("flux-oci-app-v3.0.0")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("reset", "--quiet", "--hard", base)
    repo.commit(files={own: "mine\n"})
    repo.git("merge", "--quiet", "-Xours", "-m", subject, "origin/main")
    return released, repo.head


@pytest.mark.parametrize("subject", ["Bring it together", "Merged main, at last", "Merge main"])
def test_where_a_merge_does_not_say_it_the_content_does(repo: Repo, tmp_path: Path, subject: str) -> None:
    released, tip = pulled_in(repo, subject)
    assert released not in repo.git("rev-list", "--first-parent", tip).split()
    with opened(repo) as context:
        assert find_released_line(context, released, "app") == "main"
        assert find_released_line(context, released, "other") is None
        assert off_lines(context, [("app", released), ("other", released)]) == {("other", released)}
    images = str(tmp_path / "images")
    assert publish(repo, "flux-oci-app-v3.0.0", registry=images).result
    with opened(repo, Settings(registry=images)) as context:
        assert Vouching(context).promotion_fault("app", "3.0.0") is None


def test_content_that_came_to_the_line_later(repo: Repo) -> None:
    released, _ = pulled_in(repo, "Bring it together", own=FILE)
    with opened(repo) as context:
        assert find_released_line(context, released, "app") is None
        assert off_lines(context, [("app", released)]) == {("app", released)}
    repo.commit(files={FILE: "v: 3\n"})
    with opened(repo) as context:
        assert find_released_line(context, released, "app") == "main"


def test_a_branch_that_a_merge_names_was_never_the_line(repo: Repo) -> None:
    released, tip = pulled_in(repo, "Merge branch 'topic'")
    with opened(repo) as context:
        assert find_released_line(context, released, "app") is None
        with pytest.raises(RequestError) as refused:
            require_released_on_line(context, released, "it", "app")
    assert refused.value.hint == f"release {tip[:12]}, which is on the first-parent line of main"


def test_what_is_off_all_lines(repo: Repo) -> None:
    fix = hotfix(repo)
    repo.checkout("side", create=True)
    stray = repo.commit(files={FILE: "v: 9\n"})
    repo.checkout("main")
    made = [("app", stray), ("app", fix), ("app", repo.head), ("app", "1" * 40)]
    with opened(repo, Settings(branches=BRANCHES)) as context:
        assert off_lines(context, made) == {("app", stray), ("app", "1" * 40)}
    with opened(repo) as context:
        assert off_lines(context, made) == {("app", stray), ("app", fix), ("app", "1" * 40)}
        assert off_lines(context, []) == set()
