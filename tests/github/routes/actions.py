"""Workflows, as far as starting them goes: a test's own driver is told by event."""

import zlib
from typing import Any

import yaml

from tests.github import access
from tests.github.call import Call, route
from tests.github.wire import JSON, RefusedError, Reply, missing

_READ = access.reads("actions")
_FOLDER = ".github/workflows"


@route("GET /repos/{owner}/{repo}/actions/workflows", _READ)
def list_workflows(call: Call) -> Reply:
    workflows = _workflows(call)
    page = call.page(workflows, lambda workflow: workflow)
    return Reply(200, {"total_count": len(workflows), "workflows": page.body}, page.headers)


@route("GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}", _READ)
def get_workflow(call: Call) -> Reply:
    return Reply(200, _found(call))


@route(
    "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
    access.writes("actions"),
    takes="ref inputs",
)
def dispatch(call: Call) -> Reply:
    workflow, name = _found(call), call.body["ref"]
    refs = [name] if name.startswith("refs/") else [f"refs/heads/{name}", f"refs/tags/{name}"]
    ref = next(filter(call.git.ref, refs), None)
    commit = call.git.resolve(ref.removeprefix("refs/")) if ref else None
    if ref is None or commit is None:
        raise RefusedError(422, f"No ref found for: {name}")
    on = _on(_read(call, commit, workflow["path"]) or {})
    if "workflow_dispatch" not in on:
        raise RefusedError(422, "Workflow does not have 'workflow_dispatch' trigger")
    inputs = _inputs((on["workflow_dispatch"] or {}).get("inputs") or {}, call.body.get("inputs") or {})
    call.world.tell(
        call.repo,
        call.bearer,
        "workflow_dispatch",
        ref=ref,
        inputs=inputs or None,
        workflow=workflow["path"],
    )
    return Reply(204)


def _inputs(declared: JSON, given: JSON) -> JSON:
    """What the run has for inputs, the defaults among them."""
    if unknown := sorted(given.keys() - declared.keys()):
        quoted = ", ".join(f'"{name}"' for name in unknown)
        raise RefusedError(422, f"Unexpected inputs provided: [{quoted}]")
    inputs = {}
    for name, about in declared.items():
        about = about or {}
        if name in given:
            inputs[name] = given[name]
        elif "default" in about:
            inputs[name] = about["default"]
        elif about.get("required"):
            raise RefusedError(422, f"Required input '{name}' not provided")
    return inputs


def _workflows(call: Call) -> list[JSON]:
    """Those that the default branch has."""
    tip = call.git.branch(call.repo.default_branch)
    folder = call.git.entry(tip, _FOLDER) if tip else None
    if tip is None or folder is None or folder.sha is None:
        return []
    shown = []
    for entry in call.git.entries(folder.sha):
        path = f"{_FOLDER}/{entry.path}"
        if entry.type == "blob" and path.endswith((".yml", ".yaml")):
            content = _read(call, tip, path) or {}
            name = content.get("name") or path
            # The same for a path whatever else comes and goes.
            shown.append(call.view.workflow(zlib.crc32(path.encode()), name, path))
    return shown


def _found(call: Call) -> JSON:
    """By its number or by its file's name."""
    for workflow in _workflows(call):
        if call["workflow_id"] in (str(workflow["id"]), workflow["path"].rpartition("/")[2]):
            return workflow
    raise missing()


def _read(call: Call, commit: str, path: str) -> JSON | None:
    entry = call.git.entry(commit, path)
    content = yaml.safe_load(call.git.read(entry.sha)) if entry and entry.sha else None
    return content if isinstance(content, dict) else None


def _on(workflow: dict[Any, Any]) -> JSON:
    """The events that start a workflow; YAML 1.1 reads the key `on` as true."""
    on = workflow.get(True, workflow.get("on"))
    if isinstance(on, dict):
        return on
    return dict.fromkeys([on] if isinstance(on, str) else on or [])
