"""Which clusters would refuse what the workflows sign."""

import pytest

from flux.adoption.signatures import find_refusals
from flux.adoption.workflows import SIGNING

ISSUER = "https://token.actions.githubusercontent.com"
SUBJECTS = [f"https://github.com/acme/mono/.github/workflows/{name}@refs/heads/main" for name in SIGNING]


def said(verify: str) -> list[str]:
    text = f"kind: OCIRepository\nspec:\n  url: oci://r.io/o/eso\n  verify: {verify}\n"
    return list(find_refusals({"a.yaml": text}, "oci://r.io/o", ["eso"], ISSUER, SUBJECTS))


@pytest.mark.parametrize(
    "verify",
    [
        "null",
        "{provider: cosign}",
        "{matchOIDCIdentity: [{subject: '^https://github[.]com/acme/mono/'}]}",
        "{provider: cosign, matchOIDCIdentity: [{issuer: '^https://token.*$', subject: '/acme/mono/'}]}",
        "{provider: cosign, matchOIDCIdentity: [{subject: other}, {subject: acme}]}",
    ],
)
def test_who_accepts(verify: str) -> None:
    assert said(verify) == []


@pytest.mark.parametrize(
    ("verify", "why"),
    [
        (
            "{provider: notation}",
            "a.yaml verifies with provider notation, and the workflows sign without a key",
        ),
        (
            "{provider: cosign, secretRef: {name: key}}",
            "a.yaml verifies with a key, and the workflows sign without a key",
        ),
        (
            "{provider: cosign, matchOIDCIdentity: [{subject: publish.yml}]}",
            "a.yaml does not accept the identity of release-flux-artifact.yml and manage-flux-releases.yml",
        ),
        (
            "{provider: cosign, matchOIDCIdentity: [{subject: '['}, x]}",
            "a.yaml does not accept the identity of release-flux-artifact.yml and manage-flux-releases.yml",
        ),
        (
            "{provider: cosign, matchOIDCIdentity: [{subject: '/release-flux-artifact[.]yml@'}]}",
            "a.yaml does not accept the identity of manage-flux-releases.yml",
        ),
    ],
)
def test_who_refuses(verify: str, why: str) -> None:
    assert said(verify) == [why]


def test_images_of_another_registry_do_not_matter() -> None:
    text = "kind: OCIRepository\nspec: {url: 'oci://elsewhere/x', verify: {provider: notation}}\n"
    other = text.replace("oci://elsewhere/x", "oci://r.io/o/of-another-team")
    assert list(find_refusals({"b.yaml": other}, "oci://r.io/o", ["eso"], ISSUER, SUBJECTS)) == []
    assert list(find_refusals({"a.yaml": text}, "oci://r.io/o", ["eso"], ISSUER, SUBJECTS)) == []
