"""Pull requests, from a branch to their end without a merge."""

from typing import Any

from github.PullRequest import PullRequest
from github.Repository import Repository

from tests.github.server import GitHub
from tests.github.tests.calls import branch, commit, refused, told
from tests.github.tests.pulls import pull as pull
from tests.github.tests.pulls import repo as repo
from tests.repo import Repo


def test_a_pull_request_is_opened(github: GitHub, repo: Repository, monorepo: Repo) -> None:
    sha = branch(repo, "work", {"a": "1\n2\n", "README.md": "new\n"})
    told(github)
    made = repo.create_pull("main", "work", title="Work", body="What I did.")
    assert (made.number, made.state, made.user.login, made.merged) == (1, "open", "bob", False)
    assert (made.head.ref, made.head.sha, made.head.label) == ("work", sha, "octo:work")
    assert (made.base.ref, made.base.sha) == ("main", monorepo.head)
    assert (made.mergeable, made.mergeable_state) == (True, "clean")
    assert (made.commits, made.changed_files, made.additions, made.deletions) == (1, 2, 3, 1)
    assert [each.sha for each in made.get_commits()] == [sha]
    assert [each.filename for each in made.get_files()] == ["README.md", "a"]
    payload = github.events[0].payload
    assert (payload["number"], payload["pull_request"]["head"]["ref"]) == (1, "work")
    assert told(github) == ["pull_request: opened"]
    assert repo.create_issue("numbers are shared").number == 2


def test_pull_requests_are_refused(github: GitHub, repo: Repository, pull: PullRequest) -> None:
    branch(repo, "other", {"b": "1"})
    repo.create_git_ref("refs/heads/same", repo.get_git_ref("heads/main").object.sha)
    for base, head, reason in [
        ("main", "work", "A pull request already exists for octo:work."),
        ("main", "octo:work", "A pull request already exists for octo:work."),
        ("main", "same", "No commits between main and same"),
        ("main", "main", "No commits between main and main"),
        ("work", "main", "No commits between work and main"),
        ("main", "nowhere", '"code": "invalid", "field": "head"'),
        ("main", "alice:other", '"code": "invalid", "field": "head"'),
        ("nowhere", "other", '"code": "invalid", "field": "base"'),
    ]:
        with refused(422, reason):
            repo.create_pull(base, head, title="x")
    with refused(422, "body is too long (maximum is 65536 characters)"):
        repo.create_pull("main", "other", title="x", body="x" * 65_537)
    with refused(422, '"code": "missing_field", "field": "title"'):
        repo.create_pull("main", "other", title="")
    with refused(422, "must be a collaborator"):
        github.repo_as("trudy").create_pull("main", "other", title="x")
    # Into another base is another one.
    assert repo.create_pull("same", "work", title="x").number == 2


def test_histories_without_a_common_start(github: GitHub, repo: Repository, monorepo: Repo) -> None:
    monorepo.git("checkout", "--quiet", "--orphan", "orphan")
    monorepo.commit("nothing in common")
    monorepo.push()
    with refused(422, "no history in common"):
        repo.create_pull("main", "orphan", title="x")


def test_github_actions_may_be_forbidden_to_open_them(github: GitHub, repo: Repository) -> None:
    branch(repo, "work", {"a": "1\n"})
    token = github.actions_token(contents="write", pull_requests="write")
    github.repository("octo/monorepo").actions_may_create_pulls = False
    with refused(403, "GitHub Actions is not permitted to create or approve pull requests."):
        github.repo_with(token).create_pull("main", "work", title="x")
    github.repository("octo/monorepo").actions_may_create_pulls = True
    with refused(403, "Resource not accessible by integration"):
        github.repo_with(github.actions_token(contents="write")).create_pull("main", "work", title="x")
    github.repo_with(token).create_pull("main", "work", title="x")
    event = github.events[-1]
    assert (str(event), event.starts, event.awaits_approval) == ("pull_request: opened", False, True)


