"""GitHub as a forge: github.com or GitHub Enterprise Server, through its REST API.

https://docs.github.com/rest
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import quote

from github import InputGitTreeElement
from github.GithubException import GithubException
from github.GithubObject import NotSet, Opt
from github.GitRef import GitRef
from github.GitRelease import GitRelease
from github.Issue import Issue as GitHubIssue
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequest import PullRequest as GitHubPullRequest
from github.Repository import Repository

from flux.errors import ForgeError
from flux.forge.forge import Comment, Issue, Protection, PullRequest, PullState, Release
from flux.forge.github.connection import Connection, done, found
from flux.forge.github.protection import find_protection, find_told

_CONTENTS = "contents: write"
_ISSUES = "issues: write"
_PULL_REQUESTS = "pull-requests: write"
_ACTIONS = "actions: write"
_ATTESTATIONS = "attestations: read"
_METADATA = "metadata: read"

_FILE = "100644"
_GREEN = "0e8a16"


class GitHubForge:
    """The repository `owner/name`. `patience` is the longest pause in seconds that a rate limit may cause."""

    tells_edits = True

    def __init__(self, api_url: str, repository: str, token: str, patience: float = 60) -> None:
        self._github = Connection(api_url, repository, token, patience)
        self._labels: set[str] = set()

    # Who

    def login(self) -> str | None:
        return self._github.login()

    def permission(self, login: str) -> str:
        with self._github.asking(f"say what {login} may do", _METADATA) as repository:
            try:
                return repository.get_collaborator_permission(login)
            except GithubException as error:
                # The answer for a name that no person has, such as an App's.
                if error.status == 404 and (error.message or "").endswith(" is not a user"):
                    return "none"
                # Only who may push is told of others; of oneself that says enough.
                if error.status == 403 and "push access" in (error.message or "") and login == self.login():
                    return "read"
                raise

    def lacks(self) -> Sequence[str] | None:
        with self._github.asking("say what this token may do", _METADATA) as repository:
            may, private = repository.raw_data.get("permissions") or {}, repository.private
        if self.login() is None:
            return None  # the role of an App is not what its token may
        scopes = self._github.scopes
        if scopes is not None and not scopes & ({"repo"} if private else {"repo", "public_repo"}):
            return ["the scope `repo`"]
        if not may.get("push"):
            return ["write access to the repository"]
        return None if scopes is None else []

    def has_account(self, login: str) -> bool:
        return self._github.has_account(login)

    # Releases

    def release(self, tag: str) -> Release | None:
        with self._github.asking(f"find release {tag}", _CONTENTS) as repository:
            release = found(lambda: repository.get_release(tag).complete())
            commit = _tagged(repository, tag) if release else None
            return _release(release, commit) if release and commit else None

    def releases(self) -> Sequence[Release]:
        with self._github.asking("list releases", _CONTENTS) as repository:
            published = [release for release in repository.get_releases() if not release.draft]
            # GitHub's order is that of the commits.
            published.sort(key=lambda release: (release.published_at, release.id), reverse=True)
            # A release only says what its tag was to be made from.
            tags = _matching(repository, "tags/") if published else {}
            return [
                _release(release, _peeled(repository, tags[release.tag_name]))
                for release in published
                if release.tag_name in tags
            ]

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        with self._github.asking(f"create release {tag}", _CONTENTS) as repository:
            # GitHub makes the tag, or takes the one there is wherever that points.
            before = _tagged(repository, tag)
            if before is not None and before != commit:
                raise _elsewhere(tag, before, commit)
            created = repository.create_git_release(
                tag, title, body, prerelease=prerelease, target_commitish=commit, make_latest="false"
            )
            after = before or _tagged(repository, tag) or commit
            if after != commit:
                raise _elsewhere(tag, after, commit)
            return _release(created, commit)

    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        with self._github.asking(f"start workflow {workflow} at {ref}", _ACTIONS) as repository:
            # PyGithub's own method does not say why not, and asks for the workflow first.
            url = f"{repository.url}/actions/workflows/{quote(workflow, safe='')}/dispatches"
            body = {"ref": ref, "inputs": dict(inputs)}
            start = partial(repository.requester.requestJsonAndCheck, "POST", url, input=body)
            return found(start) is not None

    # Images

    def is_attested(self, digest: str) -> bool:
        with self._github.asking(f"say whether {digest} is attested", _ATTESTATIONS) as repository:
            url = f"{repository.url}/attestations/{digest}"
            parameters = {"predicate_type": "provenance", "per_page": 1}
            ask = partial(repository.requester.requestJsonAndCheck, "GET", url, parameters=parameters)
            told = found(ask)
            return told is not None and bool(told[1]["attestations"])

    # Issues

    def issue(self, number: int) -> Issue | None:
        with self._github.asking(f"find issue {number}", _ISSUES) as repository:
            issue = found(lambda: repository.get_issue(number).complete())
            # One that was moved to another repository is found there.
            here = issue and issue.number == number and issue.repository_url == repository.url
            return _issue(issue) if issue and here and not _is_pull_request(issue) else None

    def issues(self, label: str) -> Sequence[Issue]:
        with self._github.asking(f"list issues labelled {label}", _ISSUES) as repository:
            listed = repository.get_issues(state="all", labels=[label], sort="created", direction="asc")
            return [_issue(issue) for issue in listed if not _is_pull_request(issue)]

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        with self._github.asking("open an issue", _ISSUES) as repository:
            self._need_label(repository, label)
            assignees = [assignee] if assignee and repository.has_in_assignees(assignee) else []
            return _issue(repository.create_issue(title, body, labels=[label], assignees=assignees))

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None:
        with self._github.asking(f"edit issue {number}", _ISSUES) as repository:
            repository.get_issue(number).edit(body=_given(body), state=_state(open))

    def comments(self, number: int) -> Sequence[Comment]:
        with self._github.asking(f"list comments on {number}", _ISSUES) as repository:
            return [_comment(comment) for comment in repository.get_issue(number).get_comments()]

    def create_comment(self, number: int, body: str) -> Comment:
        with self._github.asking(f"comment on {number}", _ISSUES) as repository:
            return _comment(repository.get_issue(number).create_comment(body))

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        with self._github.asking(f"edit comment {comment} on {number}", _ISSUES) as repository:
            repository.get_issue(number).get_comment(comment).edit(body)

    def _need_label(self, repository: Repository, label: str) -> None:
        if label in self._labels:
            return
        if found(lambda: repository.get_label(label).complete()) is None:
            done(lambda: repository.create_label(label, _GREEN), "already_exists")
        self._labels.add(label)

    # Pull requests

    def pull_request(self, number: int) -> PullRequest | None:
        with self._github.asking(f"find pull request {number}", _PULL_REQUESTS) as repository:
            pull = found(lambda: repository.get_pull(number).complete())
            return _pull_request(pull) if pull and _is_from(repository, pull) else None

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        asked = "all" if state is None else "open" if state is PullState.OPEN else "closed"
        with self._github.asking("list pull requests", _PULL_REQUESTS) as repository:
            # Without the owner GitHub ignores the filter.
            head = NotSet if branch is None else f"{repository.owner.login}:{branch}"
            listed = repository.get_pulls(state=asked, sort="created", direction="asc", head=head)
            ours = [_pull_request(pull) for pull in listed if _is_from(repository, pull)]
        return [pull for pull in ours if state in (None, pull.state)]

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        with self._github.asking(f"open a pull request from {branch}", _PULL_REQUESTS) as repository:
            return _pull_request(repository.create_pull(base, branch, title=title, body=body))

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None:
        with self._github.asking(f"edit pull request {number}", _PULL_REQUESTS) as repository:
            pull = repository.get_pull(number)
            pull.edit(title=_given(title), body=_given(body), state=_state(open))

    # Branches

    def branch(self, name: str) -> str | None:
        with self._github.asking(f"find branch {name}", _CONTENTS) as repository:
            ref = _ref(repository, f"heads/{name}")
            return ref.object.sha if ref else None

    def branches(self, prefix: str) -> Mapping[str, str]:
        with self._github.asking(f"find branches {prefix}*", _CONTENTS) as repository:
            return {name: sha for name, (_, sha) in _matching(repository, "heads/", prefix).items()}

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        with self._github.asking("commit", _CONTENTS) as repository:
            lineage = [repository.get_git_commit(parent) for parent in parents]
            tree = lineage[0].tree
            if files:
                elements = [
                    InputGitTreeElement(path, _FILE, "blob", sha=_blob(repository, content))
                    for path, content in files.items()
                ]
                tree = repository.create_git_tree(elements, tree)
            # Without an author GitHub signs what its Apps commit.
            return repository.create_git_commit(message, tree, lineage).sha

    def create_branch(self, name: str, commit: str) -> bool:
        with self._github.asking(f"create branch {name}", _CONTENTS) as repository:
            ref = f"refs/heads/{name}"
            return done(lambda: repository.create_git_ref(ref, commit), "reference already exists")

    def advance_branch(self, name: str, commit: str) -> bool:
        with self._github.asking(f"move branch {name}", _CONTENTS) as repository:
            ref = _ref(repository, f"heads/{name}")
            if ref is None:
                return False
            refusals = ("fast forward", "fast-forward", "reference does not exist")
            return done(lambda: ref.edit(commit, force=False), *refusals)

    def delete_branch(self, name: str, at: str) -> bool:
        with self._github.asking(f"delete branch {name}", _CONTENTS) as repository:
            ref = _ref(repository, f"heads/{name}")
            # GitHub has no deletion that compares: what is pushed right now goes too.
            if ref is not None and ref.object.sha != at:
                return False
            if ref is not None:
                done(ref.delete, "reference does not exist")
            return True

    def protection(self, branch: str) -> Protection | None:
        with self._github.asking(f"say how {branch} is protected", _METADATA) as repository:
            return find_protection(repository, branch)

    def workflows_may_propose(self) -> bool | None:
        with self._github.asking("say what workflows may do", "administration: read") as repository:
            told = find_told(repository, "actions/permissions/workflow")
            return told and bool(told["can_approve_pull_request_reviews"])


def _elsewhere(tag: str, at: str, commit: str) -> ForgeError:
    return ForgeError(
        f"tag {tag} is there already, at {at[:12]} rather than {commit[:12]}",
        "release the next version, or delete the tag on GitHub if nobody has it yet",
    )


def _ref(repository: Repository, name: str) -> GitRef | None:
    return found(lambda: repository.get_git_ref(name).complete())


def _tagged(repository: Repository, tag: str) -> str | None:
    """The commit of a tag, whether that is annotated or not."""
    ref = _ref(repository, f"tags/{tag}")
    return _peeled(repository, (ref.object.type, ref.object.sha)) if ref else None


def _matching(repository: Repository, kind: str, prefix: str = "") -> dict[str, tuple[str, str]]:
    """The type and the hash of what each tag or branch points at whose name begins so."""
    # All at once: this list has no pages, which PyGithub would ask for.
    url = f"{repository.url}/git/matching-refs/{kind}{quote(prefix)}"
    _, refs = repository.requester.requestJsonAndCheck("GET", url)
    return {
        ref["ref"].removeprefix(f"refs/{kind}"): (ref["object"]["type"], ref["object"]["sha"]) for ref in refs
    }


def _peeled(repository: Repository, target: tuple[str, str]) -> str:
    """The commit that a tag's target is or leads to."""
    kind, sha = target
    while kind == "tag":
        tagged = repository.get_git_tag(sha).object
        kind, sha = tagged.type, tagged.sha
    return sha


