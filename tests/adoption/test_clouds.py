"""Which registries know a job by who it is."""

import pytest

from flux.adoption.clouds import CLOUDS, cloud_of


@pytest.mark.parametrize(
    ("host", "name", "parts"),
    [
        ("example.azurecr.io", "azure", {"name": "example"}),
        ("example-hash.azurecr.io", "azure", {"name": "example-hash"}),
        ("123456789012.dkr.ecr.eu-north-1.amazonaws.com", "aws", {"region": "eu-north-1"}),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws", {"region": "cn-north-1"}),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "aws", {"region": "eu-west-1"}),
        ("europe-docker.pkg.dev", "google", {}),
        ("europe-north1-docker.pkg.dev", "google", {}),
        ("eu.gcr.io", "google", {}),
        ("gcr.io", "google", {}),
    ],
)
def test_a_cloud(host: str, name: str, parts: dict[str, str]) -> None:
    cloud = cloud_of(host)
    assert cloud
    assert cloud.name == name
    found = cloud.host.fullmatch(host)
    assert found
    assert found.groupdict() == parts


@pytest.mark.parametrize(
    "host",
    [
        *(
            "ghcr.io",
            "docker.io",
            "",
            "azurecr.io",
            "example.azurecr.io.evil.com",
            "evil.com/example.azurecr.io",
        ),
        *("example.azurecr.io:443", "public.ecr.aws", "dkr.ecr.eu-north-1.amazonaws.com", "pkg.dev"),
        *("1.dkr.ecr.eu-north-1.amazonaws.com.evil.com", "x.pkg.dev", "a.b.gcr.io", "notgcr.io"),
    ],
)
def test_no_cloud(host: str) -> None:
    assert cloud_of(host) is None


def test_variables_have_one_meaning() -> None:
    named = [name for cloud in CLOUDS for name in cloud.variables]
    assert len(named) == len(set(named))
