"""A registry over HTTP as a kind of registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flux.artifact.name import is_repository
from flux.registry.kind import RegistryKind, RegistrySetting

if TYPE_CHECKING:
    from flux.registry.target import Registry


class RemoteKind(RegistryKind):
    """Its locations are as in the `url` of an OCIRepository of Flux."""

    beginning = "oci://"
    allowed = "oci://HOST[:PORT]/PATH in lower case"
    pattern = r"oci://[^@\sA-Z]+"

    def read(self, location: str) -> str:
        rest = location.removeprefix(self.beginning)
        host, _, path = rest.rstrip("/").partition("/")
        if "@" in rest:
            raise ValueError("credentials do not belong here; use docker login")
        if not re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?", host):
            raise ValueError("its host is not valid")
        if path and not is_repository(path):
            raise ValueError("its path cannot be an OCI repository")
        return f"{self.beginning}{host}/{path}".rstrip("/")

    def open(self, setting: RegistrySetting) -> Registry:
        from flux.registry.remote.registry import RemoteRegistry

        return RemoteRegistry(setting.location.removeprefix(self.beginning), setting.jobs, setting.insecure)

    def host(self, location: str) -> str:
        return location.removeprefix(self.beginning).partition("/")[0]
