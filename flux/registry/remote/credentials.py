"""The credentials that `docker login` or `podman login` left on this machine.

Docker's file is read first, then the file in REGISTRY_AUTH_FILE, then Podman's files.

https://docs.docker.com/reference/cli/docker/login/#credential-stores
https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flux.errors import RegistryUnreachableError
from flux.reasons import of_json, of_system
from flux.registry.remote.credential_helper import HelperError, ask_helper

_HUB = "docker.io"
_HUB_NAMES = frozenset({_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
_HUB_URL = "https://index.docker.io/v1/"
_MOST = 4 << 20


class BrokenConfigError(Exception):
    """A file, or its entry for a host, does not have Docker's format. The message says why."""


@dataclass(frozen=True)
class Credentials:
    """A user and password, or a refresh token."""

    username: str = ""
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()


def find_credentials(
    host: str, environment: Mapping[str, str] = os.environ, repository: str = ""
) -> Credentials | None:
    """Return the credentials for a registry, None if there are none. If a file has entries for namespaces,
    the one that contains the repository counts.

    Raises RegistryUnreachableError if a file or a helper's answer cannot be read.
    """
    wanted = f"{_registry_of(host)}/{repository}"
    for path in _files(environment):
        try:
            found = _in_file(path, wanted)
        except OSError as error:
            raise _unreadable(host, path, of_system(error)) from error
        except (BrokenConfigError, HelperError) as error:
            raise _unreadable(host, path, str(error)) from error
        if found is not None:
            return found
    return None


def _unreadable(host: str, path: Path, reason: str) -> RegistryUnreachableError:
    return RegistryUnreachableError(
        f"the credentials that Docker has for {host} could not be read: {reason}",
        f"log in again with `docker login {host}`, or fix {path}",
    )


def _registry_of(key: str) -> str:
    """Return the host of a configuration key. All names of Docker Hub give the same one."""
    host = key.partition("://")[2] if "://" in key else key
    host = host.partition("/")[0].lower()
    return _HUB if host in _HUB_NAMES else host


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environment.get("HOME") or Path.home())
    yield Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json"
    if named := environment.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json"


def _in_file(path: Path, wanted: str) -> Credentials | None:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(content) > _MOST:
        raise BrokenConfigError("the file is too large")
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BrokenConfigError(of_json(error).reason) from error
    if not isinstance(config, dict):
        raise BrokenConfigError("the file is not a configuration of Docker's")
    return _of_helper(config, wanted) or _of_entry(config, wanted)


def _of_helper(config: Mapping[str, Any], wanted: str) -> Credentials | None:
    registry = wanted.partition("/")[0]
    chosen = next((name for _, name in _fitting(config, "credHelpers", wanted)), None)
    program = chosen or config.get("credsStore")
    if not program:
        return None
    if not isinstance(program, str):
        raise BrokenConfigError(f"{program!r} is not a credential helper")
    answer = ask_helper(program, _HUB_URL if registry == _HUB else registry)
    if answer is None:
        return None
    if answer.username == "<token>":
        return Credentials(refresh_token=answer.secret)
    return Credentials(answer.username, answer.secret)


def _of_entry(config: Mapping[str, Any], wanted: str) -> Credentials | None:
    for key, entry in _fitting(config, "auths", wanted):
        if entry:
            if not isinstance(entry, dict):
                raise BrokenConfigError(f"the entry for {key} is broken")
            if found := _read_entry(key, entry):
                return found
    return None


def _read_entry(key: str, entry: Mapping[str, Any]) -> Credentials | None:
    given = {name: value for name, value in entry.items() if value}
    for name in ("auth", "identitytoken", "username", "password"):
        if not isinstance(given.get(name, ""), str):
            raise BrokenConfigError(f"`{name}` in the entry for {key} is not a text")
    if token := given.get("identitytoken"):
        return Credentials(refresh_token=token)
    if "auth" in given:
        return _decoded(key, given["auth"])
    if "username" in given:
        return Credentials(given["username"], given.get("password", ""))
    return None


def _decoded(key: str, auth: str) -> Credentials:
    try:
        pair = base64.b64decode(auth, validate=True).decode()
    except ValueError as error:
        raise BrokenConfigError(f"`auth` in the entry for {key} is not base64") from error
    username, colon, password = pair.partition(":")
    if not colon:
        raise BrokenConfigError(f"`auth` in the entry for {key} has no password")
    return Credentials(username, password.strip("\0"))


def _mapping(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = config.get(name) or {}
    if not isinstance(value, dict):
        raise BrokenConfigError(f"`{name}` is not a mapping")
    return value


def _fitting(config: Mapping[str, Any], name: str, wanted: str) -> list[tuple[str, Any]]:
    """Return the entries of a mapping for the registry of `wanted`: first the narrowest namespace that
    contains it, then the whole registry, and last other namespaces, which Docker accepts too."""
    registry = wanted.partition("/")[0]
    found = [(key, value) for key, value in _mapping(config, name).items() if _registry_of(key) == registry]
    return sorted(found, key=lambda pair: _fit(pair[0], wanted), reverse=True)


def _fit(key: str, wanted: str) -> int:
    namespace = "" if "://" in key else key.partition("/")[2].strip("/")
    if namespace in ("", "v1", "v2"):
        return 0
    return len(namespace) if f"{wanted.partition('/')[2]}/".startswith(f"{namespace}/") else -1
