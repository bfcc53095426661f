"""Git's own protocol over HTTP, served by git itself, for those whose token allows it."""

import base64
import re
import subprocess
from email.parser import BytesHeaderParser
from urllib.parse import urlencode

from tests.github import access, pushes
from tests.github.state import Token
from tests.github.wire import RefusedError, Reply, Request, missing
from tests.github.world import World

_PATH = re.compile(r"/(?P<name>[^/]+/[^/]+?)(\.git)?(?P<rest>/(info/refs|git-upload-pack|git-receive-pack))")
_READ = access.reads("contents")
_WRITE = access.writes("contents")


def answer(world: World, request: Request) -> Reply | None:
    """None for what is not git's."""
    match = _PATH.fullmatch(request.path)
    if match is None:
        return None
    try:
        return _serve(world, request, match["name"], match["rest"])
    except RefusedError as refused:
        reply = refused.reply
        # So git is asked for a password, and so it is told.
        challenge = {"WWW-Authenticate": 'Basic realm="GitHub"'} if reply.status == 401 else {}
        return Reply(reply.status, reply.body["message"].encode(), challenge)


def _serve(world: World, request: Request, name: str, path: str) -> Reply:
    repo = world.repositories.get(name.lower())
    token = _token(world, request)
    writing = "git-receive-pack" in (path.strip("/"), request.query.get("service"))
    body = request.body or b""
    if token is None and (writing or repo is None or repo.private):
        raise RefusedError(401, "Authentication failed")
    if repo is None:
        raise missing("Repository not found.")
    try:
        access.authorize(token, repo, _WRITE if writing else _READ)
    except RefusedError as refused:
        login = token.account.login if token else "nobody"
        message = f"Permission to {repo.full_name}.git denied to {login}."
        if refused.reply.status == 403:
            raise RefusedError(403, message) from refused
        raise missing("Repository not found.") from refused
    environment = {
        **repo.git.environment,
        "GIT_PROJECT_ROOT": str(repo.git.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repo.git.path.name}{path}",
        "QUERY_STRING": urlencode(request.query),
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
    }
    if token is not None:
        environment["REMOTE_USER"] = token.account.login
    done = subprocess.run(
        ["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=True
    )
    if token is not None and writing:
        pushes.notice(world, repo, token)
    head, _, answered = done.stdout.partition(b"\r\n\r\n")
    headers = dict(BytesHeaderParser().parsebytes(head).items())
    return Reply(int(headers.pop("Status", "200").split()[0]), answered, headers)


def _token(world: World, request: Request) -> Token | None:
    """The password, whoever it is said to be from."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    text = base64.b64decode(value).decode().partition(":")[2] if scheme.lower() == "basic" else value
    token = world.tokens.get(text)
    if token is None:
        raise RefusedError(401, "Invalid username or token.")
    request.login = token.account.login
    return token
