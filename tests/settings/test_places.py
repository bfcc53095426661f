"""Names of places: what they may be, and never with a password in a message."""

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.settings import places


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (places.registry, ".registry", ".registry"),
        (places.registry, "./a.b/", "./a.b"),
        (places.registry, "/srv/x/", "/srv/x"),
        (places.registry, "/", "/"),
        (places.registry, "oci://ghcr.io/o/a/", "oci://ghcr.io/o/a"),
        (places.registry, "oci://[::1]:5000", "oci://[::1]:5000"),
        (places.branch, "release/1.x", "release/1.x"),
        (places.release_tag, "{artifact}/{version}", "{artifact}/{version}"),
        (places.repository, "{name}", "{name}"),
        (places.repository, "a/flux-{name}", "a/flux-{name}"),
        (places.source, "https://git.example.com/a/b", "https://git.example.com/a/b"),
    ],
)
def test_what_is_read(read: Callable[[object], str], value: str, expected: str) -> None:
    assert read(value) == expected


@pytest.mark.parametrize(
    ("read", "value", "fault"),
    [
        (places.registry, "ghcr.io/o/a", "a registry begins with oci://, a folder of such a name with ./"),
        (places.registry, "localhost:5000", "a registry begins with oci://, a folder of such a name with ./"),
        (places.registry, "https://ghcr.io/o", "a registry begins with oci://"),
        (places.registry, "oci://me:secret@ghcr.io/o", "credentials do not belong here; use docker login"),
        (places.registry, "oci:///o", "its host is not valid"),
        (places.registry, "oci://ghcr.io/O", "its path cannot be an OCI repository"),
        (places.registry, "oci://ghcr.io/a//b", "its path cannot be an OCI repository"),
        (places.repository, "{name}/{name}", "it may have {name} once"),
        (places.repository, "{artifact}", "it may have {name} once"),
        (places.repository, "A/{name}", "it is not the path of an OCI repository"),
        (places.repository, "/{name}", "it is not the path of an OCI repository"),
        (places.source, "https://me:secret@example.com/a", "credentials do not belong in images"),
        (places.source, "git@example.com:a/b", ""),
        (places.source, "https://[secret/a", ""),
        (places.source, "ftp://example.com", ""),
    ],
)
def test_what_is_refused(read: Callable[[object], str], value: str, fault: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the texts are compared
        read(value)
    assert str(caught.value) == fault
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("form", ["x", "{artifact}", "{artifact}{version}", "{artifact} {version}"])
def test_a_form_of_release_tags_that_cannot_be_read_back(form: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the forms' own tests have the texts
        places.release_tag(form)


@given(st.text(alphabet="a/.@{}-~^: \\[*?l", min_size=1, max_size=8))
def test_what_git_calls_no_branch_is_none(name: str) -> None:
    try:
        read = places.branch(name)
    except ValueError:
        return
    command = ["git", "check-ref-format", "--branch", read]
    assert subprocess.run(command, capture_output=True).returncode == 0, read
