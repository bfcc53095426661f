"""People, issues, pull requests and releases as GitHub's JSON has them, in answers and in events."""

import base64
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal
from urllib.parse import quote

from tests.github.gitdata import NULL
from tests.github.state import (
    Account,
    Activity,
    CheckRun,
    Comment,
    Deployment,
    DeploymentStatus,
    Issue,
    Kind,
    Label,
    Pull,
    Release,
    Renaming,
    Repository,
    Review,
    Role,
    Status,
)
from tests.github.wire import JSON, Urls

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")

# What follows a repository's own URL.
_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
    "url": "",
}

_USER_URLS = {
    "events_url": "/events{/privacy}",
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "organizations_url": "/orgs",
    "received_events_url": "/received_events",
    "repos_url": "/repos",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "url": "",
}


def stamp(date: datetime) -> str:
    return f"{date.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def node(prefix: str, id: object) -> str:
    """The ID that GraphQL would have."""
    return f"{prefix}_{base64.b32encode(str(id).encode()).decode().rstrip('=')}"


def show_user(urls: Urls, account: Account) -> JSON:
    own = f"{urls.api}/users/{quote(account.login)}"
    page = f"apps/{account.login.removesuffix('[bot]')}" if account.kind is Kind.BOT else account.login
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node("U", account.id),
        "avatar_url": f"{urls.html}/u/{account.id}",
        "gravatar_id": "",
        "html_url": f"{urls.html}/{page}",
        "type": str(account.kind),
        "site_admin": False,
        **{name: own + rest for name, rest in _USER_URLS.items()},
    }


