"""The publisher that is the flux CLI.

It looks with our own requests, as all else does; what is missing goes through the program.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import gettempdir

from flux.artifact.image import Image
from flux.errors import RegistryError, RequestError
from flux.registry.flux_cli import FluxCli
from flux.registry.http import is_loopback
from flux.registry.identity import is_same
from flux.registry.staging import stage, staging_folder
from flux.registry.target import Manifest, Registry, Target

_PRIVATE = [ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


@dataclass(frozen=True)
class FluxPublisher:
    """`name` is the repository's, as one would give it to `docker pull`."""

    cli: FluxCli
    name: str
    target: Target

    def foresee(self, image: Image) -> None:
        """Nobody knows: the layer is compressed by Go."""

    def push(self, image: Image, tags: Sequence[str]) -> str:
        """Raises RegistryError where flux packed other content than the image's: no tag but the first is
        pointed at it then."""
        first, *others = tags
        url = f"oci://{self.name}:{first}"
        try:
            with staging_folder() as folder:
                content = folder / "content"
                ignored = stage(image.tar, content)
                digest = self.cli.push(url, content, image.source, image.revision_annotation, ignored)
        except OSError as error:
            raise RegistryError(
                f"the files for `flux push` could not be written to {gettempdir()}: {error.strerror}",
                "let TMPDIR name a folder with room, on a file system that keeps every name as it is",
            ) from error
        if not is_same(self.target, self.target.fetch_manifest(digest), image):
            raise RegistryError(
                f"flux packed other content in {self.name}:{first}: its diff ID is not {image.diff_id}",
                "set `flux_version` to a version that packs alike, or `publisher: builtin`",
            )
        if others:
            self.cli.tag(f"oci://{self.name}@{digest}", others)
        return digest

    def tag(self, manifest: Manifest, tag: str) -> None:
        self.cli.tag(f"oci://{self.name}@{manifest.digest}", [tag])


@dataclass(frozen=True)
class FluxRegistry:
    """A registry that is looked at as it is, and written to by the flux CLI."""

    registry: Registry
    cli: FluxCli

    def repository(self, artifact: str) -> Target:
        return self.registry.repository(artifact)

    def publisher(self, artifact: str) -> FluxPublisher:
        return FluxPublisher(self.cli, self.name(artifact), self.repository(artifact))

    def name(self, artifact: str) -> str:
        return self.registry.name(artifact)


def require_possible(location: str, insecure: bool | None, source: str) -> None:
    """Raises RequestError for a registry that the flux CLI cannot push and tag in, and where `source`, the
    URL in the images, is empty."""
    scheme, _, rest = location.rpartition("://")
    host = rest.partition("/")[0]
    otherwise = "or set `publisher: builtin`"
    if not scheme:
        raise RequestError(
            f"the publisher is flux, which cannot push to a folder: {location}",
            f"set `registry: oci://...`, {otherwise}",
        )
    if not {".", ":"} & set(host):
        raise RequestError(
            f"the publisher is flux, which takes {host!r} for a repository of Docker Hub",
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
            "the publisher is flux, which demands the URL of the repository, and origin has none",
            f"set `source` to it, {otherwise}",
        )


def _tries_plain_http(host: str) -> bool:
    """Where the CLI goes on to plain HTTP when there is no TLS, for `tag` has no flag that asks for it.

    github.com/google/go-containerregistry, pkg/name/registry.go
    """
    try:
        if any(ipaddress.ip_address(host.partition(":")[0]) in network for network in _PRIVATE):
            return True
    except ValueError:
        pass
    local = re.search(r"\.localhost(:\d{1,5})?$", host) or host.startswith("localhost:")
    return bool(local) or "127.0.0.1" in host or "::1" in host
