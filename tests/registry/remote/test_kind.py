"""The locations of registries over HTTP."""

import re

import pytest

from flux.registry.remote.kind import RemoteKind


@pytest.mark.parametrize(
    ("location", "read", "host"),
    [
        ("oci://ghcr.io/o/a/", "oci://ghcr.io/o/a", "ghcr.io"),
        ("oci://[::1]:5000", "oci://[::1]:5000", "[::1]:5000"),
    ],
)
def test_a_location_has_a_host_and_a_path(location: str, read: str, host: str) -> None:
    kind = RemoteKind()
    assert kind.read(location) == read
    assert kind.host(read) == host
    assert re.fullmatch(kind.pattern, location)


@pytest.mark.parametrize(
    "location", ["oci://", "oci:///o", "oci://me:secret@ghcr.io/o", "oci://ghcr.io/a//b"]
)
def test_other_locations_are_refused(location: str) -> None:
    with pytest.raises(ValueError, match=r"credentials|not valid|cannot be") as caught:
        RemoteKind().read(location)
    assert "secret" not in str(caught.value)
