"""What the flux CLI demands of a registry."""

from uuid import uuid4

import pytest

from flux.errors import RequestError
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry, require_possible
from flux.registry.push import push
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.registry.flux_cli.failing import TAGS
from tests.registry.images import packed


@pytest.mark.parametrize(
    ("location", "insecure", "said"),
    [
        (".registry", None, "which cannot push to a folder: .registry"),
        ("/srv/images", None, "which cannot push to a folder: /srv/images"),
        ("https://ghcr.io/x", None, "which cannot push to a folder: https://ghcr.io/x"),
        ("oci://registry.example.com/x", True, "which cannot tag over plain HTTP at registry.example.com"),
        ("oci://registry:5000/x", True, "which cannot tag over plain HTTP at registry:5000"),
        ("oci://127.0.0.2:5000/x", None, "which cannot tag over plain HTTP at 127.0.0.2:5000"),
        ("oci://172.32.0.1:5000", True, "which cannot tag over plain HTTP at 172.32.0.1:5000"),
        ("oci://registry/x", None, "which takes 'registry' for a repository on Docker Hub"),
        ("oci://localhost/x", None, "which takes 'localhost' for a repository on Docker Hub"),
    ],
)
def test_what_flux_cannot_do_is_refused_by_name(location: str, insecure: bool | None, said: str) -> None:
    with pytest.raises(RequestError) as raised:
        require_possible(location, insecure, "https://example.com/x")
    assert raised.value.message == f"the publisher is flux, {said}"
    assert raised.value.hint.endswith("or set `publisher: builtin`")


@pytest.mark.parametrize(
    ("location", "insecure"),
    [
        ("oci://ghcr.io/acme", None),
        ("oci://registry.example.com/x", False),
        ("oci://127.0.0.1:5000/x", None),
        ("oci://localhost:5000", True),
        ("oci://registry.localhost:5000", True),
        ("oci://[::1]:5000/x", None),
        ("oci://10.0.0.1:5000", True),
        ("oci://172.31.0.1", True),
        ("oci://127.0.0.2:5000", False),
    ],
)
def test_what_flux_can_do(location: str, insecure: bool | None) -> None:
    require_possible(location, insecure, "https://example.com/x")


def test_a_host_that_is_called_localhost(registry_server: parts.Registry, flux_cli: str) -> None:
    """As is the address of IPv4, which every other test has."""
    host = f"localhost:{registry_server.host.rpartition(':')[2]}"
    registry = FluxRegistry(RemoteRegistry(f"{host}/{uuid4().hex}", 2, None), FluxCli("2.9", "generic"))
    assert push(registry.publisher("app"), packed(), TAGS).action == "pushed"
    assert sorted(registry.repository("app").tags()) == sorted(TAGS)
