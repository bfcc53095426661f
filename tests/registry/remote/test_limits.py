"""What a registry may send, and what it costs when it sends more."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.limits import Limits, in_words
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from tests.registry.remote.raw import Forever, sending
from tests.registry.scripted import reply, scripted
from tests.servers import Answer, Request, serve

SMALL = Limits(seconds=5, manifest=1000, tags=1000, token=1000, error=1000, blob=1000)
BLOB = b"content"


def at(host: str, limits: Limits = SMALL) -> RemoteTarget:
    return RemoteRegistry(host, jobs=1, insecure=None, limits=limits).repository("app")


def refused(use: Callable[[], object]) -> RegistryError:
    with pytest.raises(RegistryError) as raised:
        use()
    return raised.value


USES: dict[str, Callable[[RemoteTarget], object]] = {
    "manifest": lambda to: to.fetch_manifest("latest"),
    "tags": lambda to: to.tags(),
    "blob": lambda to: to.fetch_blob(digest_of(BLOB)),
}


@pytest.mark.parametrize("use", USES.values(), ids=list(USES))
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["without a length", "long", "longer than a number", "less than nothing"],
)
def test_an_answer_without_an_end_is_refused(head: bytes, use: Callable[[RemoteTarget], object]) -> None:
    with sending(Forever(head, then=b"x" * 1000)) as host:
        said = refused(lambda: use(at(host)))
    assert said.message.endswith("sent more than 1000 bytes")
    assert said.hint == "check the setting `registry`"


def test_a_chunk_without_an_end_is_refused() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"
    with sending(Forever(head, then=b"x" * 1000)) as host:
        assert refused(at(host).tags).message.endswith("sent more than 1000 bytes")


def test_what_is_as_long_as_it_may_be_is_read() -> None:
    content = b"x" * 1000
    with scripted(reply(body=content), reply(body=content)) as script:
        manifest = at(script.host).fetch_manifest("latest")
        assert manifest is not None
        assert manifest.content == at(script.host).fetch_blob(digest_of(content)) == content


def test_a_blob_has_its_declared_size() -> None:
    with scripted(reply(body=BLOB), reply(body=BLOB)) as script:
        assert at(script.host).fetch_blob(digest_of(BLOB), len(BLOB)) == BLOB
        said = refused(lambda: at(script.host).fetch_blob(digest_of(BLOB), len(BLOB) - 1))
    assert said.message.endswith("sent more than 6 bytes")


def test_a_declared_size_may_be_more_than_that_of_others() -> None:
    content = b"x" * 2000
    with scripted(reply(body=content)) as script:
        assert at(script.host).fetch_blob(digest_of(content), 2000) == content


def test_a_refusal_is_read_in_part() -> None:
    text = b"No, and I will tell you why. "
    with sending(Forever(b"HTTP/1.1 418 No\r\n\r\n", then=text)) as host:
        said = refused(lambda: at(host).fetch_manifest("latest"))
    assert 'answered 418 to GET /v2/app/manifests/latest: "No, and I will tell you why. No' in said.message
    assert len(said.message) < 500


def test_a_token_is_not_that_long() -> None:
    answer = json.dumps({"token": "t" * 1000}).encode()
    with serve(lambda request: Answer(200, answer)) as service:
        challenge = [("WWW-Authenticate", f'Bearer realm="http://{service.host}/token"')]
        with serve(lambda request: Answer(401, b"", challenge)) as server:
            assert refused(at(server.host).tags).message.endswith("sent more than 1000 bytes")


def test_nothing_is_decompressed() -> None:
    bomb = gzip.compress(b'{"tags": [' + b" " * 3_000_000 + b"]}")
    assert len(bomb) < 10_000

    def answer(request: Request) -> Answer:
        assert request.headers["Accept-Encoding"] == "identity"
        return Answer(200, bomb, [("Content-Encoding", "gzip")])

    with serve(answer) as server:
        said = refused(at(server.host, Limits()).tags)
    assert said.message == f"{server.host}/app sent an invalid list of tags"


def test_a_compressed_blob_is_what_was_stored() -> None:
    """Some storage marks gzip as an encoding, which it is not here."""
    layer = gzip.compress(b"content")
    with scripted(reply(body=layer, headers={"Content-Encoding": "gzip"})) as script:
        assert at(script.host).fetch_blob(digest_of(layer)) == layer


_HUNGRY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
from flux.errors import RegistryError
from flux.registry.remote.registry import RemoteRegistry
target = RemoteRegistry(sys.argv[1], jobs=1, insecure=None).repository("app")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for use in (target.tags, lambda: target.fetch_manifest("latest")):
    try:
        use()
    except RegistryError as error:
        print(error.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("encoding", ["gzip", "deflate, gzip", ""])
def test_a_bomb_costs_little_memory(encoding: str, tmp_path: Path) -> None:
    """3 MB that would be 3 GB."""
    block = gzip.compress(b"\0" * (3 << 20))
    bomb = block * 1000
    assert 2_500_000 < len(bomb) < 3_500_000
    headers = [("Content-Encoding", encoding)] if encoding else []
    script = tmp_path / "hungry.py"
    script.write_text(_HUNGRY)
    with serve(lambda request: Answer(200, bomb, headers)) as server:
        done = subprocess.run(
            [sys.executable, str(script), server.host, str(1 << 30)], capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    *said, cost = done.stdout.splitlines()
    assert said == [f"{server.host}/app sent an invalid list of tags"]
    assert int(cost) < 50 << 10


def test_usual_limits_hold_what_there_is() -> None:
    usual = Limits()
    tags = json.dumps({"tags": [f"1.{number}.0-with-a-suffix" for number in range(100_000)]}).encode()
    manifest = json.dumps({"schemaVersion": 2, "annotations": {"x": "y" * 100_000}}).encode()
    with scripted(reply(body=tags), reply(body=manifest, headers={"Content-Type": MANIFEST_TYPE})) as script:
        assert len(at(script.host, usual).tags()) == 100_000
        assert at(script.host, usual).fetch_manifest("latest") is not None
    assert usual.seconds == 60
    assert usual.error == 64 << 10


@pytest.mark.parametrize(
    ("size", "words"), [(4 << 20, "4 MiB"), (64 << 10, "64 KiB"), (1000, "1000 bytes"), (0, "0 bytes")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
