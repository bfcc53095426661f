"""The registries of three clouds, where a job logs in with its identity instead of a password."""

import re
from dataclasses import dataclass

from flux.regex import regex


@dataclass(frozen=True)
class Cloud:
    """A cloud, and a pattern of its registries' hosts."""

    name: str
    host: re.Pattern[str]


# docker/login-action recognizes ECR by the same names.
_ECR = r"[0-9]{12}\.dkr[.-]ecr\.(?P<region>[a-z0-9-]+)\.(amazonaws\.(com(\.cn)?|eu)|on\.aws)"
CLOUDS = (
    Cloud("azure", regex(r"(?P<name>[a-z0-9-]+)\.azurecr\.io")),
    Cloud("aws", regex(_ECR)),
    Cloud("google", regex(r"[a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io")),
)


def cloud_of(host: str) -> Cloud | None:
    """Return the cloud of a registry, or None for any other registry."""
    return next((cloud for cloud in CLOUDS if cloud.host.fullmatch(host)), None)
