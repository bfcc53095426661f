"""What merging a pull request does, and leaves behind."""

from github.PullRequest import PullRequest
from github.Repository import Repository

from tests.github import faults
from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, branch, call, commit, refused, told
from tests.github.tests.pulls import pull as pull
from tests.github.tests.pulls import repo as repo
from tests.repo import Repo


def test_merging_makes_a_merge_commit(
    github: GitHub, repo: Repository, pull: PullRequest, monorepo: Repo
) -> None:
    old = monorepo.head
    merged = github.repo_as("alice").get_pull(1).merge()
    assert (merged.merged, merged.message) == (True, "Pull Request successfully merged")
    monorepo.git("pull", "--quiet", "origin", "main")
    assert monorepo.head == merged.sha
    assert monorepo.git("log", "-1", "--format=%P") == f"{old} {pull.head.sha}"
    assert monorepo.git("log", "-1", "--format=%B").rstrip() == "Merge pull request #1 from octo/work\n\nWork"
    assert monorepo.git("log", "-1", "--format=%an %cn") == "alice GitHub"
    assert (monorepo.path / "a").read_text() == "1\n"
    found = repo.get_pull(1)
    assert (found.state, found.merged, found.merged_by.login) == ("closed", True, "alice")
    assert (found.merge_commit_sha, found.mergeable_state, found.commits) == (merged.sha, "unknown", 1)
    assert found.is_merged()
    push, closed = (event.payload for event in github.events)
    assert (push["ref"], push["after"], len(push["commits"])) == ("refs/heads/main", merged.sha, 2)
    assert closed["pull_request"]["merged"] is True
    assert told(github) == ["push", "pull_request: closed"]
    # The branch stays.
    assert repo.get_branch("work").commit.sha == pull.head.sha


def test_squashing(repo: Repository, pull: PullRequest, monorepo: Repo) -> None:
    repo.get_git_ref("heads/work").edit(commit(repo, {"b": "1"}, "second", branch="work").sha)
    merged = pull.merge(merge_method="squash", sha=repo.get_branch("work").commit.sha)
    old = monorepo.head
    monorepo.git("pull", "--quiet", "origin", "main")
    assert monorepo.git("log", "-1", "--format=%P", merged.sha) == old
    assert monorepo.git("log", "-1", "--format=%B").rstrip() == "Work (#1)\n\n* change\n\n* second"
    assert repo.get_pull(1).merged
    assert repo.get_pull(1).merge_commit_sha == merged.sha


def test_who_squashes_types_what_the_author_is_to_have_said(
    github: GitHub, repo: Repository, pull: PullRequest
) -> None:
    as_alice = github.repo_as("alice")
    merged = as_alice.get_pull(1).merge("Anything", "Mine", merge_method="squash")
    made = repo.get_commit(merged.sha)
    assert (made.author.login, made.commit.committer.name) == ("bob", "GitHub")
    assert made.commit.message == "Mine\n\nAnything"
    assert made.commit.verification.verified
    assert [each.number for each in made.get_pulls()] == [1]


def test_the_pull_requests_of_a_commit(repo: Repository, pull: PullRequest) -> None:
    head = repo.get_commit(pull.head.sha)
    assert [each.number for each in head.get_pulls()] == [1]
    assert [*repo.get_commit("main").get_pulls()] == []
    merge = pull.merge()
    assert [each.number for each in repo.get_commit(merge.sha).get_pulls()] == [1]
    assert [each.number for each in head.get_pulls()] == [1]


