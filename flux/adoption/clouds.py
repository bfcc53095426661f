"""The registries that know a job by who it is, without a password: those of three clouds."""

import re
from dataclasses import dataclass

from flux.regex import regex


@dataclass(frozen=True)
class Cloud:
    """`variables` are those of the repository that say as whom a job logs in."""

    name: str
    host: re.Pattern[str]
    variables: tuple[str, ...]


# docker/login-action knows ECR by the same names.
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
    """Whose registry this is; None where none of the three knows it."""
    return next((cloud for cloud in CLOUDS if cloud.host.fullmatch(host)), None)
