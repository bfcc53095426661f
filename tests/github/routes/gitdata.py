"""Git's own objects and refs."""

import base64
import binascii
from datetime import datetime
from typing import Any

from tests.github import access, pushes
from tests.github.call import Call, route
from tests.github.gitdata import Entry, GitError, Person
from tests.github.wire import RefusedError, Reply, missing

_READ = access.reads("contents")
_WRITE = access.writes("contents", hidden=True)


# Refs


@route("GET /repos/{owner}/{repo}/git/ref/{ref}", _READ)
def get_ref(call: Call) -> Reply:
    name = f"refs/{call['ref']}"
    sha = call.git.ref(name)
    if sha is None:
        raise missing()
    return Reply(200, call.git_view.ref(name, sha))


@route("GET /repos/{owner}/{repo}/git/matching-refs/{ref}", _READ)
def list_refs(call: Call) -> Reply:
    refs = sorted(call.git.refs(f"refs/{call['ref']}").items())
    return call.page(refs, lambda item: call.git_view.ref(*item))


@route("POST /repos/{owner}/{repo}/git/refs", _WRITE, takes="ref sha")
def create_ref(call: Call) -> Reply:
    name = call.body["ref"]
    if name.count("/") < 2 or not name.startswith("refs/") or not call.git.valid(name):
        raise RefusedError(422, f"{name} is not a valid ref name.")
    if call.git.ref(name):
        raise RefusedError(422, "Reference already exists")
    _move(call, name, None, _target(call, name))
    body = call.git_view.ref(name, call.body["sha"])
    return Reply(201, body, {"Location": body["url"]})


@route("PATCH /repos/{owner}/{repo}/git/refs/{ref}", _WRITE, takes="sha force")
def update_ref(call: Call) -> Reply:
    name = f"refs/{call['ref']}"
    old, new = call.git.ref(name), _target(call, name)
    if old is None:
        raise RefusedError(422, "Reference does not exist")
    if not call.body.get("force") and not call.git.is_ancestor(old, new):
        raise RefusedError(422, "Update is not a fast forward")
    _move(call, name, old, new)
    return Reply(200, call.git_view.ref(name, new))


@route("DELETE /repos/{owner}/{repo}/git/refs/{ref}", _WRITE)
def delete_ref(call: Call) -> Reply:
    name = f"refs/{call['ref']}"
    old = call.git.ref(name)
    if old is None:
        raise RefusedError(422, "Reference does not exist")
    if name == f"refs/heads/{call.repo.default_branch}":
        raise RefusedError(422, "Cannot delete the default branch")
    _move(call, name, old, None)
    return Reply(204)


def _target(call: Call, name: str) -> str:
    sha: str = call.body["sha"]
    type = call.git.type(sha) if len(sha) == 40 else None
    if type is None:
        raise RefusedError(422, "Object does not exist")
    if name.startswith("refs/heads/") and type != "commit":
        raise RefusedError(422, "Reference cannot be updated: the object is not a commit")
    return sha


def _move(call: Call, name: str, old: str | None, new: str | None) -> None:
    try:
        pushes.move(call.world, call.repo, call.bearer, name, old, new)
    except GitError as error:
        # Where one is a folder of the other, or a push was faster.
        raise RefusedError(422, "Reference update failed") from error


# Objects


@route("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", _READ)
def get_commit(call: Call) -> Reply:
    return Reply(200, call.git_view.git_commit(call.git.commit(_object(call, "commit_sha", "commit"))))


@route(
    "POST /repos/{owner}/{repo}/git/commits",
    _WRITE,
    takes="message tree parents author committer",
)
def create_commit(call: Call) -> Reply:
    body = call.body
    if call.git.type(body["tree"]) != "tree":
        raise RefusedError(422, "Tree SHA does not exist")
    parents = body.get("parents", [])
    if any(call.git.type(parent) != "commit" for parent in parents):
        raise RefusedError(422, "Parent SHA does not exist or is not a commit object")
    author, committer, signed = people(call)
    sha = call.git.write_commit(body["tree"], parents, author, committer, body["message"])
    if signed:
        call.repo.signed.add(sha)
    shown = call.git_view.git_commit(call.git.commit(sha))
    return Reply(201, shown, {"Location": shown["url"]})


