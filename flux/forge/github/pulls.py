"""Pull requests between branches of the repository itself."""

from collections.abc import Sequence
from dataclasses import replace

from github.GithubObject import NotSet
from github.PullRequest import PullRequest as GitHubPullRequest
from github.Repository import Repository

from flux.forge.forge import PullRequest, PullState, Review
from flux.forge.github.api import Part, found
from flux.forge.github.fields import GHOST, given, lf, login_of, state_of
from flux.forge.github.token import PULL_REQUESTS_WRITE


class PullRequests(Part):
    def pull_request(self, number: int) -> PullRequest | None:
        with self._github.asking(f"find pull request {number}", PULL_REQUESTS_WRITE) as repository:
            pull = found(lambda: repository.get_pull(number).complete())
            if not pull or not _is_from(repository, pull):
                return None
            return replace(_pull_request(pull), merger=login_of(pull.merged_by) if pull.merged_by else "")

    def pull_requests(
        self, state: PullState | None = None, branch: str | None = None
    ) -> Sequence[PullRequest]:
        asked = "all" if state is None else "open" if state is PullState.OPEN else "closed"
        with self._github.asking("list pull requests", PULL_REQUESTS_WRITE) as repository:
            # Without the owner GitHub ignores the filter.
            head = NotSet if branch is None else f"{repository.owner.login}:{branch}"
            listed = repository.get_pulls(state=asked, sort="created", direction="asc", head=head)
            ours = [_pull_request(pull) for pull in listed if _is_from(repository, pull)]
        return [pull for pull in ours if state in (None, pull.state)]

    def create_pull_request(self, title: str, body: str, branch: str, base: str) -> PullRequest:
        with self._github.asking(f"open a pull request from {branch}", PULL_REQUESTS_WRITE) as repository:
            return _pull_request(repository.create_pull(base, branch, title=title, body=body))

    def edit_pull_request(
        self, number: int, *, title: str | None = None, body: str | None = None, open: bool | None = None
    ) -> None:
        with self._github.asking(f"edit pull request {number}", PULL_REQUESTS_WRITE) as repository:
            pull = repository.get_pull(number)
            pull.edit(title=given(title), body=given(body), state=state_of(open))

    def reviews(self, number: int) -> Sequence[Review]:
        with self._github.asking(f"list the reviews of {number}", PULL_REQUESTS_WRITE) as repository:
            listed = repository.get_pull(number).get_reviews()
            return [
                Review(login_of(each.user), each.state == "APPROVED", each.commit_id or "")
                for each in listed
                if each.state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
            ]


def _is_from(repository: Repository, pull: GitHubPullRequest) -> bool:
    """Whether the branch is in this repository, and not in a fork."""
    origin: Repository | None = pull.head.repo
    return origin is not None and origin.id == repository.id


def _switched_on_by(pull: GitHubPullRequest) -> str:
    """Return who turned auto-merge on; empty if it is off."""
    told = pull.auto_merge
    return str((told.get("enabled_by") or {}).get("login") or GHOST) if told else ""


def _pull_request(pull: GitHubPullRequest) -> PullRequest:
    if pull.merged_at is not None:
        state = PullState.MERGED
    else:
        state = PullState.OPEN if pull.state == "open" else PullState.CLOSED
    return PullRequest(
        number=pull.number,
        title=pull.title,
        body=lf(pull.body),
        branch=pull.head.ref,
        head=pull.head.sha,
        base=pull.base.ref,
        state=state,
        author=login_of(pull.user),
        url=pull.html_url,
        merge_commit=(pull.merge_commit_sha or "") if pull.merged_at else "",
        merged=pull.merged_at.timestamp() if pull.merged_at else None,
        auto_merge=_switched_on_by(pull),
    )
