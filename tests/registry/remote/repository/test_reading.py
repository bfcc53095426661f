"""What a registry may answer to who reads, and the real one does not answer on command."""

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.image_manifest import OTHER_TYPES
from flux.artifact.layer import digest_of
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest
from tests.registry.remote.repository.answering import (
    BLOB,
    BLOB_DIGEST,
    DIGEST,
    LATEST,
    MANIFEST,
    OTHER,
    at,
    error,
    refused,
)
from tests.registry.scripted import reply, scripted
from tests.servers import Answer, Request, serve


def test_the_digest_that_head_tells_is_enough() -> None:
    with scripted(reply(headers=DIGEST)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}"]


def test_every_type_that_a_tag_may_hold_is_asked_for() -> None:
    """To a request for another a registry may answer 404, as if there were nothing."""
    with scripted(reply(headers=DIGEST), reply(body=MANIFEST.content)) as script:
        at(script).resolve("latest")
        at(script).fetch_manifest("latest")
    for request in script.requests:
        first, *others, last = request.headers["Accept"].split(", ")
        assert (first, set(others), last) == (MANIFEST_TYPE, set(OTHER_TYPES), "*/*")


def test_without_the_digest_of_head_the_manifest_is_fetched() -> None:
    with scripted(reply(), reply(body=MANIFEST.content)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}"]


def test_a_tag_deleted_between_head_and_get_is_absent() -> None:
    with scripted(reply(), error(404, "MANIFEST_UNKNOWN")) as script:
        assert at(script).resolve("latest") is None


@pytest.mark.parametrize("headers", [{}, {"Content-Type": f"{MANIFEST_TYPE}; charset=utf-8"}])
def test_a_manifest_has_its_media_type_whatever_the_header(headers: dict[str, str]) -> None:
    with scripted(reply(body=MANIFEST.content, headers=headers)) as script:
        assert at(script).fetch_manifest("latest") == MANIFEST


def test_another_media_type_is_kept() -> None:
    with scripted(reply(body=MANIFEST.content, headers={"Content-Type": "application/x"})) as script:
        assert at(script).fetch_manifest("latest") == Manifest(MANIFEST.content, "application/x")


def test_a_manifest_that_is_not_what_the_header_says_is_refused() -> None:
    with scripted(reply(body=MANIFEST.content, headers={"Docker-Content-Digest": OTHER})) as script:
        said = refused(lambda: at(script).fetch_manifest("latest"))
    name = f"{script.host}/some/artifact"
    assert said.message == f"{name}: manifest latest has digest {MANIFEST.digest}, not {OTHER}"
    assert said.hint


def test_a_manifest_that_is_not_what_was_asked_for_is_refused() -> None:
    with scripted(reply(body=MANIFEST.content)) as script:
        said = refused(lambda: at(script).fetch_manifest(OTHER))
    assert said.message.endswith(f"has digest {MANIFEST.digest}, not {OTHER}")


def test_a_blob_that_is_not_what_was_asked_for_is_refused() -> None:
    with scripted(reply(body=b"?")) as script:
        said = refused(lambda: at(script).fetch_blob(BLOB_DIGEST))
    name = f"{script.host}/some/artifact"
    assert said.message == f"{name}: blob has digest {digest_of(b'?')}, not {BLOB_DIGEST}"


def test_a_blob_may_be_elsewhere() -> None:
    with scripted(reply(body=BLOB)) as storage:
        elsewhere = {"Location": f"http://{storage.host}/bucket?signature=1"}
        with scripted(reply(307, headers=elsewhere)) as script:
            assert at(script).fetch_blob(BLOB_DIGEST) == BLOB
    assert storage.asked == ["GET /bucket?signature=1"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 410, 415, 501])
def test_a_head_that_is_not_served_is_no_absence(status: int) -> None:
    there = reply(body=MANIFEST.content)
    with scripted(reply(status), there, there) as script:
        target = at(script)
        assert target.resolve("latest") == MANIFEST.digest
        assert target.resolve("latest") == MANIFEST.digest
    # Once is enough to know.
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}", f"GET {LATEST}"]


def test_only_a_get_says_that_a_tag_is_absent() -> None:
    absent = error(404, "MANIFEST_UNKNOWN")
    with scripted(reply(404), absent, reply(404), absent) as script:
        target = at(script)
        assert target.resolve("latest") is None
        assert target.resolve("latest") is None
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}"] * 2


def test_a_head_that_fails_is_tried_again_before_it_is_given_up() -> None:
    with scripted(reply(503), reply(429), reply(headers=DIGEST)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}"] * 3


def test_every_type_is_asked_for() -> None:
    """docker-registry answers 404 for an index to who asks for images only."""

    def picky(request: Request) -> Answer:
        asked = {kind.strip() for kind in request.headers.get("Accept", "").split(",")}
        return reply(body=MANIFEST.content, headers={"Content-Type": kind}) if kind in asked else reply(404)

    for kind in (MANIFEST_TYPE, *OTHER_TYPES):
        with serve(picky) as server:
            target = RemoteRegistry(server.host, jobs=1, insecure=None).repository("artifact")
            assert target.resolve("latest") == MANIFEST.digest
            assert target.fetch_manifest("latest") == Manifest(MANIFEST.content, kind)


@pytest.mark.parametrize(
    "link",
    [
        '</v2/some/artifact/tags/list?n=2&last=b>; rel="next"',
        "</v2/some/artifact/tags/list?n=2&last=b>; rel=next",
        "<list?n=2&last=b>;rel=next",
        '<http://{host}/v2/some/artifact/tags/list?n=2&last=b>; rel="next"',
    ],
)
def test_tags_are_read_page_by_page(link: str) -> None:
    pages = [reply(body=b'{"tags": ["a", "b"]}', headers={"Link": link}), reply(body=b'{"tags": ["c"]}')]
    with scripted(*pages) as script:
        assert at(script).tags() == ["a", "b", "c"]
    assert script.asked == [
        "GET /v2/some/artifact/tags/list",
        "GET /v2/some/artifact/tags/list?n=2&last=b",
    ]


@pytest.mark.parametrize("answer", [reply(body=b'{"tags": null}'), reply(body=b"{}"), reply(404)])
def test_a_repository_without_tags_has_none(answer: Answer) -> None:
    with scripted(answer) as script:
        assert at(script).tags() == []


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"tags": 1}', b'{"tags": [1]}', b"\xff"])
def test_tags_that_are_none_are_refused(body: bytes) -> None:
    with scripted(reply(body=body)) as script:
        said = refused(at(script).tags)
    assert said.message == f"{script.host}/some/artifact sent an invalid list of tags"
