"""Commits and branches as people speak of them, comparisons, and merges of one branch into another."""

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.gitdata import Commit, GitError
from tests.github.wire import BASE_MODIFIED, JSON, RefusedError, Reply, missing

_READ = access.reads("contents")
_FILES = 300


@route("GET /repos/{owner}/{repo}/branches", _READ)
def list_branches(call: Call) -> Reply:
    branches = sorted(call.git.refs("refs/heads/").items())
    view = call.git_view
    return call.page(branches, lambda item: view.branch_in_list(item[0].removeprefix("refs/heads/"), item[1]))


@route("GET /repos/{owner}/{repo}/branches/{branch}", _READ)
def get_branch(call: Call) -> Reply:
    sha = call.git.branch(call["branch"])
    if sha is None:
        raise missing("Branch not found")
    view = call.git_view
    return Reply(200, view.branch(call["branch"], view.commit(call.git.commit(sha))))


@route("GET /repos/{owner}/{repo}/commits", _READ, asks="sha path")
def list_commits(call: Call) -> Reply:
    start = call.git.resolve(call.query.get("sha", call.repo.default_branch))
    if start is None:
        raise missing()
    shas = call.git.history(start, path=call.query.get("path"))
    return call.page(shas, lambda sha: call.git_view.commit(call.git.commit(sha)))


@route("GET /repos/{owner}/{repo}/commits/{ref}", _READ)
def get_commit(call: Call) -> Reply:
    sha = call.git.resolve(call["ref"])
    if sha is None:
        raise RefusedError(422, f"No commit found for SHA: {call['ref']}")
    commit = call.git.commit(sha)
    changes = call.git.changes(next(iter(commit.parents), None), sha)
    return Reply(200, call.git_view.commit(commit, changes))


@route("GET /repos/{owner}/{repo}/compare/{basehead}", _READ)
def compare(call: Call) -> Reply:
    base_name, dots, head_name = call["basehead"].partition("...")
    base, head = call.git.resolve(base_name), call.git.resolve(head_name)
    start = call.git.merge_base(base, head) if base and head else None
    if not dots or base is None or head is None or start is None:
        raise missing()
    ahead, behind = call.git.history(head, f"^{base}"), call.git.history(base, f"^{head}")
    status = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    view = call.git_view

    def shown(commit: Commit) -> JSON:
        return view.commit(commit)

    listed = call.page(ahead[::-1], lambda sha: shown(call.git.commit(sha)))
    changes = call.git.changes(start, head)
    body = {
        "base_commit": shown(call.git.commit(base)),
        "merge_base_commit": shown(call.git.commit(start)),
        "status": status.get((bool(ahead), bool(behind)), "identical"),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": listed.body,
        "files": [view.file(change, head) for change in changes[:_FILES]],
    }
    return Reply(200, view.comparison(base_name, head_name, body), listed.headers)


@route(
    "POST /repos/{owner}/{repo}/merges",
    access.writes("contents", hidden=True),
    takes="base head commit_message",
)
def merge(call: Call) -> Reply:
    base, head = call.git.branch(call.body["base"]), call.git.resolve(call.body["head"])
    if base is None:
        raise missing("Base does not exist")
    if head is None:
        raise missing("Head does not exist")
    if call.git.is_ancestor(head, base):
        return Reply(204)
    tree = call.git.merge(base, head)
    if tree is None:
        raise RefusedError(409, "Merge conflict")
    message = call.body.get("commit_message") or f"Merge {call.body['head']} into {call.body['base']}"
    author, web_flow = call.world.person(call.actor), call.world.web_flow()
    sha = call.git.write_commit(tree, [base, head], author, web_flow, message)
    call.repo.signed.add(sha)
    try:
        pushes.move(call.world, call.repo, call.bearer, f"refs/heads/{call.body['base']}", base, sha)
    except GitError as error:
        raise RefusedError(409, BASE_MODIFIED) from error
    return Reply(201, call.git_view.commit(call.git.commit(sha)))
