"""Rulesets for tags, environments and the names of secrets; nobody is kept from anything."""

from tests.github import access
from tests.github.call import Call, route
from tests.github.state import Environment, Role
from tests.github.wire import JSON, RefusedError, Reply, missing

_RULESETS = "/repos/{owner}/{repo}/rulesets"
_ENVIRONMENTS = "/repos/{owner}/{repo}/environments"
_ONE = f"{_ENVIRONMENTS}/{{environment_name}}"
_SECRETS = access.Need(("secrets",), False, Role.WRITE, True)
_ENVIRONMENT_SECRETS = access.Need(("environments",), False, Role.WRITE, True)


@route(f"GET {_RULESETS}", access.reads("metadata"), asks="targets includes_parents")
def list_rulesets(call: Call) -> Reply:
    if call.query.get("targets", "tag") != "tag":
        raise NotImplementedError("rulesets of branches")
    # A list has neither conditions nor rules.
    return call.page(call.repo.tag_rulesets, lambda ruleset: _ruleset(call, ruleset, whole=False))


@route(f"GET {_RULESETS}/{{ruleset_id}}", access.reads("metadata"))
def get_ruleset(call: Call) -> Reply:
    for ruleset in call.repo.tag_rulesets:
        if str(ruleset["id"]) == call["ruleset_id"]:
            return Reply(200, _ruleset(call, ruleset, whole=True))
    raise missing()


@route(
    f"POST {_RULESETS}",
    access.administers(write=True),
    takes="name target enforcement conditions rules bypass_actors",
)
def create_ruleset(call: Call) -> Reply:
    """One for branches names them whole."""
    number = len(call.repo.tag_rulesets) + 1
    ruleset = {**call.body, "id": number}
    if call.body.get("target") == "tag":
        call.repo.tag_rulesets.append(ruleset)
    else:
        for ref in call.body["conditions"]["ref_name"]["include"]:
            branch = ref.removeprefix("refs/heads/")
            if branch == ref or "*" in branch:
                raise NotImplementedError("patterns of branches")
            call.repo.rulesets.setdefault(branch, []).extend(call.body["rules"])
    return Reply(201, _ruleset(call, ruleset, whole=True))


def _ruleset(call: Call, ruleset: JSON, *, whole: bool) -> JSON:
    """Who may go around one is told to administrators."""
    left_out = set() if whole else {"conditions", "rules", "bypass_actors"}
    if call.role < Role.ADMIN:
        left_out.add("bypass_actors")
    shown = {key: value for key, value in ruleset.items() if key not in left_out}
    return shown | {"source": call.repo.full_name, "source_type": "Repository"}


@route("GET /repos/{owner}/{repo}/actions/secrets", _SECRETS)
def list_secrets(call: Call) -> Reply:
    return _secrets(call, call.repo.secrets)


@route(f"GET {_ENVIRONMENTS}", access.reads("actions"))
def list_environments(call: Call) -> Reply:
    there = sorted(call.repo.environments.items())
    page = call.page(there, lambda item: _environment(call, *item))
    return Reply(200, {"total_count": len(there), "environments": page.body}, page.headers)


@route(
    f"PUT {_ONE}",
    access.administers(write=True),
    takes="deployment_branch_policy wait_timer reviewers prevent_self_review",
)
def put_environment(call: Call) -> Reply:
    name = call["environment_name"]
    there = call.repo.environments.setdefault(name, Environment(call.world.next_id(), call.world.now()))
    there.limits = call.body.get("deployment_branch_policy")
    return Reply(200, _environment(call, name, there))


@route(f"GET {_ONE}/secrets", _ENVIRONMENT_SECRETS)
def list_environment_secrets(call: Call) -> Reply:
    return _secrets(call, _found(call).secrets)


@route(f"GET {_ONE}/deployment-branch-policies", access.reads("actions"))
def list_policies(call: Call) -> Reply:
    policies = _found(call).policies
    page = call.page(list(enumerate(policies)), lambda item: _policy(*item))
    return Reply(200, {"total_count": len(policies), "branch_policies": page.body}, page.headers)


@route(f"POST {_ONE}/deployment-branch-policies", access.administers(write=True), takes="name type")
def create_policy(call: Call) -> Reply:
    there = _found(call)
    if not (there.limits or {}).get("custom_branch_policies"):
        raise missing()
    there.policies.append({"name": call.body["name"], "type": call.body.get("type", "branch")})
    return Reply(200, _policy(len(there.policies) - 1, there.policies[-1]))


@route("GET /repos/{owner}/{repo}/codeowners/errors", access.reads("contents"), asks="ref")
def list_owner_errors(call: Call) -> Reply:
    errors = [
        {
            "line": line,
            "column": 1,
            "kind": "Unknown owner",
            "source": "* @nobody",
            "suggestion": "make sure @nobody exists and has write access to the repository",
            "message": f"Unknown owner on line {line}",
            "path": ".github/CODEOWNERS",
        }
        for line in call.repo.unknown_owners
    ]
    return Reply(200, {"errors": errors})


def _found(call: Call) -> Environment:
    there = call.repo.environments.get(call["environment_name"])
    if there is None:
        raise missing()
    return there


def _secrets(call: Call, names: set[str]) -> Reply:
    when = call.repo.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    page = call.page(sorted(names), lambda name: {"name": name, "created_at": when, "updated_at": when})
    return Reply(200, {"total_count": len(names), "secrets": page.body}, page.headers)


def _policy(number: int, policy: JSON) -> JSON:
    return {"id": number + 1, "node_id": f"policy{number + 1}", **policy}


def _environment(call: Call, name: str, there: Environment) -> JSON:
    limits = there.limits
    if limits and limits["protected_branches"] == limits["custom_branch_policies"]:
        raise RefusedError(422, "Exactly one of the two has to be true")
    when = there.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    own = f"{call.urls.api}/repos/{call.repo.full_name}/environments/{name}"
    page = f"{call.urls.html}/{call.repo.full_name}/deployments/activity_log?environments_filter={name}"
    return {
        "id": there.id,
        "node_id": f"environment{there.id}",
        "name": name,
        "url": own,
        "html_url": page,
        "created_at": when,
        "updated_at": when,
        "protection_rules": [],
        "deployment_branch_policy": limits,
    }