def test_pull_requests_are_listed(github: GitHub, repo: Repository) -> None:
    for number in range(1, 5):
        branch(repo, f"b{number}", {f"{number}": "x"})
        repo.create_pull("main", f"b{number}", title=f"{number}")
    repo.get_pull(2).edit(state="closed")
    repo.create_git_ref("refs/heads/next", repo.get_git_ref("heads/main").object.sha)
    repo.create_pull("next", "b1", title="5")

    def numbers(**query: Any) -> list[int]:
        return [each.number for each in repo.get_pulls(**query)]

    assert numbers() == [5, 4, 3, 1]
    assert numbers(state="all") == [5, 4, 3, 2, 1]
    assert numbers(state="closed") == [2]
    assert numbers(direction="asc") == [1, 3, 4, 5]
    assert numbers(sort="updated") == [1, 3, 4, 5]
    assert numbers(head="octo:b3") == [3]
    assert numbers(head="octo:b1") == [5, 1]
    assert numbers(head="octo:b1", base="next") == [5]
    assert numbers(head="octo:nowhere") == []
    assert numbers(head="alice:b3") == []
    # Without an owner it is not a filter.
    assert numbers(head="b3") == [5, 4, 3, 1]


def test_pull_requests_are_edited(github: GitHub, pull: PullRequest) -> None:
    github.repo_as("alice").get_pull(1).edit(title="Better", body="By far.")
    assert github.events[0].payload["changes"] == {"title": {"from": "Work"}, "body": {"from": "What I did."}}
    pull.update()
    assert (pull.title, pull.body) == ("Better", "By far.")
    with refused(403, "Must have admin rights"):
        github.repo_as("mallory").get_pull(1).edit(title="x")
    with refused(422, "body is too long"):
        pull.edit(body="x" * 65_537)
    with refused(404, "Not Found"):
        github.repo_as("alice").get_pull(2)
    github.repo_as("alice").create_issue("no pull request")
    with refused(404, "Not Found"):
        github.repo_as("alice").get_pull(2)


def test_pull_requests_are_closed_and_reopened(
    github: GitHub, repo: Repository, pull: PullRequest, monorepo: Repo
) -> None:
    pull.edit(state="closed")
    assert (pull.state, pull.merged, pull.closed_at is not None) == ("closed", False, True)
    pull.edit(state="open")
    assert told(github) == ["pull_request: closed", "pull_request: reopened"]
    pull.edit(state="closed")
    repo.create_pull("main", "work", title="another")
    with refused(422, "A pull request already exists for octo:work."):
        pull.edit(state="open")
    repo.get_pull(2).edit(state="closed")
    ref = repo.get_git_ref("heads/work")
    ref.edit(commit(repo, {"other": "1"}).sha, force=True)
    with refused(422, "The work branch was force-pushed or recreated."):
        pull.edit(state="open")
    ref.delete()
    with refused(422, "The work branch has been deleted."):
        pull.edit(state="open")
    repo.create_git_ref("refs/heads/work", pull.head.sha)
    pull.edit(state="open")
    assert pull.state == "open"


def test_a_new_commit_on_the_branch(
    github: GitHub, repo: Repository, pull: PullRequest, monorepo: Repo
) -> None:
    sha = commit(repo, {"a": "2\n"}, branch="work").sha
    before = pull.head.sha
    repo.get_git_ref("heads/work").edit(sha)
    assert (pull.update(), pull.head.sha, pull.commits) == (True, sha, 2)
    payload = github.events[1].payload
    assert (payload["before"], payload["after"]) == (before, sha)
    assert told(github) == ["push", "pull_request: synchronize"]
    # What git pushes past the API is seen, and told once somebody is said to have pushed it.
    monorepo.git("fetch", "--quiet", "origin")
    monorepo.checkout("work")
    pushed = monorepo.commit("by git", files={"b": "1"})
    monorepo.push()
    assert [each.head.sha for each in repo.get_pulls()] == [pushed]
    assert repo.get_pull(1).head.sha == pushed
    github.pushed("bob")
    assert told(github) == ["push", "pull_request: synchronize"]


def test_deleting_the_branch_closes_it(github: GitHub, repo: Repository, pull: PullRequest) -> None:
    repo.get_git_ref("heads/work").delete()
    assert told(github) == ["push", "delete", "pull_request: closed"]
    found = repo.get_pull(1)
    assert (found.state, found.merged, found.head.sha) == ("closed", False, pull.head.sha)
