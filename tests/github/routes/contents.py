"""Files at their paths."""

import os
from dataclasses import replace

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.gitdata import Entry, GitError
from tests.github.routes.gitdata import decoded, people
from tests.github.wire import RefusedError, Reply, missing


@route("GET /repos/{owner}/{repo}/contents/{path}", access.reads("contents"), asks="ref")
def get_contents(call: Call) -> Reply:
    path, ref = call["path"].strip("/"), call.query.get("ref", call.repo.default_branch)
    commit = call.git.resolve(ref.removeprefix("refs/heads/").removeprefix("refs/tags/"))
    if commit is None:
        raise missing(f"No commit found for the ref {ref}")
    entry = call.git.entry(commit, path) if path else Entry("", "040000", "tree", commit)
    if entry is None or entry.sha is None:
        raise missing()
    view = call.git_view
    if entry.type == "tree":
        listed = call.git.entries(entry.sha)
        inside = [replace(each, path=f"{path}/{each.path}".lstrip("/")) for each in listed]
        return Reply(200, [view.content(each, ref) for each in inside])
    if entry.type == "commit":
        return Reply(200, {**view.content(entry, ref), "submodule_git_url": None})
    content = call.git.read(entry.sha)
    if entry.mode == "120000":
        return Reply(200, {**view.content(entry, ref), "target": os.fsdecode(content)})
    return Reply(200, view.content_file(entry, ref, content))


@route(
    "PUT /repos/{owner}/{repo}/contents/{path}",
    access.writes("contents", hidden=True),
    takes="message content sha branch author committer",
)
def put_contents(call: Call) -> Reply:
    path, branch = call["path"].strip("/"), call.body.get("branch", call.repo.default_branch)
    tip = call.git.branch(branch)
    if tip is None:
        raise missing(f"Branch {branch} not found")
    there, given = call.git.entry(tip, path), call.body.get("sha")
    if there is not None and given is None:
        raise RefusedError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given is not None and (there is None or there.sha != given):
        raise RefusedError(409, f"{path} does not match {given}")
    content = decoded(call.body["content"])
    mode = there.mode if there else "100644"
    entry = Entry(path, mode, "blob", call.git.write("blob", content), len(content))
    tree = call.git.write_tree(call.git.commit(tip).tree, [entry])
    author, committer, signed = people(call)
    sha = call.git.write_commit(tree, [tip], author, committer, call.body["message"])
    if signed:
        call.repo.signed.add(sha)
    try:
        pushes.move(call.world, call.repo, call.bearer, f"refs/heads/{branch}", tip, sha)
    except GitError as error:
        raise RefusedError(409, f"{path} does not match {given}") from error
    view = call.git_view
    body = {"content": view.content(entry, branch), "commit": view.git_commit(call.git.commit(sha))}
    return Reply(200 if there else 201, body)