class View:
    """A repository and all in it as they are now, for a caller who reached the server by these URLs."""

    def __init__(self, urls: Urls, repo: Repository) -> None:
        self._urls, self._repo = urls, repo
        self._api = f"{urls.api}/repos/{repo.full_name}"
        self._html = f"{urls.html}/{repo.full_name}"

    # Who

    def user(self, account: Account) -> JSON:
        return show_user(self._urls, account)

    def collaborator(self, account: Account, role: Role) -> JSON:
        may = {"pull": Role.READ, "triage": Role.TRIAGE, "push": Role.WRITE}
        may |= {"maintain": Role.MAINTAIN, "admin": Role.ADMIN}
        permissions = {name: role >= needed for name, needed in may.items()}
        return {**self.user(account), "permissions": permissions, "role_name": str(role)}

    def organization(self) -> JSON:
        owner = self._repo.owner
        own = f"{self._urls.api}/orgs/{owner.login}"
        return {
            "login": owner.login,
            "id": owner.id,
            "node_id": node("O", owner.id),
            "url": own,
            "repos_url": f"{own}/repos",
            "events_url": f"{own}/events",
            "hooks_url": f"{own}/hooks",
            "issues_url": f"{own}/issues",
            "members_url": f"{own}/members{{/member}}",
            "public_members_url": f"{own}/public_members{{/member}}",
            "avatar_url": f"{self._urls.html}/u/{owner.id}",
            "description": None,
        }

    def repository(self) -> JSON:
        repo = self._repo
        host = self._urls.html.partition("://")[2]
        waiting = sum(issue.closed is None for issue in repo.issues.values())
        return {
            "id": repo.id,
            "node_id": node("R", repo.id),
            "name": repo.name,
            "full_name": repo.full_name,
            "owner": self.user(repo.owner),
            "private": repo.private,
            "visibility": "private" if repo.private else "public",
            "default_branch": repo.default_branch,
            "description": None,
            "homepage": None,
            "language": None,
            "license": None,
            "mirror_url": None,
            "topics": [],
            "custom_properties": {},
            "size": 0,
            "forks": 0,
            "forks_count": 0,
            "watchers": 0,
            "watchers_count": 0,
            "stargazers_count": 0,
            "open_issues": waiting,
            "open_issues_count": waiting,
            "fork": False,
            "is_template": False,
            "archived": self._repo.archived,
            "disabled": False,
            "has_issues": True,
            "has_projects": False,
            "has_downloads": True,
            "has_wiki": False,
            "has_pages": False,
            "has_discussions": False,
            "allow_forking": True,
            "web_commit_signoff_required": False,
            "created_at": stamp(repo.created),
            "updated_at": stamp(repo.created),
            "pushed_at": stamp(repo.created),
            "html_url": self._html,
            "svn_url": self._html,
            "clone_url": f"{self._html}.git",
            "git_url": f"git://{host}/{repo.full_name}.git",
            "ssh_url": f"git@{host}:{repo.full_name}.git",
            **{name: self._api + rest for name, rest in _REPOSITORY_URLS.items()},
        }

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

    # Commits

    def status(self, sha: str, status: Status) -> JSON:
        return {
            "url": f"{self._api}/statuses/{sha}",
            "avatar_url": f"{self._urls.html}/u/{status.creator.id}",
            "id": status.id,
            "node_id": node("SC", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target,
            "context": status.context,
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
            "creator": self.user(status.creator),
        }

    def check_run(self, run: CheckRun) -> JSON:
        own = f"{self._api}/check-runs/{run.id}"
        page = f"{self._html}/runs/{run.id}"
        said = dict.fromkeys(("title", "summary", "text"))
        return {
            "id": run.id,
            "node_id": node("CR", run.id),
            "head_sha": run.sha,
            "external_id": "",
            "url": own,
            "html_url": page,
            "details_url": page,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": stamp(run.started),
            "completed_at": stamp(run.completed) if run.completed else None,
            "output": {**said, "annotations_count": 0, "annotations_url": f"{own}/annotations"},
            "name": run.name,
            "check_suite": {"id": run.id},
            "app": self._app(run.app),
            "pull_requests": [],
        }

    def _app(self, account: Account) -> JSON:
        name = account.login.removesuffix("[bot]")
        return {
            "id": account.id,
            "slug": name,
            "node_id": node("A", account.id),
            "owner": self.user(self._repo.owner),
            "name": name,
            "description": "",
            "external_url": f"{self._urls.html}/{name}",
            "html_url": f"{self._urls.html}/apps/{name}",
            "created_at": stamp(self._repo.created),
            "updated_at": stamp(self._repo.created),
            "permissions": {},
            "events": [],
        }

    def activity(self, activity: Activity) -> JSON:
        return {
            "id": activity.id,
            "node_id": node("PSH", activity.id),
            "before": activity.before or NULL,
            "after": activity.after or NULL,
            "ref": activity.ref,
            "timestamp": stamp(activity.time),
            "activity_type": activity.kind,
            "actor": self.user(activity.actor),
        }

    # Actions

    def deployment(self, deployment: Deployment) -> JSON:
        url = f"{self._api}/deployments/{deployment.id}"
        updated = deployment.statuses[-1].created if deployment.statuses else deployment.created
        return {
            "url": url,
            "id": deployment.id,
            "node_id": node("DE", deployment.id),
            "sha": deployment.sha,
            "ref": deployment.ref,
            "task": deployment.task,
            "payload": deployment.payload,
            "original_environment": deployment.environment,
            "environment": deployment.environment,
            "description": deployment.description,
            "creator": self.user(deployment.creator),
            "created_at": stamp(deployment.created),
            "updated_at": stamp(updated),
            "statuses_url": f"{url}/statuses",
            "repository_url": self._api,
            "transient_environment": False,
            "production_environment": deployment.environment == "production",
        }

    def deployment_status(self, deployment: Deployment, status: DeploymentStatus) -> JSON:
        url = f"{self._api}/deployments/{deployment.id}"
        return {
            "url": f"{url}/statuses/{status.id}",
            "id": status.id,
            "node_id": node("DES", status.id),
            "state": status.state,
            "creator": self.user(status.creator),
            "description": status.description,
            "environment": deployment.environment,
            "target_url": "",
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
            "deployment_url": url,
            "repository_url": self._api,
            "environment_url": "",
            "log_url": "",
        }

    def workflow(self, id: int, name: str, path: str) -> JSON:
        file = path.rpartition("/")[2]
        return {
            "id": id,
            "node_id": node("W", id),
            "name": name,
            "path": path,
            "state": "active",
            "created_at": stamp(self._repo.created),
            "updated_at": stamp(self._repo.created),
            "url": f"{self._api}/actions/workflows/{id}",
            "html_url": f"{self._html}/blob/{self._repo.default_branch}/{path}",
            "badge_url": f"{self._html}/workflows/{file}/badge.svg",
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
