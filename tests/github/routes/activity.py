"""What was pushed to branches and merged into them, and when that was received."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.wire import Reply


@route(
    "GET /repos/{owner}/{repo}/activity",
    access.reads("contents"),
    asks="ref actor activity_type direction after before",
)
def list_activities(call: Call) -> Reply:
    """In pages that are found by a cursor, which here is an activity's number."""
    query, ref = call.query, call.query.get("ref", "")
    ref = ref if ref.startswith("refs/") or not ref else f"refs/heads/{ref}"
    wanted = {"actor": query.get("actor"), "kind": query.get("activity_type")}
    found = [
        activity
        for activity in call.repo.activities
        if ref in ("", activity.ref)
        and wanted["actor"] in (None, activity.actor.login)
        and wanted["kind"] in (None, activity.kind)
    ]
    if query.get("direction", "desc") == "desc":
        found.reverse()
    start = 0
    if "before" in query:
        raise NotImplementedError("a page before another")
    if "after" in query:
        start = 1 + [activity.id for activity in found].index(int(query["after"]))
    return call.stretch(found, start, lambda each: str(each.id), call.view.activity)
