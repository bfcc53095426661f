"""Whether a token may do what a call asks, and what GitHub says where it may not."""

from dataclasses import dataclass

from tests.github.state import Repository, Role, Secret, Token
from tests.github.wire import RefusedError, missing


@dataclass(frozen=True)
class Need:
    """What a call asks of who makes it."""

    permissions: tuple[str, ...]
    """Of the token of an App and of a fine-grained one; any of them will do."""
    write: bool
    role: Role
    """Of a person."""
    hidden: bool
    """Whether a person without the role is told 404 instead of 403."""


def reads(*permissions: str) -> Need:
    """What all may see who see the repository."""
    return Need(permissions, False, Role.READ, False)


def writes(*permissions: str, role: Role = Role.WRITE, hidden: bool = False) -> Need:
    return Need(permissions, True, role, hidden)


def role(token: Token | None, repo: Repository) -> Role:
    """What the owner of a token may in a repository with it.

    An App has no role: it may what it may ask for, as one who may write.
    """
    if token is None:
        return repo.role(None)
    if token.automatic:
        return Role.WRITE
    own = repo.role(token.account)
    enough = {"repo"} if repo.private else {"repo", "public_repo"}
    if token.kind is Secret.CLASSIC and not enough & token.scopes:
        return Role.NONE if repo.private else min(own, Role.READ)
    return own


def authorize(token: Token | None, repo: Repository, need: Need) -> None:
    """Raises what GitHub answers where the token does not do."""
    own = role(token, repo)
    if own < Role.READ:
        raise missing()
    if need.write and repo.archived and token is not None:
        raise RefusedError(403, "Repository was archived so is read-only.")
    if token is None:
        if need.write:
            raise RefusedError(401, "Requires authentication")
        return
    if token.kind is not Secret.CLASSIC and not _permitted(token, repo, need):
        raise _not_accessible(token, need)
    if own < need.role and not token.automatic:
        raise missing() if need.hidden else admin_rights()


def _not_accessible(token: Token, need: Need) -> RefusedError:
    bearer = "integration" if token.automatic else "personal access token"
    level = "write" if need.write else "read"
    wanted = "; ".join(f"{name}={level}" for name in need.permissions)
    headers = {"X-Accepted-GitHub-Permissions": wanted}
    return RefusedError(403, f"Resource not accessible by {bearer}", headers=headers)


def administers(*, write: bool = False) -> Need:
    """What is for those who administer the repository, who alone are told that it is there."""
    return Need(("administration",), write, Role.ADMIN, True)


def admin_rights() -> RefusedError:
    """What GitHub says to people, though less would do."""
    return RefusedError(403, "Must have admin rights to Repository.")


def _permitted(token: Token, repo: Repository, need: Need) -> bool:
    if not need.write and not repo.private and need.role <= Role.READ:
        return True
    levels = {"write"} if need.write else {"read", "write"}
    granted = {"metadata": "read", **token.permissions}
    return any(granted.get(name) in levels for name in need.permissions)
