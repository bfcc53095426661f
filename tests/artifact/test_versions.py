"""The versions of charts and images that an artifact's manifests name."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.versions import named_versions

_HELM_RELEASE = b"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: eso
spec:
  chart:
    spec:
      chart: external-secrets
      version: "0.10.4"
      sourceRef: {kind: HelmRepository, name: external-secrets}
  values:
    image:
      repository: ghcr.io/external-secrets/external-secrets
      tag: v0.10.4
    sidecar:
      image: quay.io:443/tools/reloader:v1.2.3
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: kured}
spec:
  url: oci://ghcr.io/kubereboot/charts/kured
  ref: {tag: 5.6.0}
"""


def one(content: bytes | str, path: str = "x.yaml") -> dict[str, set[str]]:
    return named_versions({path: content if isinstance(content, bytes) else content.encode()})


def test_a_helm_release() -> None:
    assert one(_HELM_RELEASE) == {
        "chart external-secrets": {"0.10.4"},
        "image ghcr.io/external-secrets/external-secrets": {"v0.10.4"},
        "image quay.io:443/tools/reloader": {"v1.2.3"},
        "chart ghcr.io/kubereboot/charts/kured": {"5.6.0"},
    }


@pytest.mark.parametrize("path", ["x.yaml", "a/b.yml", "a/Kustomization", "Kustomization"])
def test_manifests(path: str) -> None:
    assert one("image: busybox:1.36", path) == {"image busybox": {"1.36"}}


@pytest.mark.parametrize("path", ["x.json", "README.md", "x.yaml.txt", "x.YAML"])
def test_other_files(path: str) -> None:
    assert one("image: busybox:1.36", path) == {}


def test_several_versions_of_one_thing() -> None:
    files = {"a.yaml": b"- image: a:1\n- image: a:2\n", "b.yaml": b"image: a:3\n---\nimage: a:1\n"}
    assert named_versions(files) == {"image a": {"1", "2", "3"}}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", {}),
        ("[]", {}),
        ("plain", {}),
        ("image: busybox", {}),
        ("image: registry:5000/busybox", {}),
        ("image: registry:5000/busybox:1", {"image registry:5000/busybox": {"1"}}),
        ("image: busybox:1@sha256:00", {"image busybox": {"1"}}),
        ("image: busybox@sha256:00", {}),
        ("image: [busybox]", {}),
        ("image: 1", {}),
        ("{chart: a, version: 1.0}", {}),
        ("{chart: a, version: '1.0'}", {"chart a": {"1.0"}}),
        ("{chart: {spec: {chart: a}}, version: '1.0'}", {}),
        ("{repository: a, tag: '1'}", {"image a": {"1"}}),
        ("{repository: a, tag: 1}", {}),
        ("{repository: a}", {}),
        ("{kind: OCIRepository, spec: {url: oci://a/b, ref: {semver: 1.x}}}", {"chart a/b": {"1.x"}}),
        (
            "{kind: OCIRepository, spec: {url: oci://a/b, ref: {digest: 'sha256:0'}}}",
            {"chart a/b": {"sha256:0"}},
        ),
        ("{kind: OCIRepository, spec: {url: oci://a/b}}", {}),
        ("{kind: OCIRepository, spec: {url: oci://a/b, ref: {tag: 1}}}", {}),
        ("{kind: OCIRepository, spec: null}", {}),
        # What comes before a broken document is found.
        ("image: a:1\n---\n\t{", {"image a": {"1"}}),
        ("{", {}),
        ("image: !!python/object:os.system a:1", {}),
        ("!!binary x", {}),
        ("2026-13-45", {}),
        ("a: &a [*a]", {}),
        ("a: &a {b: *a, image: 'x:1'}", {"image x": {"1"}}),
        ("[" * 5000, {}),
        (b"\xff: a", {}),
    ],
)
def test_what_is_found(content: bytes | str, found: dict[str, set[str]]) -> None:
    assert one(content) == found


def test_aliases_that_multiply() -> None:
    """Nodes that are there once are looked at once."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]

    def too_long(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(3)
    try:
        assert one("\n".join(lines)) == {}
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_whatever_is_in_a_file(content: bytes) -> None:
    named_versions({"x.yaml": content})
