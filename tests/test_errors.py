"""What is said of bad inputs, word for word; and that no answer of a registry is too bad for a sentence."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import FluxError
from flux.registry.builtin import BuiltinPublisher
from flux.registry.identity import is_ours, is_same
from flux.registry.push import push
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from flux.registry.target import Manifest
from flux.retry import Retries
from tests.commands.helpers import Finished, in_actions, inv, monorepo
from tests.registry.images import image
from tests.repo import Repo
from tests.servers import Answer, Server, serve

_BAD = sorted((Path(__file__).parent / "bad_inputs").glob("*.yaml"))
_MOST_LINES = 2
_NO_HEAD = ("none", "empty", "bare")


@dataclass(frozen=True)
class Bad:
    """One file of bad_inputs.

    `run` is what is given to `inv`, in a monorepo of the artifacts `app` and `db` with `files` on top, or in
    a clone of it of some kind, after the git commands in `git`; with `untracked` files, `env`, an `event` of
    Actions, or a `server` for a registry, which gives one answer to all. HEAD12, MAIN12, HOST and FOLDER in
    `says` stand for this run's.
    """

    run: list[str]
    exit: int
    says: str
    files: dict[str, str]
    untracked: dict[str, str]
    git: list[list[str]]
    clone: str
    env: dict[str, str]
    event: dict[str, str] | None
    server: dict[str, Any] | None


def read(path: Path) -> Bad:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    defaults: dict[str, Any] = {
        "files": {},
        "untracked": {},
        "git": [],
        "clone": "none of these",
        "env": {},
        "event": None,
        "server": None,
    }
    return Bad(**(defaults | document))


def clone_of(repo: Repo, kind: str, folder: Path) -> Path:
    if kind == "shallow":
        return repo.clone(folder / "clone", "--depth=1").path
    if kind == "bare":
        return repo.clone(folder / "clone", "--bare").path
    if kind in ("none", "empty"):
        path = folder / "clone"
        path.mkdir()
        if kind == "empty":
            Repo(path)
        return path
    return repo.path


@pytest.mark.parametrize("path", _BAD, ids=lambda path: path.stem)
def test_a_bad_input(path: Path, tmp_path: Path) -> None:
    bad = read(path)
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")}
    repo = monorepo(tmp_path / "repo", {**files, **bad.files})
    repo.commit()
    folder = clone_of(repo, bad.clone, tmp_path)
    for name in ("tasks.py", "invoke.yaml"):
        if not (folder / name).exists():
            (folder / name).write_bytes((repo.path / name).read_bytes())
    for command in bad.git:
        blob = repo.git("rev-parse", "HEAD:tasks.py")
        Repo(folder).git(*(argument.replace("BLOB", blob) for argument in command))
    for name, content in bad.untracked.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    env = dict(bad.env)
    if bad.event:
        env |= in_actions(
            tmp_path / "job", bad.event["name"], bad.event["payload"].replace("NESTED", "[" * 100_000)
        ).env
    with ExitStack() as stack:
        server = Server("registry.example")
        if bad.server:
            headers = [(name, value) for name, value in bad.server.get("headers", {}).items()]
            answer = Answer(bad.server["status"], bad.server.get("body", "").encode(), headers)
            server = stack.enter_context(serve(lambda request: answer))
            env["INVOKE_FLUX_REGISTRY"] = f"oci://{server.host}/x"
        before = sorted(folder.iterdir())
        finished = inv(folder, *bad.run, env=env)
    head = (
        "" if bad.clone in ("none", "empty", "bare") else Repo(folder).git("rev-parse", "--short=12", "HEAD")
    )
    main = repo.git("for-each-ref", "--format=%(objectname:short=12)", "refs/heads/main")
    says = bad.says.replace("HEAD12", head).replace("MAIN12", main)
    says = says.replace("HOST", server.host).replace("FOLDER", str(folder))
    assert said(finished, env) == says.splitlines()
    assert finished.code == bad.exit
    if bad.exit == 2:
        assert sorted(folder.iterdir()) == before  # nothing was written


def said(finished: Finished, env: dict[str, str]) -> list[str]:
    """The lines for people; in Actions these are workflow commands, on standard output."""
    if "GITHUB_ACTIONS" in env:
        assert finished.err == ""
        return finished.out.splitlines()
    return finished.err.splitlines()


def test_every_bad_input_has_one_error_and_at_most_one_hint() -> None:
    assert len(_BAD) > 60
    for path in _BAD:
        lines = read(path).says.splitlines()
        kinds = [line.split(":")[0] for line in lines]
        assert kinds in (["error"], ["error", "hint"], [""]), path.name
        assert all(line.isprintable() and line == line.strip() for line in lines), path.name
        assert kinds != [""] or lines[0].startswith("::error::"), path.name


def test_with_json_there_is_nothing_but_the_document(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x": "x", "artifacts/App/x": "x"})
    for command in ("list", "changed", "check", "build"):
        option = ["--since=nonsense"] if command in ("changed", "build") else []
        finished = inv(repo, command, "--json", *option, *(["-a", "nope"] if command == "check" else []))
        assert finished.out == "" or json.loads(finished.out)
        assert len(finished.err.splitlines()) <= _MOST_LINES
    finished = inv(repo, "build", "--json")
    assert finished.code == 1
    errors = [artifact.get("error", {}).get("message") for artifact in finished.document["artifacts"]]
    assert errors == [
        "'App' cannot be an OCI repository: it has 'A' at character 1; "
        "allowed are a-z, 0-9 and . _ - between them",
        None,
    ]


def test_debug_adds_the_traceback(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x": "x"})
    plain = inv(repo, "changed", "--since=nonsense")
    command = [sys.executable, "-m", "invoke", "--debug", "changed", "--since=nonsense"]
    debug = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert debug.returncode == plain.code
    assert "Traceback (most recent call last)" in debug.stderr
    assert plain.err in debug.stderr


def test_without_git(tmp_path: Path) -> None:
    finished = inv(monorepo(tmp_path / "repo", {}), "list", env={"PATH": str(tmp_path)})
    assert finished.code == 1
    assert finished.err.splitlines() == [
        "error: git was not found",
        "hint: install git, or add it to PATH",
    ]


@pytest.mark.parametrize(
    "arguments", [("list",), ("build",), ("build", "--json"), ("check",), ("tag",), ("status",)], ids=" ".join
)
def test_a_reader_that_goes_away(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """As `inv build | head -1` does."""
    repo = monorepo(tmp_path / "repo", {f"artifacts/{n}/x.yaml": "x: 1\n" for n in "abcdefgh"})
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "invoke", *arguments]
    done = subprocess.run(command, cwd=repo.path, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert len(done.stderr.splitlines()) <= (10 if "--json" in arguments else _MOST_LINES)


@pytest.mark.parametrize(
    "arguments", [("list",), ("build",), ("build", "--json"), ("check",), ("tag",), ("status",)], ids=" ".join
)
def test_a_disk_that_is_full(arguments: tuple[str, ...], tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/a/x.yaml": "x: 1\n"})
    with open("/dev/full", "w") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "invoke", *arguments]
        done = subprocess.run(command, cwd=repo.path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


# A registry that answers anything at all

_URLS = st.sampled_from(
    [
        "",
        "/",
        "http://[",
        "http://[::1",
        "http://a..b/",
        f"http://{'a' * 70}/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "//",
        "///",
        "//[",
        "http:///x",
        "http://user:password@127.0.0.1:1/x",
        "mailto:x@y",
        "?",
        "#",
        "/v2/x/app/blobs/uploads/1?a=b#c",
        "/v2/x/app/tags/list",
        "\xe9\xff",
        "http://\xe9\xff/",
        "/\x01\x7f",
        "HOST/v2/",
        "HOST",
        "<long>",
    ]
)
_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=20)
# What is too long to be shown.
_LONG = {
    b"<arrays>": b"[" * 100_000,
    b"<objects>": b'{"a":' * 100_000,
    b"<errors>": b'{"errors":' + b"[" * 100_000,
    b"<number>": b'{"token": "x", "expires_in": 1' + b"0" * 400 + b"}",
    b"<digits>": b"9" * 5000,
    b"<long>": b"x" * 5000,
    b"<line>": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"<lines>": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 200 + b"\r\n",
    b"<zeros>": gzip.compress(bytes(3_000_000)),
    b"<manifest>": image().manifest,
    b"<config>": image().config,
    b"<layer>": image().layer.content,
}
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("errors", "code", "message", "tags", "name", "token", "access_token", "expires_in"),
                    *("config", "layers", "mediaType", "digest", "size", "data", "annotations", "rootfs"),
                    *("schemaVersion", "diff_ids", "manifests", "platform"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def _changed_manifest(change: tuple[str, Any]) -> bytes:
    """Our own manifest with one thing in it that is another."""
    document = json.loads(image().manifest)
    *path, last = change[0].split(".")
    inner = document
    for key in path:
        inner = inner[int(key)] if isinstance(inner, list) else inner[key]
    inner[last] = change[1]
    return json.dumps(document).encode()


_BODIES = st.one_of(
    st.sampled_from(
        [
            b"",
            b"<html></html>",
            b"null",
            b"[]",
            b"{}",
            b'{"errors": []}',
            b'{"errors": [{"code": "MANIFEST_BLOB_UNKNOWN"}]}',
            b'{"errors": [{"code": "\\ud800"}]}',
            b'{"errors": [{"code": {}, "message": [1]}]}',
            b'{"token": "x", "expires_in": <digits>}',
            b'{"token": "x", "expires_in": NaN}',
            b'{"token": "x\\ny"}',
            b'{"token": "\\u00e9"}',
            b"\xff\xfe",
            *_LONG,
        ]
    ),
    _JSON.map(lambda document: json.dumps(document).encode()),
    st.tuples(
        st.sampled_from(
            [
                *("config", "config.data", "config.digest", "config.mediaType", "layers", "layers.0.digest"),
                *("layers.0.mediaType", "layers.0", "annotations", "schemaVersion"),
            ]
        ),
        st.sampled_from(["", "x", "\xe9", "=", None, 1, [], {}, "sha256:", "../../x", "e30=", "W10="])
        | _JSON,
    )
    .filter(lambda change: change[0] != "layers.0")
    .map(_changed_manifest),
    st.binary(max_size=40),
)
_HEADERS = st.lists(
    st.one_of(
        st.tuples(st.just("Location"), _URLS | _TEXT),
        st.tuples(st.just("Link"), _URLS.map(lambda url: f'<{url}>; rel="next"') | _TEXT),
        st.tuples(
            st.just("WWW-Authenticate"),
            st.one_of(
                _TEXT,
                st.sampled_from(
                    [
                        "",
                        "Basic",
                        'Basic realm="x"',
                        "Bearer",
                        "Bearer realm=",
                        'Bearer realm="',
                        'Bearer realm="\\',
                        "Bearer =,=,,",
                        "Negotiate",
                        'Bearer realm="HOST/token",service="\xe9",scope="x"',
                        'Bearer realm="HOST/token"\r\n ,service="folded"',
                    ]
                ),
                _URLS.map(lambda url: f'Bearer realm="{url}"'),
            ),
        ),
        st.tuples(
            st.just("Retry-After"),
            st.sampled_from(
                [
                    "0",
                    "-1",
                    "0.5",
                    "1e400",
                    "",
                    " ",
                    "soon",
                    "Mon, 01 Jan 2001 00:00:00 GMT",
                    "Fri, 01 Jan 99999 00:00:00 GMT",
                    "Mon, 99 Foo 2001 99:99:99 GMT",
                    "Mon, 01 Jan 2001 00:00:00 +999999999999",
                    "<digits>",
                    "\xb2",
                ]
            ),
        ),
        st.tuples(
            st.just("Docker-Content-Digest"),
            _TEXT | st.sampled_from(["sha256:", digest_of(b""), digest_of(image().manifest), "\xe9"]),
        ),
        st.tuples(
            st.just("Content-Type"),
            _TEXT
            | st.sampled_from([MANIFEST_TYPE, "text/html", "application/json", "", ";", "a\r\n b", "\xe9"]),
        ),
        st.tuples(
            st.just("Content-Encoding"),
            st.sampled_from(["gzip", "deflate", "br", "zstd", "identity", "gzip, gzip, gzip", "x"]),
        ),
        st.tuples(st.just("Transfer-Encoding"), st.sampled_from(["chunked", "gzip", "x"])),
        st.tuples(st.just("Content-Length"), st.sampled_from(["-1", "x", "0", ""])),
        st.tuples(st.sampled_from(["Set-Cookie", "Connection", "X"]), _TEXT),
    ),
    max_size=4,
)
_STATUSES = st.one_of(
    st.sampled_from(
        [*(200, 201, 202, 204, 206), *(301, 302, 303, 307, 308, 304), *(400, 401, 403, 404, 409, 416, 429)]
    ),
    st.sampled_from([500, 502, 503, 504, 100, 101, 199, 299, 599, 600, 999]),
)
_ANSWERS = st.one_of(
    st.builds(Answer, _STATUSES, _BODIES, _HEADERS),
    st.sampled_from(
        [
            b"",
            b"\r\n\r\n",
            b"garbage\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 99999 X\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            b"<line>",
            b"<lines>",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n folded: first\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
        ]
    ),
    st.binary(max_size=60),
)


def _use(target: RemoteTarget) -> Iterator[Callable[[], object]]:
    """Everything that a command may ask of a registry."""
    yield lambda: target.resolve("latest")
    yield lambda: target.fetch_manifest("latest")
    yield lambda: target.fetch_blob(digest_of(b""))
    yield lambda: target.push_blob(b"content")
    yield lambda: target.push_manifest(Manifest(b"{}", MANIFEST_TYPE), "latest")
    yield target.tags
    yield lambda: push(BuiltinPublisher(target), image(), ["tag", "latest"])
    yield lambda: is_same(target, target.fetch_manifest("latest"), image())
    yield lambda: is_ours(target.fetch_manifest("latest"), image())


class Fuzzed:
    """One server for all examples: it gives the answers in turn, and the last for ever."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.answers: list[Answer | bytes] = []
        self.given = 0

    def start(self, answers: list[Answer | bytes]) -> None:
        self.server.requests.clear()
        self.answers, self.given = answers, 0

    def next(self) -> bytes:
        """As bytes, since a connection that stays open would be waited for."""
        answer = self.answers[min(self.given, len(self.answers) - 1)]
        self.given += 1
        if isinstance(answer, Answer):
            answer = answer.raw.replace(b"HOST", f"http://{self.server.host}".encode())
        return _written_out(answer)


