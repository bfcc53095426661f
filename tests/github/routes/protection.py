"""How branches are protected, as far as that is told; nobody is kept from anything."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.wire import JSON, Reply, missing

_ASKED = ("dismiss_stale_reviews", "require_code_owner_reviews")
_PROTECTION = "/repos/{owner}/{repo}/branches/{branch}/protection"


@route("GET /repos/{owner}/{repo}/rules/branches/{branch}", access.reads("metadata"))
def list_rules(call: Call) -> Reply:
    about = {"ruleset_source_type": "Repository", "ruleset_source": call.repo.full_name, "ruleset_id": 1}
    return call.page(call.repo.rulesets.get(call["branch"], []), lambda rule: {**rule, **about})


@route(f"GET {_PROTECTION}", access.administers())
def get_protection(call: Call) -> Reply:
    _need_branch(call)
    if call["branch"] not in call.repo.protected:
        raise missing("Branch not protected")
    return Reply(200, _shown(call))


@route(
    f"PUT {_PROTECTION}",
    access.administers(write=True),
    takes="required_pull_request_reviews required_status_checks enforce_admins restrictions",
)
def put_protection(call: Call) -> Reply:
    _need_branch(call)
    call.repo.protected.add(call["branch"])
    reviews = call.body["required_pull_request_reviews"]
    call.repo.approvals.pop(call["branch"], None)
    call.repo.reviews.pop(call["branch"], None)
    if reviews is not None:
        _set_reviews(call, reviews)
    return Reply(200, _shown(call))


@route(
    f"PATCH {_PROTECTION}/required_pull_request_reviews",
    access.administers(write=True),
    takes=f"required_approving_review_count {' '.join(_ASKED)}",
)
def patch_reviews(call: Call) -> Reply:
    if call["branch"] not in call.repo.protected:
        raise missing("Branch not protected")
    _set_reviews(call, call.body)
    return Reply(200, _shown(call)["required_pull_request_reviews"])


def _set_reviews(call: Call, asked: JSON) -> None:
    """What is not said stays as it is."""
    branch = call["branch"]
    count = asked.get("required_approving_review_count", call.repo.approvals.get(branch, 1))
    call.repo.approvals[branch] = count
    before = call.repo.reviews.get(branch, set())
    call.repo.reviews[branch] = {name for name in _ASKED if asked.get(name, name in before)}


def _need_branch(call: Call) -> None:
    if call.git.branch(call["branch"]) is None:
        raise missing("Branch not found")


def _shown(call: Call) -> JSON:
    own = f"{call.urls.api}/repos/{call.repo.full_name}/branches/{call['branch']}/protection"
    shown: JSON = {"url": own, "enforce_admins": {"url": f"{own}/enforce_admins", "enabled": True}}
    if call["branch"] in call.repo.approvals:
        shown["required_pull_request_reviews"] = {
            "url": f"{own}/required_pull_request_reviews",
            **{name: name in call.repo.reviews.get(call["branch"], ()) for name in _ASKED},
            "require_last_push_approval": False,
            "required_approving_review_count": call.repo.approvals[call["branch"]],
        }
    return shown


@route("GET /repos/{owner}/{repo}/actions/permissions/workflow", access.administers())
def get_workflow_permissions(call: Call) -> Reply:
    may = call.repo.actions_may_create_pulls
    body = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": may}
    return Reply(200, body)


@route(
    "PUT /repos/{owner}/{repo}/actions/permissions/workflow",
    access.administers(write=True),
    takes="can_approve_pull_request_reviews",
)
def set_workflow_permissions(call: Call) -> Reply:
    may = call.body.get("can_approve_pull_request_reviews")
    if may is not None:
        call.repo.actions_may_create_pulls = may
    return Reply(204)