def people(call: Call) -> tuple[Person, Person, bool]:
    """The author and the committer of a commit to make, and whether GitHub signs it itself."""

    def person(given: dict[str, Any] | None, default: Person) -> Person:
        if given is None:
            return default
        date = given.get("date")
        return Person(
            given["name"], given["email"], datetime.fromisoformat(date) if date else call.world.now()
        )

    author, committer = call.body.get("author"), call.body.get("committer")
    written = person(author, call.world.person(call.actor))
    if call.bearer.automatic and author is None and committer is None:
        return written, call.world.web_flow(), True
    return written, person(committer, written), False


@route("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", _READ, asks="recursive")
def get_tree(call: Call) -> Reply:
    name = call["tree_sha"]
    tree = call.git.peel(call.git.resolve(name) or name, "tree")
    if tree is None:
        raise missing()
    # Any value will do, `0` and `false` too.
    entries = call.git.entries(tree, recursive="recursive" in call.query)
    return Reply(200, call.git_view.tree(tree, entries))


@route("POST /repos/{owner}/{repo}/git/trees", _WRITE, takes="tree base_tree")
def create_tree(call: Call) -> Reply:
    base = None
    if name := call.body.get("base_tree"):
        base = call.git.peel(name, "tree")
        if base is None:
            raise missing("base_tree is not a valid tree oid")
    entries = [_entry(call, base, given) for given in call.body["tree"]]
    if not entries:
        raise RefusedError(422, "Invalid tree info")
    tree = call.git.write_tree(base, entries)
    shown = call.git_view.tree(tree, call.git.entries(tree))
    return Reply(201, shown, {"Location": shown["url"]})


def _entry(call: Call, base: str | None, given: dict[str, Any]) -> Entry:
    path, mode = given.get("path", ""), given.get("mode", "100644")
    type = given.get("type") or {"040000": "tree", "160000": "commit"}.get(mode, "blob")
    parts = path.split("/")
    if not set(parts).isdisjoint({"", ".", "..", ".git"}):
        raise RefusedError(422, f"tree.path contains a malformed path component: {path!r}")
    if ("content" in given) == ("sha" in given):
        raise RefusedError(422, "Must supply either tree.sha or tree.content.")
    if "content" in given:
        return Entry(path, mode, type, call.git.write("blob", given["content"].encode()))
    sha = given["sha"]
    if sha is None and (base is None or call.git.entry(base, path) is None):
        raise RefusedError(422, "GitRPC::BadObjectState")
    if sha is not None and type != "commit" and call.git.type(sha) != type:
        raise RefusedError(422, f"tree.sha {sha} is not a valid {type}")
    return Entry(path, mode, type, sha)


@route("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", _READ)
def get_blob(call: Call) -> Reply:
    sha = _object(call, "file_sha", "blob")
    return Reply(200, call.git_view.blob(sha, call.git.read(sha)))


@route("POST /repos/{owner}/{repo}/git/blobs", _WRITE, takes="content encoding")
def create_blob(call: Call) -> Reply:
    text = call.body["content"]
    content = decoded(text) if call.body.get("encoding") == "base64" else text.encode()
    shown = call.git_view.short_blob(call.git.write("blob", content))
    return Reply(201, shown, {"Location": shown["url"]})


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise RefusedError(422, "content is not valid Base64") from error


@route("GET /repos/{owner}/{repo}/git/tags/{tag_sha}", _READ)
def get_tag(call: Call) -> Reply:
    return Reply(200, call.git_view.tag(call.git.tag(_object(call, "tag_sha", "tag"))))


@route("POST /repos/{owner}/{repo}/git/tags", _WRITE, takes="tag message object type tagger")
def create_tag(call: Call) -> Reply:
    """The object alone: its ref is another call."""
    body = call.body
    if call.git.type(body["object"]) != body["type"]:
        raise RefusedError(422, "Object does not exist")
    given = body.get("tagger") or {}
    tagger = call.world.person(call.actor)
    if given:
        date = datetime.fromisoformat(given["date"]) if "date" in given else tagger.date
        tagger = Person(given["name"], given["email"], date)
    sha = call.git.write_tag(body["tag"], body["object"], body["type"], tagger, body["message"] + "\n")
    shown = call.git_view.tag(call.git.tag(sha))
    return Reply(201, shown, {"Location": shown["url"]})


def _object(call: Call, name: str, type: str) -> str:
    sha = call[name]
    if len(sha) != 40 or call.git.type(sha) != type:
        raise missing()
    return sha