def _written_out(content: bytes) -> bytes:
    head, separator, body = content.partition(b"\r\n\r\n")
    for word, meaning in _LONG.items():
        if word in body:
            body = body.replace(word, meaning)
            head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
        head = head.replace(word, meaning)
    return head + separator + body


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    running: list[Fuzzed] = []
    with serve(lambda request: running[0].next()) as server:
        running.append(Fuzzed(server))
        yield running[0]


@pytest.fixture(scope="module", autouse=True)
def impatient() -> Iterator[None]:
    """The same retries, where a pause only moves the clock."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    defaults = Retries.__init__.__kwdefaults__
    assert defaults
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "sleep", sleep)
        patch.setitem(defaults, "clock", lambda: now[0])
        yield


@settings(max_examples=100)
@pytest.mark.stories
@given(answers=st.lists(_ANSWERS, min_size=1, max_size=4), which=st.integers(0, 8))
@example([Answer(307, b"", [("Location", "http://[")])], 0)
@example([Answer(202, b"", [("Location", "http://[")])], 3)
@example([Answer(401, b"", [("WWW-Authenticate", 'Bearer realm="http://["')])], 0)
@example([Answer(200, b'{"tags": []}', [("Link", '<http://[>; rel="next"')])], 5)
@example([Answer(429, b"", [("Retry-After", "Fri, 01 Jan 99999 00:00:00 GMT")])], 0)
@example([Answer(429, b"", [("Retry-After", "<digits>")])], 0)
@example([Answer(100, b"<zeros>")], 0)
@example([Answer(400, b"<arrays>")], 1)
@example([Answer(200, b"<objects>")], 5)
@example([Answer(200, b"<arrays>")], 7)
@example([Answer(200, b"<arrays>")], 8)
@example([Answer(200, _changed_manifest(("config.data", "\xe9")))], 7)
@example(
    [
        Answer(401, b"", [("WWW-Authenticate", 'Bearer realm="HOST/token"')]),
        Answer(200, b"<number>"),
    ],
    0,
)
def test_no_answer_of_a_registry_is_too_bad_for_a_sentence(
    fuzzed: Fuzzed, answers: list[Answer | bytes], which: int
) -> None:
    fuzzed.start(answers)
    target = RemoteRegistry(f"{fuzzed.server.host}/x", jobs=1, insecure=None).repository("app")
    try:
        list(_use(target))[which]()
    except FluxError as error:
        lines = [error.message, error.hint]
    else:
        return
    assert lines[0]
    assert not any("\n" in line or "\r" in line or len(line) > 1000 for line in lines), lines
