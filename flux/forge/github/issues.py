"""Issues, their labels, and comments on them and on pull requests."""

from collections.abc import Sequence

from github.Issue import Issue as GitHubIssue
from github.IssueComment import IssueComment
from github.Repository import Repository

from flux.forge.forge import Comment, Issue
from flux.forge.github.api import GitHubApi, Part, done, found
from flux.forge.github.fields import given, lf, login_of, state_of
from flux.forge.github.token import ISSUES_WRITE

_GREEN = "0e8a16"
_MOST_NODES = 100  # of one query
_LAST_EDITS = "query Comments($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id lastEditedAt } } }"


class Issues(Part):
    def __init__(self, github: GitHubApi) -> None:
        super().__init__(github)
        self._labels: set[str] = set()

    def issue(self, number: int) -> Issue | None:
        with self._github.asking(f"find issue {number}", ISSUES_WRITE) as repository:
            issue = found(lambda: repository.get_issue(number).complete())
            # GitHub finds an issue that was moved to another repository.
            here = issue and issue.number == number and issue.repository_url == repository.url
            return _issue(issue) if issue and here and not _is_pull_request(issue) else None

    def issues(self, label: str) -> Sequence[Issue]:
        with self._github.asking(f"list issues labelled {label}", ISSUES_WRITE) as repository:
            listed = repository.get_issues(state="all", labels=[label], sort="created", direction="asc")
            return [_issue(issue) for issue in listed if not _is_pull_request(issue)]

    def create_issue(self, title: str, body: str, label: str, assignee: str | None) -> Issue:
        with self._github.asking("open an issue", ISSUES_WRITE) as repository:
            self._need_label(repository, label)
            assignees = [assignee] if assignee and repository.has_in_assignees(assignee) else []
            return _issue(repository.create_issue(title, body, labels=[label], assignees=assignees))

    def edit_issue(self, number: int, *, body: str | None = None, open: bool | None = None) -> None:
        with self._github.asking(f"edit issue {number}", ISSUES_WRITE) as repository:
            repository.get_issue(number).edit(body=given(body), state=state_of(open))

    def first_title(self, number: int) -> str:
        with self._github.asking(f"say how issue {number} was called", ISSUES_WRITE) as repository:
            issue = repository.get_issue(number)
            renamed = (event.rename for event in issue.get_events() if event.event == "renamed")
            first = next(renamed, None)
            return str(first["from"]) if first else issue.title

    def comments(self, number: int, exact: bool = False) -> Sequence[Comment]:
        with self._github.asking(f"list comments on {number}", ISSUES_WRITE) as repository:
            told = list(repository.get_issue(number).get_comments())
            edited = _edited(repository, told) if exact else set()
            return [_comment(comment, comment.id in edited) for comment in told]

    def create_comment(self, number: int, body: str) -> Comment:
        with self._github.asking(f"comment on {number}", ISSUES_WRITE) as repository:
            return _comment(repository.get_issue(number).create_comment(body))

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        with self._github.asking(f"edit comment {comment} on {number}", ISSUES_WRITE) as repository:
            repository.get_issue(number).get_comment(comment).edit(body)

    def _need_label(self, repository: Repository, label: str) -> None:
        if label in self._labels:
            return
        if found(lambda: repository.get_label(label).complete()) is None:
            done(lambda: repository.create_label(label, _GREEN), "already_exists")
        self._labels.add(label)


def _issue(issue: GitHubIssue) -> Issue:
    return Issue(
        number=issue.number,
        title=issue.title,
        body=lf(issue.body),
        author=login_of(issue.user),
        open=issue.state == "open",
        labels=tuple(label.name for label in issue.labels),
        url=issue.html_url,
        updated=issue.updated_at.timestamp(),
    )


def _is_pull_request(issue: GitHubIssue) -> bool:
    """Whether the URL is a pull request's. For `pull_request`, PyGithub would request each issue again."""
    return issue.html_url.split("/")[-2] == "pull"


def _edited(repository: Repository, comments: Sequence[IssueComment]) -> set[int]:
    """Return the comments that somebody has edited, or deleted meanwhile. REST does not tell of an edit in
    the first second: its times are in seconds."""
    nodes = {comment.raw_data["node_id"]: comment.id for comment in comments}
    unedited: set[str] = set()
    ids = list(nodes)
    for at in range(0, len(ids), _MOST_NODES):
        asked = {"ids": ids[at : at + _MOST_NODES]}
        _, told = repository.requester.graphql_query(_LAST_EDITS, asked)
        found = (node for node in told["data"]["nodes"] if node)
        unedited |= {node["id"] for node in found if node["lastEditedAt"] is None}
    return {comment for node, comment in nodes.items() if node not in unedited}


def _comment(comment: IssueComment, edited: bool = False) -> Comment:
    edited = edited or comment.updated_at != comment.created_at
    created = comment.created_at.timestamp() if comment.created_at else None
    return Comment(comment.id, lf(comment.body), login_of(comment.user), edited, created)
