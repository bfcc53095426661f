"""Compares addresses, without regard to the case of a host or a default port."""

import ipaddress
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from flux.errors import RegistryError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return the normalized scheme, host and port of a URL. Raises ValueError if it is not a URL."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an address of a server")
    port = parts.port
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


def is_at(url: str, origin: str) -> bool:
    """Whether a URL has this origin."""
    if url.startswith(f"{origin}/"):
        return True
    try:
        return origin_of(url) == origin
    except ValueError:
        return False


def in_our_scheme(url: str, origin: str) -> str:
    """Return a URL of the origin's host with the origin's scheme. A registry behind a proxy may not know it.

    The URL of another host is returned unchanged.
    """
    ours, parts = urlsplit(origin), urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or parts.hostname != ours.hostname:
        return url
    if _port(ours) in (_port(parts), parts.port) or (parts.port is None and ours.port is None):
        return origin + urlunsplit(("", "", parts.path, parts.query, ""))
    return url


def join(base: str, url: str) -> str:
    """Resolve an address from a server against the request's URL. Raises RegistryError if it is invalid."""
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
    """Whether `host`, with or without a port, is a loopback address."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)
