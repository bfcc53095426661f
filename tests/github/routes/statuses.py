"""What people and programs say of a commit."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.state import Status
from tests.github.wire import RefusedError, Reply, missing

_STATES = ("error", "failure", "pending", "success")


@route(
    "POST /repos/{owner}/{repo}/statuses/{sha}",
    access.writes("statuses", hidden=True),
    takes="state description context target_url",
)
def create_status(call: Call) -> Reply:
    """There is none to take back or to change one that is there."""
    body, sha = call.body, call["sha"]
    if call.git.type(sha) != "commit":
        raise RefusedError(422, f"No commit found for SHA: {sha}")
    if body["state"] not in _STATES:
        raise RefusedError(422, "Validation Failed")
    status = Status(
        id=call.world.next_id(),
        creator=call.actor,
        state=body["state"],
        context=body.get("context", "default"),
        description=body.get("description"),
        target=body.get("target_url"),
        created=call.world.now(),
    )
    call.repo.statuses.setdefault(sha, []).append(status)
    shown = call.view.status(sha, status)
    told = call.git_view.status_set(shown, call.git.commit(sha))
    call.world.tell(call.repo, call.bearer, "status", **told)
    return Reply(201, shown, {"Location": shown["url"]})


@route("GET /repos/{owner}/{repo}/commits/{ref}/statuses", access.reads("statuses"))
def list_statuses(call: Call) -> Reply:
    sha = call.git.resolve(call["ref"])
    if sha is None:
        raise missing()
    newest_first = call.repo.statuses.get(sha, [])[::-1]
    return call.page(newest_first, lambda status: call.view.status(sha, status))
