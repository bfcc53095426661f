"""Check runs: what Apps, of which GitHub Actions is one, say of a commit."""

from datetime import datetime

from tests.github import access
from tests.github.call import Call, route
from tests.github.state import CheckRun
from tests.github.wire import RefusedError, Reply, missing


@route(
    "POST /repos/{owner}/{repo}/check-runs",
    access.writes("checks"),
    takes="name head_sha status conclusion started_at completed_at",
)
def create_check_run(call: Call) -> Reply:
    body, now = call.body, call.world.now()
    if not call.bearer.automatic:
        raise RefusedError(403, "You must authenticate via a GitHub App.")
    if call.git.type(body["head_sha"]) != "commit":
        raise RefusedError(422, f"No commit found for SHA: {body['head_sha']}")
    conclusion = body.get("conclusion")
    started = datetime.fromisoformat(body["started_at"]) if "started_at" in body else now
    run = CheckRun(
        id=call.world.next_id(),
        app=call.actor,
        sha=body["head_sha"],
        name=body["name"],
        status="completed" if conclusion else body.get("status", "queued"),
        conclusion=conclusion,
        started=started,
        completed=now if conclusion else None,
    )
    call.repo.check_runs.append(run)
    return Reply(201, call.view.check_run(run))


@route(
    "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
    access.reads("checks"),
    asks="check_name status filter",
)
def list_check_runs(call: Call) -> Reply:
    """Of several by one App under one name the newest, unless all are asked for."""
    sha, query = call.git.resolve(call["ref"]), call.query
    if sha is None:
        raise missing()
    runs = [run for run in call.repo.check_runs if run.sha == sha][::-1]
    if query.get("filter", "latest") == "latest":
        runs = list({(run.app, run.name): run for run in runs[::-1]}.values())[::-1]
    wanted = {"name": query.get("check_name"), "status": query.get("status")}
    runs = [
        run for run in runs if wanted["name"] in (None, run.name) and wanted["status"] in (None, run.status)
    ]
    page = call.page(runs, call.view.check_run)
    return Reply(200, {"total_count": len(runs), "check_runs": page.body}, page.headers)
