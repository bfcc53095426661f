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

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import LocationValueError, ProxySchemeUnknown

from flux.errors import RegistryUnreachableError
from flux.registry.remote.address import is_loopback
from flux.registry.remote.deadline import keep_deadlines, tls_context
from flux.registry.remote.limits import Limits

_ONCE = Retry(False, redirect=False)
_MOST_HOSTS = 8  # urllib3 closes the oldest pool when there are more than ten


class Pools:
    """Pools of open connections, at most `jobs` to one host. The proxy of a host is looked up once."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self._jobs = jobs
        self._timeout = Timeout(connect=limits.connect, read=limits.seconds)
        self._lock = Lock()
        self._managers: dict[tuple[str | None, bool], PoolManager] = {}
        self._pools: dict[tuple[str, str], HTTPConnectionPool | PoolManager] = {}
        self._context: ssl.SSLContext | None = None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> BaseHTTPResponse:
        """Send one request, and return the answer before its body is read. Redirects are not followed.

        Raises RegistryUnreachableError if the proxy's address is invalid, and the errors of urllib3.
        """
        parts = urlsplit(url)
        pool = self._pool(url, parts)
        return pool.urlopen(
            method,
            url if isinstance(pool, PoolManager) else _target(parts),
            headers=headers,
            body=body,
            retries=_ONCE,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )

    def _pool(self, url: str, parts: SplitResult) -> HTTPConnectionPool | PoolManager:
        """Return the pool for a URL. Plain HTTP through a proxy has one pool for all hosts."""
        host = parts.scheme, parts.netloc
        with self._lock:
            if host not in self._pools:
                if len(self._pools) == _MOST_HOSTS:
                    self._pools.clear()
                manager = self._manager(url, parts.scheme)
                is_forwarded = isinstance(manager, ProxyManager) and parts.scheme == "http"
                self._pools[host] = manager if is_forwarded else manager.connection_from_url(url)
            return self._pools[host]

    def _manager(self, url: str, scheme: str) -> PoolManager:
        proxy = proxy_of(url)
        encrypts = scheme == "https" or (proxy or "").lower().startswith("https:")
        if (proxy, encrypts) not in self._managers:
            self._managers[proxy, encrypts] = self._open(url, proxy, encrypts)
        return self._managers[proxy, encrypts]

    def _open(self, url: str, proxy: str | None, encrypts: bool) -> PoolManager:
        if encrypts and self._context is None:
            self._context = tls_context()  # reads all CA certificates, which takes time
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


def _target(parts: SplitResult) -> str:
    """Return the path and the query of a URL, as a request line has them."""
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


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