def _blob(repository: Repository, content: bytes) -> str:
    return repository.create_git_blob(b64encode(content).decode(), "base64").sha


def _release(release: GitRelease, commit: str) -> Release:
    return Release(
        tag=release.tag_name,
        commit=commit,
        title=release.name or "",
        body=_lines(release.body),
        prerelease=release.prerelease,
        author=_login(release.author),
        url=release.html_url,
        published=release.published_at.timestamp(),
    )


def _issue(issue: GitHubIssue) -> Issue:
    return Issue(
        number=issue.number,
        title=issue.title,
        body=_lines(issue.body),
        author=_login(issue.user),
        open=issue.state == "open",
        labels=tuple(label.name for label in issue.labels),
        url=issue.html_url,
        updated=issue.updated_at.timestamp(),
    )


def _is_pull_request(issue: GitHubIssue) -> bool:
    """By its URL: an issue has no `pull_request` at all, and PyGithub would ask for each one again."""
    return issue.html_url.split("/")[-2] == "pull"


def _comment(comment: IssueComment) -> Comment:
    return Comment(comment.id, _lines(comment.body), _login(comment.user))


def _is_from(repository: Repository, pull: GitHubPullRequest) -> bool:
    """Whether the branch is this repository's, which a fork's of the same name is not."""
    origin: Repository | None = pull.head.repo
    return origin is not None and origin.id == repository.id


def _pull_request(pull: GitHubPullRequest) -> PullRequest:
    if pull.merged_at is not None:
        state = PullState.MERGED
    else:
        state = PullState.OPEN if pull.state == "open" else PullState.CLOSED
    return PullRequest(
        number=pull.number,
        title=pull.title,
        body=_lines(pull.body),
        branch=pull.head.ref,
        head=pull.head.sha,
        base=pull.base.ref,
        state=state,
        author=_login(pull.user),
        url=pull.html_url,
    )


def _login(user: NamedUser | Organization | None) -> str:
    """GitHub shows an account that was deleted as this one."""
    return user.login if user else "ghost"


def _lines(body: str | None) -> str:
    return (body or "").replace("\r\n", "\n")


def _given(text: str | None) -> Opt[str]:
    return NotSet if text is None else text


def _state(open: bool | None) -> Opt[str]:
    return NotSet if open is None else "open" if open else "closed"
