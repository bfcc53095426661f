"""Commits, trees, files and branches as GitHub's JSON has them, in answers and in events."""

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from tests.github.bodies import View
from tests.github.gitdata import Change, Commit, Entry, Person, Tag
from tests.github.peoplebodies import node, stamp
from tests.github.state import Account, Repository
from tests.github.wire import JSON, Urls

# Longer files come without their content.
CONTENT_LIMIT = 1024 * 1024

# The event of a status names no more.
_BRANCHES = 10


class GitView:
    """The git data of a repository, for a caller who reached the server by these URLs."""

    def __init__(self, urls: Urls, repo: Repository, accounts: Mapping[str, Account]) -> None:
        """The accounts are by e-mail address: that is how a commit's author is known."""
        self._repo, self._accounts = repo, accounts
        self._user = View(urls, repo).user
        self._api = f"{urls.api}/repos/{repo.full_name}"
        self.html = f"{urls.html}/{repo.full_name}"

    def ref(self, name: str, sha: str) -> JSON:
        return {
            "ref": name,
            "node_id": node("REF", name),
            "url": f"{self._api}/git/{quote(name)}",
            "object": self._object(sha, self._repo.git.type(sha) or ""),
        }

    def git_commit(self, commit: Commit) -> JSON:
        return {
            "sha": commit.sha,
            "node_id": node("C", commit.sha),
            "url": f"{self._api}/git/commits/{commit.sha}",
            "html_url": f"{self.html}/commit/{commit.sha}",
            "author": _person(commit.author),
            "committer": _person(commit.committer),
            "tree": self._tree(commit),
            "message": commit.message.rstrip("\n"),
            "parents": self._parents(commit, "git/commits"),
            "verification": self._verification(commit.sha),
        }

    def commit(self, commit: Commit, changes: Sequence[Change] | None = None) -> JSON:
        own = f"{self._api}/commits/{commit.sha}"
        author = self._accounts.get(commit.author.email)
        committer = self._accounts.get(commit.committer.email)
        body = {
            "sha": commit.sha,
            "node_id": node("C", commit.sha),
            "commit": {
                "author": _person(commit.author),
                "committer": _person(commit.committer),
                "message": commit.message.rstrip("\n"),
                "tree": self._tree(commit),
                "url": f"{self._api}/git/commits/{commit.sha}",
                "comment_count": 0,
                "verification": self._verification(commit.sha),
            },
            "url": own,
            "html_url": f"{self.html}/commit/{commit.sha}",
            "comments_url": f"{own}/comments",
            "author": self._user(author) if author else None,
            "committer": self._user(committer) if committer else None,
            "parents": self._parents(commit, "commits"),
        }
        if changes is not None:
            added, deleted = sum(c.additions for c in changes), sum(c.deletions for c in changes)
            body["stats"] = {"additions": added, "deletions": deleted, "total": added + deleted}
            body["files"] = [self.file(change, commit.sha) for change in changes]
        return body

    def pushed_commit(self, commit: Commit, changes: Sequence[Change]) -> JSON:
        """As a push event has it."""

        def paths(status: str) -> list[str]:
            return [change.path for change in changes if change.status == status]

        return {
            "id": commit.sha,
            "tree_id": commit.tree,
            "distinct": True,
            "message": commit.message.rstrip("\n"),
            "timestamp": commit.committer.date.isoformat(),
            "url": f"{self.html}/commit/{commit.sha}",
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
            "added": paths("added"),
            "removed": paths("removed"),
            "modified": paths("modified"),
        }

    def file(self, change: Change, commit: str) -> JSON:
        """A changed file of a commit, or of a comparison."""
        path = quote(change.path)
        return {
            "sha": change.sha,
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "blob_url": f"{self.html}/blob/{commit}/{path}",
            "raw_url": f"{self.html}/raw/{commit}/{path}",
            "contents_url": f"{self._api}/contents/{path}?ref={commit}",
        }

    def tree(self, sha: str, entries: Sequence[Entry]) -> JSON:
        items = []
        for entry in entries:
            item: JSON = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
            if entry.size is not None:
                item["size"] = entry.size
            if entry.type != "commit":
                item["url"] = f"{self._api}/git/{entry.type}s/{entry.sha}"
            items.append(item)
        return {"sha": sha, "url": f"{self._api}/git/trees/{sha}", "tree": items, "truncated": False}

    def short_blob(self, sha: str) -> JSON:
        return {"sha": sha, "url": f"{self._api}/git/blobs/{sha}"}

    def blob(self, sha: str, content: bytes) -> JSON:
        return {
            **self.short_blob(sha),
            "node_id": node("B", sha),
            "size": len(content),
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }

    def tag(self, tag: Tag) -> JSON:
        return {
            "sha": tag.sha,
            "node_id": node("TA", tag.sha),
            "url": f"{self._api}/git/tags/{tag.sha}",
            "tag": tag.name,
            "message": tag.message.rstrip("\n"),
            "tagger": _person(tag.tagger),
            "object": self._object(tag.object, tag.type),
            "verification": self._verification(tag.sha),
        }

    def content(self, entry: Entry, ref: str) -> JSON:
        """What is at a path, without its content."""
        path = quote(entry.path)
        kind = {"120000": "symlink", "160000": "submodule"}.get(entry.mode)
        own = f"{self._api}/contents/{path}?ref={quote(ref)}"
        git = None if kind == "submodule" else f"{self._api}/git/{entry.type}s/{entry.sha}"
        html = f"{self.html}/{'tree' if entry.type == 'tree' else 'blob'}/{quote(ref)}/{path}"
        file = entry.type == "blob"
        return {
            "name": entry.path.rpartition("/")[2],
            "path": entry.path,
            "sha": entry.sha,
            "size": entry.size or 0,
            "url": own,
            "html_url": html,
            "git_url": git,
            "download_url": f"{self.html}/raw/{quote(ref)}/{path}" if file else None,
            "type": kind or {"tree": "dir", "blob": "file"}[entry.type],
            "_links": {"self": own, "git": git, "html": html},
        }

    def content_file(self, entry: Entry, ref: str, content: bytes) -> JSON:
        fits = len(content) <= CONTENT_LIMIT
        return {
            **self.content(entry, ref),
            "content": base64.encodebytes(content).decode() if fits else "",
            "encoding": "base64" if fits else "none",
        }

    def branch_in_list(self, name: str, sha: str) -> JSON:
        return {
            "name": name,
            "commit": {"sha": sha, "url": f"{self._api}/commits/{sha}"},
            "protected": self._repo.is_protected(name),
        }

    def status_set(self, status: JSON, commit: Commit) -> JSON:
        """What the event of a commit's status tells beside who and where."""
        branches = [
            self.branch_in_list(ref.removeprefix("refs/heads/"), sha)
            for ref, sha in self._repo.git.refs("refs/heads/").items()
            if self._repo.git.is_ancestor(commit.sha, sha)
        ]
        kept = (
            "id",
            "avatar_url",
            "target_url",
            "context",
            "description",
            "state",
            "created_at",
            "updated_at",
        )
        about = self.commit(commit)
        about["commit"]["verification"].pop("verified_at", None)  # which the schemas do not know
        return {
            **{key: status[key] for key in kept},
            "sha": commit.sha,
            "name": self._repo.full_name,
            "commit": about,
            "branches": branches[:_BRANCHES],
        }

    def branch(self, name: str, commit: JSON) -> JSON:
        own = f"{self._api}/branches/{quote(name)}"
        protected = self._repo.is_protected(name)
        protection: JSON = {"enabled": protected}
        if name in self._repo.protected and (asked := self._repo.checks.get(name)):
            checks = [{"context": each, "app_id": app} for each, app in asked.items()]
            about = {"enforcement_level": "everyone", "contexts": [*asked], "checks": checks}
            protection["required_status_checks"] = about
        return {
            "name": name,
            "commit": commit,
            "_links": {"self": own, "html": f"{self.html}/tree/{quote(name)}"},
            "protected": protected,
            "protection": protection,
            "protection_url": f"{own}/protection",
        }

    def comparison(self, base: str, head: str, commits: JSON) -> JSON:
        html = f"{self.html}/compare/{quote(base)}...{quote(head)}"
        return {
            "url": f"{self._api}/compare/{quote(base)}...{quote(head)}",
            "html_url": html,
            "permalink_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            **commits,
        }

    def _object(self, sha: str, type: str) -> JSON:
        return {"sha": sha, "type": type, "url": f"{self._api}/git/{type}s/{sha}"}

    def _tree(self, commit: Commit) -> JSON:
        return {"sha": commit.tree, "url": f"{self._api}/git/trees/{commit.tree}"}

    def _parents(self, commit: Commit, where: str) -> list[JSON]:
        return [
            {
                "sha": sha,
                "url": f"{self._api}/{where}/{sha}",
                "html_url": f"{self.html}/commit/{sha}",
            }
            for sha in commit.parents
        ]

    def _verification(self, sha: str) -> JSON:
        signed = sha in self._repo.signed
        return {
            "verified": signed,
            "reason": "valid" if signed else "unsigned",
            "signature": "-----BEGIN PGP SIGNATURE-----" if signed else None,
            "payload": "tree " if signed else None,
            "verified_at": stamp(self._repo.created) if signed else None,
        }


def _person(person: Person) -> JSON:
    return {"name": person.name, "email": person.email, "date": stamp(person.date)}
