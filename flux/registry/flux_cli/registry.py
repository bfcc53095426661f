"""A registry that the flux CLI writes to, and the CLI's requirements for it."""

import ipaddress
import re
from dataclasses import dataclass

from flux.errors import RequestError
from flux.registry import host_of
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.publisher import FluxPublisher
from flux.registry.remote.address import is_loopback
from flux.registry.target import Registry, Target

_PRIVATE = [ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


@dataclass(frozen=True)
class FluxRegistry:
    """A registry that is read directly, and written to by the flux CLI."""

    registry: Registry
    cli: FluxCli

    def repository(self, artifact: str) -> Target:
        return self.registry.repository(artifact)

    def publisher(self, artifact: str) -> FluxPublisher:
        return FluxPublisher(self.cli, self.name(artifact), self.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)


def require_possible(location: str, insecure: bool | None, source: str) -> None:
    """Raises RequestError if the flux CLI cannot push and tag in this registry, or if `source`, the URL in
    the images, is empty."""
    host = host_of(location)
    otherwise = "or set `publisher: builtin`"
    if not host:
        raise RequestError(
            f"the publisher is flux, which cannot push to a folder: {location}",
            f"set `registry: oci://...`, {otherwise}",
        )
    if not {".", ":"} & set(host):
        raise RequestError(
            f"the publisher is flux, which takes {host!r} for a repository on Docker Hub",
            f"write the registry's host with its domain or its port, {otherwise}",
        )
    plain = is_loopback(host) if insecure is None else insecure
    if plain and not _tries_plain_http(host):
        raise RequestError(
            f"the publisher is flux, which cannot tag over plain HTTP at {host}",
            f"serve the registry with TLS, {otherwise}",
        )
    if not source:
        raise RequestError(
            "the publisher is flux, which needs the URL of the repository, and origin has none",
            f"set `source` to it, {otherwise}",
        )


def _tries_plain_http(host: str) -> bool:
    """Whether the CLI falls back to plain HTTP without TLS. Its command `tag` has no flag for plain HTTP.

    github.com/google/go-containerregistry, pkg/name/registry.go
    """
    try:
        if any(ipaddress.ip_address(host.partition(":")[0]) in network for network in _PRIVATE):
            return True
    except ValueError:
        pass
    local = re.search(r"\.localhost(:\d{1,5})?$", host) or host.startswith("localhost:")
    return bool(local) or "127.0.0.1" in host or "::1" in host
