"""Several tags with one request: used where a registry has proved it, and nowhere else."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from urllib3 import HTTPHeaderDict

from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.several import SeveralTags, told_tags
from flux.registry.target import Manifest, point
from tests.registry.images import image
from tests.registry.zoo.registry import Call, Registry, error
from tests.registry.zoo.several import EchoesAll, RefusesSeveral, TakesSeveral, TakesSome
from tests.servers import Answer, Request, Server, serve

IMAGE = image()
MANIFEST = Manifest(IMAGE.manifest, "application/vnd.oci.image.manifest.v1+json")
DIGEST = MANIFEST.digest
TAGS = ["at_ring1", "at_ring2", "prod_ring1"]


@contextmanager
def served(profile: Registry, *artifacts: str) -> Iterator[tuple[RemoteRegistry, Server]]:
    """A registry that knows everybody, with the blobs of an image."""
    profile.admit = lambda call: None  # type: ignore[method-assign]
    with serve(profile.answer) as server:
        for name in artifacts or ("app",):
            for blob in (IMAGE.config, IMAGE.layer.content):
                profile.blobs[name, digest_of(blob)] = blob
        yield RemoteRegistry(server.host, jobs=4, insecure=None), server


def puts(server: Server) -> list[str]:
    """What was pushed, `+` for several tags at once."""
    found = []
    for request in server.requests:
        if request.method == "PUT" and "/manifests/" in request.path:
            parts = urlsplit(request.path)
            several = parse_qs(parts.query).get("tag")
            found.append("+".join(several) if several else parts.path.rpartition("/")[2])
    return found


def test_a_registry_that_takes_them_gets_one_request_for_each_image() -> None:
    profile = TakesSeveral()
    with served(profile, "app", "db") as (registry, server):
        for name in ("app", "db"):
            point(registry.publisher(name), MANIFEST, TAGS)
    assert puts(server) == ["+".join(TAGS)] * 2
    assert profile.tags == {name: dict.fromkeys(TAGS, MANIFEST.digest) for name in ("app", "db")}
    looked = [request.path for request in server.requests if request.method == "HEAD"]
    assert {(path, looked.count(path)) for path in looked} == {
        *((f"/v2/app/manifests/{tag}", 2) for tag in TAGS),  # the first time, before more is sent like that
        *((f"/v2/db/manifests/{tag}", 1) for tag in TAGS),
    }


def test_one_that_stops_to_do_what_it_says_is_found_out() -> None:
    class Tires(TakesSeveral):
        """It makes what it is first asked for, and of the rest the last tag of each request."""

        def make(self, call: Call, tags: Sequence[str]) -> Sequence[str]:
            super().make(call, tags if call.repository == "app" else tags[-1:])
            return tags

    profile = Tires()
    with served(profile, "app", "db") as (registry, server):
        for name in ("app", "db"):
            point(registry.publisher(name), MANIFEST, TAGS)
    assert puts(server) == ["+".join(TAGS), "+".join(TAGS), *TAGS[:-1]]
    assert profile.tags == {name: dict.fromkeys(TAGS, MANIFEST.digest) for name in ("app", "db")}


@pytest.mark.parametrize("profile", [Registry, EchoesAll, RefusesSeveral])
def test_another_gets_plain_requests_after_the_first(profile: type[Registry]) -> None:
    used = profile()
    with served(used, "app", "db") as (registry, server):
        for name in ("app", "db"):
            point(registry.publisher(name), MANIFEST, TAGS)
    assert puts(server) == ["+".join(TAGS), *TAGS, *TAGS]
    assert used.tags == {name: dict.fromkeys(TAGS, MANIFEST.digest) for name in ("app", "db")}


@pytest.mark.parametrize("profile", [Registry, RefusesSeveral, TakesSeveral])
def test_one_like_distribution_is_asked_with_what_is_sent_anyway(profile: type[Registry]) -> None:
    class Distribution(profile):  # type: ignore[misc, valid-type]
        def answer(self, request: Request) -> Answer:
            answer: Answer = super().answer(request)
            version = ("Docker-Distribution-Api-Version", "registry/2.0")
            return replace(answer, headers=[*answer.headers, version])

    used = Distribution()
    with served(used, "app", "db") as (registry, server):
        for name in ("app", "db"):
            registry.repository(name).resolve("latest")
            point(registry.publisher(name), MANIFEST, TAGS)
    refused, several = "+".join(TAGS[1:]), "+".join(TAGS)
    assert (
        puts(server)
        == {
            Registry: [refused, *TAGS[1:], *TAGS],
            RefusesSeveral: [refused, several, *TAGS, *TAGS],
            TakesSeveral: [refused, several, several],
        }[profile]
    )
    assert used.tags == {name: dict.fromkeys(TAGS, DIGEST) for name in ("app", "db")}


def test_what_is_not_echoed_is_pushed_alone() -> None:
    profile = TakesSome()
    with served(profile) as (registry, server):
        point(registry.publisher("app"), MANIFEST, TAGS)
        point(registry.publisher("app"), MANIFEST, ["x", "y"])
    assert puts(server) == ["+".join(TAGS), TAGS[1], "x+y", "y"]
    assert profile.tags["app"] == dict.fromkeys([*TAGS, "x", "y"], MANIFEST.digest)


def test_one_tag_is_pushed_alone() -> None:
    with served(TakesSeveral()) as (registry, server):
        point(registry.publisher("app"), MANIFEST, ["latest"])
    assert puts(server) == ["latest"]


def test_no_request_has_more_than_a_registry_should_take() -> None:
    tags = [f"t{n}" for n in range(25)]
    profile = TakesSeveral()
    with served(profile) as (registry, server):
        point(registry.publisher("app"), MANIFEST, tags)
    assert puts(server) == ["+".join(tags[:10]), "+".join(tags[10:20]), "+".join(tags[20:])]
    assert sorted(profile.tags["app"]) == sorted(tags)


class Immutable(TakesSeveral):
    """No tag may be moved, nor be written again: one of them, and no other is made."""

    def put_manifest(self, call: Call) -> Answer:
        wanted = call.query.get("tag", []) or [call.reference]
        if set(wanted) & self.tags.get(call.repository, {}).keys():
            return error(409, "TAG_INVALID", "the tag is immutable")
        return super().put_manifest(call)


def test_a_tag_that_may_not_be_moved_is_the_only_one_that_is_not() -> None:
    profile = Immutable()
    with served(profile) as (registry, _):
        publisher = registry.publisher("app")
        point(publisher, MANIFEST, TAGS)
        profile.tags["app"]["1.0.0"] = "sha256:" + "0" * 64
        with pytest.raises(RegistryError, match="immutable"):
            point(publisher, MANIFEST, ["new", "1.0.0"])
        assert profile.tags["app"]["new"] == MANIFEST.digest
        profile.tags["app"]["1.0.0"] = MANIFEST.digest  # somebody else was faster, with the same
        point(publisher, MANIFEST, ["newer", "1.0.0"])
        assert profile.tags["app"]["newer"] == MANIFEST.digest


@pytest.mark.parametrize("answers", [[500], [201, 500]])
def test_a_failure_leaves_the_plain_way(answers: list[int]) -> None:
    """Also in the middle of a run, after it went well."""

    class Failing(TakesSeveral):
        def put_manifest(self, call: Call) -> Answer:
            if call.query and (answers.pop(0) if len(answers) > 1 else answers[0]) != 201:
                return error(500, "UNKNOWN")
            return super().put_manifest(call)

    profile = Failing()
    with served(profile) as (registry, _):
        point(registry.publisher("app"), MANIFEST, TAGS)
        point(registry.publisher("app"), MANIFEST, ["x", "y"])
    assert profile.tags["app"] == dict.fromkeys([*TAGS, "x", "y"], MANIFEST.digest)


def test_a_digest_that_is_another_proves_nothing() -> None:
    class Altering(TakesSeveral):
        def digest_header(self, digest: str) -> list[tuple[str, str]]:
            return [("Docker-Content-Digest", "sha256:" + "0" * 64)]

    with served(Altering()) as (registry, _), pytest.raises(RegistryError, match="has digest"):
        point(registry.publisher("app"), MANIFEST, TAGS)


def test_who_comes_while_another_finds_out_does_not_wait() -> None:
    known, both = SeveralTags(), Barrier(2)
    asked: list[Sequence[str]] = []

    def put(reference: str, tags: Sequence[str], *, persists: bool = False) -> Sequence[str]:
        asked.append(tags)
        both.wait(10)
        both.wait(10)
        return tags

    def push() -> Collection[str]:
        return known.push(DIGEST, ["a", "b"], put, lambda tag: True)

    def second() -> Collection[str]:
        both.wait(10)
        done = push()
        both.wait(10)
        return done

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(push)
        assert pool.submit(second).result(20) == set()
        assert first.result(20) == {"a", "b"}
    assert asked == [["a", "b"]]


@pytest.mark.parametrize(
    ("headers", "tags"),
    [
        ([], []),
        (["1.2.3, 1.2, 1", "latest"], ["1.2.3", "1.2", "1", "latest"]),
        ([" a ,,\tb ", ""], ["a", "b"]),
    ],
)
def test_the_tags_that_a_registry_names(headers: list[str], tags: list[str]) -> None:
    found = HTTPHeaderDict()
    for value in headers:
        found.add("oci-tag", value)
    assert told_tags(found) == tags


def test_tags_that_nobody_asked_for_count_for_nothing() -> None:
    def put(reference: str, tags: Sequence[str], *, persists: bool = False) -> Sequence[str]:
        return ["latest", "b"]

    assert SeveralTags().push(DIGEST, ["a", "b"], put, lambda tag: True) == {"b"}
