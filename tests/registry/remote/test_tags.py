"""Pages of tags, which may repeat or never end."""

import json
import re

import pytest

from flux.errors import RegistryError
from flux.registry.remote.limits import Limits
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from tests.registry.scripted import reply, scripted
from tests.servers import Answer, Request, serve

LIST = "/v2/app/tags/list"


def at(host: str, limits: Limits | None = None) -> RemoteTarget:
    return RemoteRegistry(host, jobs=1, insecure=None, limits=limits).repository("app")


def page(*tags: str, next: str = "") -> Answer:
    headers = {"Link": f'<{next}>; rel="next"'} if next else {}
    return reply(body=json.dumps({"tags": tags}).encode(), headers=headers)


@pytest.mark.parametrize("again", [LIST, f"{LIST}?n=2", "list?n=2"])
def test_a_page_that_leads_to_itself_is_an_error(again: str) -> None:
    with serve(lambda request: page("a", next=again)) as server, pytest.raises(RegistryError) as raised:
        at(server.host).tags()
    assert raised.value.message == f"{server.host}/app sends the same list of tags again and again"
    assert len(server.requests) <= 2


def test_pages_in_a_circle_are_an_error() -> None:
    pages = [page("a", next="list?2"), page("b", next="list?3"), page("c", next="list?2")]
    with scripted(*pages) as script, pytest.raises(RegistryError, match="again and again"):
        at(script.host).tags()


def endless(request: Request) -> Answer:
    number = int(request.path.rpartition("=")[2]) if "=" in request.path else 0
    return page(f"t{number}", next=f"{LIST}?last={number + 1}")


def test_pages_without_an_end_are_an_error() -> None:
    with serve(endless) as server, pytest.raises(RegistryError) as raised:
        at(server.host).tags()
    assert raised.value.message == f"{server.host}/app sends lists of tags without end"
    assert len(server.requests) == Limits().pages


def test_so_is_more_than_anybody_has() -> None:
    limits = Limits(all_tags=1000)
    with serve(endless) as server, pytest.raises(RegistryError, match="without end"):
        at(server.host, limits).tags()
    assert len(server.requests) < 100


def test_so_are_pages_that_take_for_ever() -> None:
    with serve(endless) as server, pytest.raises(RegistryError, match="without end"):
        at(server.host, Limits(listing=0.1, pages=10**6)).tags()


def test_a_tag_that_moves_to_the_next_page_is_one_tag() -> None:
    pages = [page("a", "b", next="list?last=b"), page("b", "c")]
    with scripted(*pages) as script:
        assert at(script.host).tags() == ["a", "b", "c"]


def test_an_empty_page_is_not_the_last_one() -> None:
    with scripted(page(next="list?last=b"), page("c")) as script:
        assert at(script.host).tags() == ["c"]


def test_a_repository_that_goes_away_between_two_pages() -> None:
    with scripted(page("a", next="list?last=a"), reply(404)) as script:
        assert at(script.host).tags() == ["a"]


@pytest.mark.parametrize("link", ["http://[", "ftp://host/x", "http://host:port/x"])
def test_a_next_page_that_is_nowhere(link: str) -> None:
    with scripted(page("a", next=link)) as script, pytest.raises(RegistryError) as raised:
        at(script.host).tags()
    assert re.fullmatch(rf"{script.host} sent .*, which is not an address", raised.value.message)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"tags":' + "[" * 100_000])
def test_a_list_that_is_deep(body: str) -> None:
    with (
        scripted(reply(body=body.encode())) as script,
        pytest.raises(RegistryError, match="an invalid list of tags"),
    ):
        at(script.host).tags()
