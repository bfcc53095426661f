"""People and repositories as GitHub's JSON has them, and what every body has."""

import base64
from datetime import UTC, datetime
from urllib.parse import quote

from tests.github.state import (
    Account,
    Kind,
    Repository,
    Role,
)
from tests.github.wire import JSON, Urls

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


class RepositoryView:
    """A repository and its people as they are now, for a caller who reached the server by these URLs."""

    def __init__(self, urls: Urls, repo: Repository) -> None:
        self._urls, self._repo = urls, repo
        self._api = f"{urls.api}/repos/{repo.full_name}"
        self._html = f"{urls.html}/{repo.full_name}"

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
