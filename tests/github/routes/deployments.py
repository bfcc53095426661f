"""Deployments, and how they go."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.state import Deployment, DeploymentStatus
from tests.github.wire import RefusedError, Reply, missing

_READ, _WRITE = access.reads("deployments"), access.writes("deployments", hidden=True)


@route("GET /repos/{owner}/{repo}/deployments", _READ, asks="sha ref task environment")
def list_deployments(call: Call) -> Reply:
    """The newest first."""
    filters = {name: value for name, value in call.query.items() if name not in ("page", "per_page")}
    found = [
        deployment
        for deployment in call.repo.deployments.values()
        if all(value in ("none", getattr(deployment, name)) for name, value in filters.items())
    ]
    return call.page(found[::-1], call.view.deployment)


@route(
    "POST /repos/{owner}/{repo}/deployments",
    _WRITE,
    takes="ref task auto_merge required_contexts payload environment description",
)
def create_deployment(call: Call) -> Reply:
    """Required contexts are to be none: what they would ask for is not modelled."""
    body = call.body
    sha = call.git.resolve(body["ref"])
    if sha is None:
        raise RefusedError(422, f"No ref found for: {body['ref']}")
    if body.get("auto_merge", True) or body.get("required_contexts") != []:
        raise NotImplementedError("what is merged and checked for a deployment")
    deployment = Deployment(
        id=call.world.next_id(),
        creator=call.actor,
        sha=sha,
        ref=body["ref"],
        task=body.get("task", "deploy"),
        environment=body.get("environment", "production"),
        payload=body.get("payload", {}),
        description=body.get("description"),
        created=call.world.now(),
    )
    call.repo.deployments[deployment.id] = deployment
    return Reply(201, call.view.deployment(deployment))


@route("GET /repos/{owner}/{repo}/deployments/{deployment_id}", _READ)
def get_deployment(call: Call) -> Reply:
    return Reply(200, call.view.deployment(_found(call)))


@route("GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", _READ)
def list_statuses(call: Call) -> Reply:
    """The newest first."""
    deployment = _found(call)
    return call.page(
        deployment.statuses[::-1], lambda status: call.view.deployment_status(deployment, status)
    )


@route(
    "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    _WRITE,
    takes="state description auto_inactive",
)
def create_status(call: Call) -> Reply:
    deployment = _found(call)
    status = DeploymentStatus(
        call.world.next_id(),
        call.actor,
        call.body["state"],
        call.body.get("description", ""),
        call.world.now(),
    )
    deployment.statuses.append(status)
    if status.state == "success" and call.body.get("auto_inactive", True):
        _retire(call, deployment)
    return Reply(201, call.view.deployment_status(deployment, status))


def _retire(call: Call, deployment: Deployment) -> None:
    """What GitHub does by itself: older deployments of an environment that is not production's are over."""
    for other in call.repo.deployments.values():
        if other.environment == deployment.environment and other.id < deployment.id:
            over = DeploymentStatus(call.world.next_id(), call.actor, "inactive", "", call.world.now())
            other.statuses.append(over)


def _found(call: Call) -> Deployment:
    deployment = call.repo.deployments.get(int(call["deployment_id"]))
    if deployment is None:
        raise missing()
    return deployment
