"""GitHub's GraphQL API, held against its published schema: the mutations that switch auto-merge, and the
query for when comments were edited."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from tests.github import access, descriptions
from tests.github.peoplebodies import node, show_user, stamp
from tests.github.state import Pull, Repository, Token
from tests.github.wire import JSON, RefusedError, Reply, Request, Urls
from tests.github.world import World

_MUTATION = re.compile(
    r"mutation (?P<label>\w+)\(\$input: (?P<type>\w+)!\) "
    r"\{ (?P<name>\w+)\(input: \$input\) \{ (?P<fields>[\w\s{}]+) \} \}"
)
_QUERY = re.compile(
    r"query (?P<label>\w+)\(\$ids: \[ID!\]!\) "
    r"\{ nodes\(ids: \$ids\) \{ \.\.\. on (?P<type>\w+) \{ (?P<fields>[\w\s{}]+) \} \} \}"
)
_WRITE = access.writes("pull_requests")
_READ = access.reads("issues", "pull_requests")
_MOST_NODES = 100
_SCALARS: Mapping[str, type] = {"String": str, "ID": str, "GitObjectID": str}


class _Error(Exception):
    """What is answered with 200 all the same."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.told = {"type": kind, "message": message}


def answer(world: World, request: Request, urls: Urls, fail: Callable[[str], None]) -> Reply | None:
    """None for what is not asked of GraphQL, and for other queries, which are not modelled."""
    body = request.body if isinstance(request.body, dict) else {}
    asked = str(body.get("query", ""))
    match, query = _MUTATION.fullmatch(asked), _QUERY.fullmatch(asked)
    if (request.method, request.path) != ("POST", "/graphql") or not (match or query):
        return None
    token = world.tokens.get(request.headers.get("authorization", "").partition(" ")[2].strip())
    if token is None:
        return RefusedError(401, "Bad credentials").reply
    request.login = token.account.login
    if match is None:
        assert query
        return _nodes(world, query, body.get("variables", {}).get("ids"), token, fail)
    given = body.get("variables", {}).get("input")
    if complaint := _complaint(match, given):
        fail(f"{request} is not as GitHub describes it: {complaint}")
        return RefusedError(400, complaint).reply
    try:
        told = _perform(world, match["name"], given, token, urls)
    except _Error as error:
        return Reply(200, {"data": {match["name"]: None}, "errors": [error.told]})
    return Reply(200, {"data": {match["name"]: told}})


def _nodes(world: World, query: re.Match[str], ids: Any, token: Token, fail: Callable[[str], None]) -> Reply:
    """The comments with these IDs, null for those that are gone or that the token may not see."""
    complaint = _of_selection(query["type"], query["fields"].split())
    if complaint or not isinstance(ids, list) or len(ids) > _MOST_NODES or query["type"] != "IssueComment":
        fail(f"a query is not as GitHub describes it: {complaint or ids}")
        return RefusedError(400, str(complaint)).reply
    there: dict[str, JSON] = {}
    for repo in world.repositories.values():
        with suppress(RefusedError):
            access.authorize(token, repo, _READ)
            for comment in (comment for issue in repo.issues.values() for comment in issue.comments):
                edited = stamp(comment.edited) if comment.edited else None
                there[node("IC", comment.id)] = {"id": node("IC", comment.id), "lastEditedAt": edited}
    return Reply(200, {"data": {"nodes": [there.get(id) for id in ids]}})


def _perform(world: World, name: str, given: JSON, token: Token, urls: Urls) -> JSON:
    repo, pull = _found(world, given["pullRequestId"])
    try:
        access.authorize(token, repo, _WRITE)
    except RefusedError as refused:
        raise _Error("FORBIDDEN", refused.reply.body["message"]) from refused
    if name == "enablePullRequestAutoMerge":
        _check(repo, pull, given)
        pull.auto_merge = token.account
    elif name == "disablePullRequestAutoMerge":
        if pull.auto_merge is None or pull.closed:
            raise _Error("UNPROCESSABLE", "Can't disable auto-merge for this pull request")
        pull.auto_merge = None
    else:
        raise NotImplementedError(name)
    shown = show_user(urls, token.account)
    actor = {"avatarUrl": shown["avatar_url"], "login": shown["login"]}
    actor |= {"resourcePath": f"/{token.account.login}", "url": shown["html_url"]}
    return {"actor": actor, "clientMutationId": given.get("clientMutationId")}


def _check(repo: Repository, pull: Pull, given: JSON) -> None:
    """It waits for something, of a pull request that is still where it was."""
    message = ""
    if not repo.allow_auto_merge:
        message = "Pull request Auto merge is not allowed for this repository"
    elif pull.closed:
        message = "Pull request is closed"
    elif not (repo.approvals.get(pull.base) or repo.checks.get(pull.base)):
        message = "Pull request is in clean status"
    elif given.get("expectedHeadOid", repo.head(pull)) != repo.head(pull):
        message = "Head branch was modified. Review and try again."
    if message:
        raise _Error("UNPROCESSABLE", message)


def _found(world: World, id: str) -> tuple[Repository, Pull]:
    for repo in world.repositories.values():
        for pull in repo.pulls:
            if node("PR", pull.id + 1) == id:
                return repo, pull
    raise _Error("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")


# GitHub's schema


def _complaint(match: re.Match[str], given: Any) -> str | None:
    """What is wrong with a mutation by the schema; None where nothing is."""
    fields = {each["name"]: each for each in _types()["Mutation"]["fields"]}
    if (field := fields.get(match["name"])) is None:
        return f"there is no mutation {match['name']}"
    (argument,) = field["args"]
    if _named(argument["type"]) != match["type"]:
        return f"{match['name']} takes no {match['type']}"
    return _of_input(match["type"], given) or _of_selection(_named(field["type"]), match["fields"].split())


def _of_input(name: str, given: Any) -> str | None:
    known = {each["name"]: each["type"] for each in _types()[name]["inputFields"]}
    if not isinstance(given, dict) or given.keys() - known.keys():
        return f"{name} has no {', '.join(given.keys() - known.keys()) if given else 'value'}"
    for field, type_ in known.items():
        value, of = given.get(field), _types()[_named(type_)]
        if value is None:
            if type_["kind"] == "NON_NULL":
                return f"{name} needs {field}"
        elif of["kind"] == "ENUM":
            if value not in [each["name"] for each in of["enumValues"]]:
                return f"{field} is not {of['name']}: {value}"
        elif not isinstance(value, _SCALARS[of["name"]]):
            return f"{field} is not {of['name']}: {value}"
    return None


def _of_selection(name: str, words: list[str]) -> str | None:
    """Of a selection like `actor { login } clientMutationId`."""
    at, last = [name], ""
    for word in words:
        fields = {each["name"]: each["type"] for each in _types()[at[-1]]["fields"] or ()}
        if word == "{":
            at.append(_named(fields[last]))
        elif word == "}":
            at.pop()
        elif word in fields:
            last = word
        else:
            return f"{at[-1]} has no field {word}"
    return None


def _named(type_: JSON) -> str:
    while type_["ofType"]:
        type_ = type_["ofType"]
    return str(type_["name"])


@cache
def _types() -> dict[str, JSON]:
    document = json.loads((descriptions.folder() / "graphql.json").read_bytes())
    return {each["name"]: each for each in document["__schema"]["types"]}