def test_merging_is_refused(github: GitHub, repo: Repository, pull: PullRequest) -> None:
    assert not pull.is_merged()
    with refused(409, "Head branch was modified. Review and try the merge again."):
        pull.merge(sha="f" * 40)
    with refused(403, "Must have admin rights"):
        github.repo_as("trudy").get_pull(1).merge()
    with refused(403, "Resource not accessible by integration"):
        github.repo_with(github.actions_token(pull_requests="write")).get_pull(1).merge()
    github.fail_next(faults.BASE_MODIFIED, only="PUT */merge")
    with refused(405, "Base branch was modified. Review and try the merge again."):
        pull.merge()
    pull.merge(sha=pull.head.sha, commit_title="Mine", commit_message="")
    assert repo.get_commit("main").commit.message == "Mine"
    with refused(405, "Pull Request is not mergeable"):
        pull.merge()
    with refused(422, "the pull request is already merged"):
        pull.edit(state="open")
    branch(repo, "draft", {"b": "1"})
    with refused(405, "Pull Request is still a draft"):
        repo.create_pull("main", "draft", title="draft", draft=True).merge()
    assert github.failures == []


def test_a_push_that_is_faster(github: GitHub, repo: Repository, pull: PullRequest, monorepo: Repo) -> None:
    """A lock is what git leaves where it is about to move a branch."""
    bare = github.repository("octo/monorepo").git.path
    (bare / "refs/heads/main.lock").touch()
    (bare / "refs/heads/work.lock").touch()
    with refused(405, "Base branch was modified. Review and try the merge again."):
        pull.merge()
    with refused(409, "Base branch was modified"):
        repo.merge("main", "work")
    with refused(409, "a does not match"):
        repo.create_file("a", "add", "x")
    with refused(422, "Reference update failed"):
        repo.get_git_ref("heads/work").delete()
    assert (told(github), repo.get_pull(1).state) == ([], "open")


def test_conflicts(github: GitHub, repo: Repository, pull: PullRequest) -> None:
    branch(repo, "other", {"a": "2\n"})
    other = repo.create_pull("main", "other", title="Other")
    assert other.mergeable
    pull.merge()
    other.update()
    assert (other.mergeable, other.mergeable_state) == (False, "dirty")
    with refused(405, "Pull Request is not mergeable"):
        other.merge()


def test_rebasing_is_not_modelled(github: GitHub, pull: PullRequest) -> None:
    with refused(501, "the merge method rebase is not modelled"):
        pull.merge(merge_method="rebase")
    github.failures.clear()
    answer = call(github, "PATCH", f"{OCTO}/issues/1", github.token("bob"), {"state": "closed"})
    assert answer.status == 501
    github.failures.clear()


def test_what_lands_by_a_push_is_merged(
    github: GitHub, repo: Repository, pull: PullRequest, monorepo: Repo
) -> None:
    monorepo.git("fetch", "--quiet", "origin")
    monorepo.merge("origin/work")
    monorepo.push("origin", "main")
    github.pushed("alice")
    found = repo.get_pull(1)
    assert (found.merged, found.merged_by.login, found.merge_commit_sha) == (True, "alice", monorepo.head)


def test_merging_closes_the_issues_it_names(github: GitHub, repo: Repository, pull: PullRequest) -> None:
    for title in ("named", "mentioned", "in a commit"):
        repo.create_issue(title)
    pull.edit(body="Closes #2, and has to do with #3.")
    repo.get_git_ref("heads/work").edit(commit(repo, {"b": "1"}, "fix: it\n\nfixes #4", branch="work").sha)
    assert repo.get_issue(4).state == "open"
    told(github)
    repo.get_pull(1).merge()
    assert [repo.get_issue(number).state for number in (2, 3, 4)] == ["closed", "open", "closed"]
    assert told(github) == ["push", "pull_request: closed", "issues: closed", "issues: closed"]


def test_a_merge_with_a_token_of_actions_starts_nothing(
    github: GitHub, repo: Repository, pull: PullRequest
) -> None:
    github.repo_with(github.actions_token(contents="write")).get_pull(1).merge()
    assert [(str(event), event.starts, event.awaits_approval) for event in github.events] == [
        ("push", False, False),
        ("pull_request: closed", False, False),
    ]
