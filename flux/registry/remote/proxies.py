"""Selects the proxy for a URL from HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import LocationValueError, ProxySchemeUnknown

from flux.errors import RegistryUnreachableError
from flux.registry.remote.address import is_loopback
from flux.registry.remote.deadline import keep_deadlines, tls_context
from flux.registry.remote.limits import Limits


class Pools:
    """Pools of open connections, at most `jobs` to one host: one pool for each proxy, and one without."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self._jobs = jobs
        self._timeout = Timeout(connect=limits.connect, read=limits.seconds)
        self._lock = Lock()
        self._pools: dict[str | None, PoolManager] = {}
        self._context: ssl.SSLContext | None = None

    def for_url(self, url: str) -> PoolManager:
        """Return the pool for a URL. Raises RegistryUnreachableError if the proxy's address is invalid."""
        proxy = proxy_of(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._open(url, proxy)
            return self._pools[proxy]

    def _open(self, url: str, proxy: str | None) -> PoolManager:
        self._context = self._context or tls_context()
        options: dict[str, Any] = {
            "maxsize": self._jobs,
            "timeout": self._timeout,
            "ssl_context": self._context,
        }
        if proxy is None:
            return keep_deadlines(PoolManager(**options))
        try:
            options |= {"proxy_headers": _credentials_of(proxy), "proxy_ssl_context": self._context}
            return keep_deadlines(ProxyManager(proxy, **options))
        except (ProxySchemeUnknown, LocationValueError, ValueError) as error:
            parts = urlsplit(url)
            raise RegistryUnreachableError(
                f"the proxy in front of {parts.netloc} does not speak HTTP",
                f"let {parts.scheme.upper()}_PROXY be http://NAME:PORT, or let NO_PROXY name the registry",
            ) from error


def proxy_of(url: str) -> str | None:
    """Return the proxy for a URL; None for a loopback address, or if NO_PROXY names the host."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or is_loopback(parts.netloc) or proxy_bypass(parts.netloc) or _is_excepted(parts, proxies):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_excepted(parts: SplitResult, proxies: Mapping[str, str]) -> bool:
    """Whether NO_PROXY has a host's IP address or network, which the standard library does not check."""
    try:
        host = ip_address(parts.hostname or "")
    except ValueError:
        return False
    for name in proxies.get("no", "").split(","):
        with suppress(ValueError):
            if host in ip_network(name.strip().strip("[]"), strict=False):
                return True
    return False


def _credentials_of(proxy: str) -> dict[str, str]:
    """Return the header `Proxy-Authorization` for the user and password in a proxy's URL."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": "Basic " + b64encode(pair.encode()).decode()}
