"""Issues, pull requests and releases as GitHub's JSON has them, in answers and in events."""

from functools import cached_property
from typing import Literal
from urllib.parse import quote

from tests.github.peoplebodies import node, stamp
from tests.github.runbodies import RunView
from tests.github.state import (
    Account,
    Comment,
    Issue,
    Label,
    Pull,
    Release,
    Renaming,
    Review,
)
from tests.github.wire import JSON

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


class View(RunView):
    """A repository and all in it as they are now, for a caller who reached the server by these URLs."""

    # Issues and pull requests

    def label(self, label: Label) -> JSON:
        return {
            "id": label.id,
            "node_id": node("LA", label.id),
            "url": f"{self._api}/labels/{quote(label.name)}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
        }

    def issue(self, issue: Issue) -> JSON:
        own = f"{self._api}/issues/{issue.number}"
        body = {
            "url": own,
            "repository_url": self._api,
            "labels_url": f"{own}/labels{{/name}}",
            "comments_url": f"{own}/comments",
            "events_url": f"{own}/events",
            "timeline_url": f"{own}/timeline",
            "html_url": self._page(issue),
            "id": issue.id,
            "node_id": node("I", issue.id),
            "state_reason": issue.reason,
            "comments": len(issue.comments),
            "performed_via_github_app": None,
            "reactions": self._reactions(own),
            **self._written(issue),
        }
        if isinstance(issue, Pull):
            body["draft"] = issue.draft
            body["pull_request"] = {
                "url": f"{self._api}/pulls/{issue.number}",
                "html_url": self._page(issue),
                "diff_url": f"{self._page(issue)}.diff",
                "patch_url": f"{self._page(issue)}.patch",
                "merged_at": stamp(issue.merged) if issue.merged else None,
            }
        return body

    def comment(self, issue: Issue, comment: Comment) -> JSON:
        own = f"{self._api}/issues/comments/{comment.id}"
        return {
            "url": own,
            "html_url": f"{self._page(issue)}#issuecomment-{comment.id}",
            "issue_url": f"{self._api}/issues/{issue.number}",
            "id": comment.id,
            "node_id": node("IC", comment.id),
            "user": self.user(comment.author),
            "created_at": stamp(comment.created),
            "updated_at": stamp(comment.updated),
            "body": comment.body,
            "author_association": self._association(comment.author),
            "performed_via_github_app": None,
            "reactions": self._reactions(own),
        }

    def renaming(self, renaming: Renaming) -> JSON:
        return {
            "id": renaming.id,
            "node_id": node("RTE", renaming.id),
            "url": f"{self._api}/issues/events/{renaming.id}",
            "actor": self.user(renaming.actor),
            "event": "renamed",
            "commit_id": None,
            "commit_url": None,
            "created_at": stamp(renaming.time),
            "rename": {"from": renaming.old, "to": renaming.new},
            "performed_via_github_app": None,
        }

    def pull_in_list(self, pull: Pull) -> JSON:
        own, issue = f"{self._api}/pulls/{pull.number}", f"{self._api}/issues/{pull.number}"
        head = self._head(pull)
        links = {
            "self": own,
            "html": self._page(pull),
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{own}/comments",
            "review_comment": f"{self._api}/pulls/comments{{/number}}",
            "commits": f"{own}/commits",
            "statuses": f"{self._api}/statuses/{head}",
        }
        return {
            "url": own,
            "id": pull.id + 1,
            "node_id": node("PR", pull.id + 1),
            **{f"{name}_url": url for name, url in links.items() if name != "self"},
            "diff_url": f"{self._page(pull)}.diff",
            "patch_url": f"{self._page(pull)}.patch",
            "requested_reviewers": [],
            "requested_teams": [],
            "merged_at": stamp(pull.merged) if pull.merged else None,
            "merge_commit_sha": pull.merge_commit,
            "draft": pull.draft,
            "auto_merge": self._auto_merge(pull),
            "head": self._end(pull.head, head),
            "base": self._end(pull.base, pull.base_sha),
            "_links": {name: {"href": url} for name, url in links.items()},
            **self._written(pull),
        }

    def _auto_merge(self, pull: Pull) -> JSON | None:
        if pull.auto_merge is None:
            return None
        title = {"commit_title": pull.title, "commit_message": ""}
        return {"enabled_by": self.user(pull.auto_merge), "merge_method": "merge", **title}

    def pull(self, pull: Pull) -> JSON:
        git, head = self._repo.git, self._head(pull)
        start = git.merge_base(pull.base_sha, head) or pull.base_sha
        changes = git.changes(start, head)
        mergeable = None
        if not pull.closed and (base := git.branch(pull.base)):
            mergeable = git.merge(base, head) is not None
        return {
            **self.pull_in_list(pull),
            "merged": pull.merged is not None,
            "merged_by": self.user(pull.merged_by) if pull.merged_by else None,
            "mergeable": mergeable,
            "rebaseable": mergeable,
            "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[mergeable],
            "maintainer_can_modify": False,
            "comments": len(pull.comments),
            "review_comments": 0,
            "commits": len(git.history(head, f"^{start}")),
            "additions": sum(change.additions for change in changes),
            "deletions": sum(change.deletions for change in changes),
            "changed_files": len(changes),
        }

    def review(self, pull: Pull, review: Review) -> JSON:
        page = f"{self._page(pull)}#pullrequestreview-{review.id}"
        own = f"{self._api}/pulls/{pull.number}"
        return {
            "id": review.id,
            "node_id": node("PRR", review.id),
            "user": self.user(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": own,
            "_links": {"html": {"href": page}, "pull_request": {"href": own}},
            **({} if review.state == "PENDING" else {"submitted_at": stamp(review.submitted)}),
            "commit_id": review.commit,
            "author_association": self._association(review.author),
        }

    def _head(self, pull: Pull) -> str:
        return pull.head_sha if pull.closed else self._branches.get(f"refs/heads/{pull.head}", pull.head_sha)

    @cached_property
    def _branches(self) -> dict[str, str]:
        return self._repo.git.refs("refs/heads/")

    # Releases

    def release(self, release: Release) -> JSON:
        own = f"{self._api}/releases/{release.id}"
        tag = quote(release.tag)
        return {
            "url": own,
            "assets_url": f"{own}/assets",
            "upload_url": f"{own}/assets{{?name,label}}",
            "html_url": f"{self._html}/releases/tag/{f'untagged-{release.id}' if release.draft else tag}",
            "tarball_url": None if release.draft else f"{self._api}/tarball/{tag}",
            "zipball_url": None if release.draft else f"{self._api}/zipball/{tag}",
            "id": release.id,
            "node_id": node("RE", release.id),
            "author": self.user(release.author),
            "tag_name": release.tag,
            "target_commitish": release.target,
            "name": release.name,
            "body": release.body,
            "draft": release.draft,
            "prerelease": release.prerelease,
            "created_at": stamp(release.created),
            "published_at": stamp(release.published) if release.published else None,
            "assets": [],
        }

    # What several of them have

    def _page(self, issue: Issue) -> str:
        return f"{self._html}/{'pull' if isinstance(issue, Pull) else 'issues'}/{issue.number}"

    def _written(self, issue: Issue) -> JSON:
        return {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "user": self.user(issue.author),
            "state": issue.state,
            "locked": issue.locked,
            "active_lock_reason": None,
            "labels": [self.label(label) for label in issue.labels],
            "assignee": self.user(issue.assignees[0]) if issue.assignees else None,
            "assignees": [self.user(account) for account in issue.assignees],
            "milestone": None,
            "created_at": stamp(issue.created),
            "updated_at": stamp(issue.updated),
            "closed_at": stamp(issue.closed) if issue.closed else None,
            "author_association": self._association(issue.author),
        }

    def _association(self, account: Account) -> Literal["COLLABORATOR", "NONE"]:
        return "COLLABORATOR" if account.login in self._repo.collaborators else "NONE"

    def _reactions(self, of: str) -> JSON:
        return {"url": f"{of}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}

    def _end(self, branch: str, sha: str) -> JSON:
        owner = self._repo.owner
        return {
            "label": f"{owner.login}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": self.user(owner),
            "repo": self.repository(),
        }
