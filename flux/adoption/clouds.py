"""The registries of three clouds, where a job logs in with its identity instead of a password."""

import re
from dataclasses import dataclass

from flux.regex import regex


@dataclass(frozen=True)
class Cloud:
    """A cloud. `variables` are the variables that a job needs to log in. The action `setup` reads
    them."""

    name: str
    host: re.Pattern[str]
    variables: tuple[str, ...]


# docker/login-action recognizes ECR by the same names.
_ECR = r"[0-9]{12}\.dkr[.-]ecr\.(?P<region>[a-z0-9-]+)\.(amazonaws\.(com(\.cn)?|eu)|on\.aws)"
CLOUDS = (
    Cloud(
        "azure",
        regex(r"(?P<name>[a-z0-9-]+)\.azurecr\.io"),
        ("FLUX_AZURE_CLIENT_ID", "FLUX_AZURE_TENANT_ID"),
    ),
    Cloud("aws", regex(_ECR), ("FLUX_AWS_ROLE",)),
    Cloud(
        "google",
        regex(r"[a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io"),
        ("FLUX_GOOGLE_PROVIDER", "FLUX_GOOGLE_SERVICE_ACCOUNT"),
    ),
)


def cloud_of(host: str) -> Cloud | None:
    """Return the cloud of a registry, or None for any other registry."""
    return next((cloud for cloud in CLOUDS if cloud.host.fullmatch(host)), None)
