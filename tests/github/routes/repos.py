"""The repository itself, who the caller is, and who may what."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.peoplebodies import show_user, stamp
from tests.github.state import Account, Kind, Role
from tests.github.wire import JSON, RefusedError, Reply, missing

_METADATA = access.reads("metadata")


@route("GET /user", None)
def get_user(call: Call) -> Reply:
    account = call.actor
    if call.bearer.automatic:
        raise RefusedError(403, "Resource not accessible by integration")
    return Reply(200, _public(call, account))


@route("GET /users/{username}", None)
def get_named_user(call: Call) -> Reply:
    account = call.world.account(call["username"])
    if account is None:
        raise missing()
    return Reply(200, _public(call, account))


def _public(call: Call, account: Account) -> JSON:
    created = stamp(call.world.now())
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    unsaid = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"))
    user = show_user(call.urls, account)
    dates = {"created_at": created, "updated_at": created}
    return {**user, **counts, **unsaid, **dates, "blog": "", "user_view_type": "public"}


@route("GET /repos/{owner}/{repo}", _METADATA)
def get_repository(call: Call) -> Reply:
    body = call.view.repository() | {"network_count": 0, "subscribers_count": 0}
    if call.token is not None:
        collaborator = call.view.collaborator(call.actor, call.role)
        body["permissions"] = collaborator["permissions"]
    return Reply(200, body)


@route("GET /repos/{owner}/{repo}/collaborators/{username}", _METADATA)
def check_collaborator(call: Call) -> Reply:
    _need_push(call)
    if call["username"].lower() not in map(str.lower, call.repo.collaborators):
        raise missing()
    return Reply(204)


@route("GET /repos/{owner}/{repo}/collaborators/{username}/permission", _METADATA)
def get_permission(call: Call) -> Reply:
    _need_push(call)
    account = call.world.account(call["username"])
    if account is None:
        raise missing()
    # An App's account has no role, whatever its token may.
    role = Role.NONE if account.kind is Kind.BOT else call.repo.role(account)
    user = call.view.collaborator(account, role)
    return Reply(200, {"permission": role.permission, "role_name": str(role), "user": user})


def _need_push(call: Call) -> None:
    if access.role(call.bearer, call.repo) < Role.WRITE:
        raise RefusedError(403, "Must have push access to view collaborator permission.")
