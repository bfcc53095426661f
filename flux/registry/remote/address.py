"""Addresses, compared as addresses: the case of a host and a default port make no difference."""

import ipaddress
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from flux.errors import RegistryError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, in the one way to write them. Raises ValueError for no URL."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an address of a server")
    port = parts.port
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


def is_at(url: str, origin: str) -> bool:
    """Whether a URL is one of that origin."""
    try:
        return origin_of(url) == origin
    except ValueError:
        return False


def in_our_scheme(url: str, origin: str) -> str:
    """A URL of the origin's host in the origin's scheme: behind a proxy, a registry may not know its own.

    Another host's URL stays as it is.
    """
    ours, parts = urlsplit(origin), urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or parts.hostname != ours.hostname:
        return url
    if _port(ours) in (_port(parts), parts.port) or (parts.port is None and ours.port is None):
        return origin + urlunsplit(("", "", parts.path, parts.query, ""))
    return url


def join(base: str, url: str) -> str:
    """An address that a server sent, on the one that it was asked at. Raises RegistryError for none."""
    try:
        joined = urljoin(base, url)
        origin_of(joined)
    except ValueError as error:
        where = urlsplit(base).netloc
        raise RegistryError(
            f"{where} sent {url[:200]!r}, which is not an address", "check the setting `registry`"
        ) from error
    return joined


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without a port, is this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)
