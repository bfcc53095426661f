"""Tags that look like releases, and are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.release.misnamed import find_misnamed, right_name
from flux.release.tag import TagForm

USUAL = TagForm("flux-oci-{artifact}-v{version}")
PLAIN = TagForm("{artifact}/{version}")
NAMES = ("app", "app-2", "eso", "k8s")


@pytest.mark.parametrize(
    ("tag", "right"),
    [
        ("flux-oci-eso-v1.0", "flux-oci-eso-v1.0.0"),
        ("flux-oci-eso-v1", "flux-oci-eso-v1.0.0"),
        ("flux-oci-eso-1.0.0", "flux-oci-eso-v1.0.0"),
        ("flux-oci-ESO-v1.0.0", "flux-oci-eso-v1.0.0"),
        ("Flux-OCI-eso-v1.0.0", "flux-oci-eso-v1.0.0"),
        ("flux-oci-eso-V1.2.3", "flux-oci-eso-v1.2.3"),
        ("flux-oci-eso-v01.2.3", "flux-oci-eso-v1.2.3"),
        ("flux-oci-eso-v1.2.3.4", "flux-oci-eso-v1.2.3-4"),
        ("flux-oci-eso-v1.2.3rc1", "flux-oci-eso-v1.2.3-rc1"),
        ("flux-oci-eso-v1.2.3+build", "flux-oci-eso-v1.2.3"),
        ("flux-oci-eso/v1.2.3-rc.1", "flux-oci-eso-v1.2.3-rc.1"),
        ("flux-oci-app-2-v1.0", "flux-oci-app-2-v1.0.0"),
        ("flux-oci-eso-vv1.0.0", "flux-oci-eso-v1.0.0"),
        ("flux-oci-eso-v-1.0.0", "flux-oci-eso-v1.0.0"),
        ("flux-oci-k8s1.0.0", USUAL.form),
        ("flux-oci-eso", USUAL.form),
        ("flux-oci-unknown-v1.0", USUAL.form),
        ("eso-v1.0.0", None),
        ("v1.0.0", None),
    ],
)
def test_the_right_name(tag: str, right: str | None) -> None:
    assert right_name(USUAL, tag, NAMES) == right


@pytest.mark.parametrize(
    ("tag", "right"),
    [
        ("eso/v1.0.0", "eso/1.0.0"),
        ("eso/1.0", "eso/1.0.0"),
        ("Eso/1.0.0", "eso/1.0.0"),
        ("eso-1.0.0", "eso/1.0.0"),
        ("other/1.0", None),
        ("v1.0.0", None),
        ("eso", None),
    ],
)
def test_the_right_name_where_no_prefix_says_whose_it_is(tag: str, right: str | None) -> None:
    assert right_name(PLAIN, tag, NAMES) == right


@pytest.mark.parametrize(
    ("tag", "artifact", "form"),
    [
        ("eso/v1.0.0", "eso", "{artifact}/v{version}"),
        ("eso-v1.0.0", "eso", "{artifact}-v{version}"),
        ("app-2-v1.0.0", "app-2", "{artifact}-v{version}"),
        ("releases/eso@1.0.0", "eso", "releases/{artifact}@{version}"),
        ("flux-oci-eso-v1.0.0", "eso", "flux-oci-{artifact}-v{version}"),
        ("eso/v1.0", "eso", ""),
        ("ESO/v1.0.0", "eso", ""),
    ],
)
def test_another_form(tag: str, artifact: str, form: str) -> None:
    (found,) = find_misnamed(PLAIN, [tag], NAMES)
    assert (found.tag, found.artifact, found.form) == (tag, artifact, form)


def test_what_is_a_release_or_of_no_artifact_is_not_named() -> None:
    tags = ["eso/1.0.0", "v1.0.0", "my-eso-v1.0.0", "eso", "unknown/v1.0.0", "x" * 300 + "/eso-v1.0.0"]
    assert find_misnamed(PLAIN, tags, NAMES) == []


@given(
    st.text(max_size=80)
    | st.from_regex(r"(flux-oci-)?(eso|ESO|app-2)[-/v.]{0,3}[0-9.v+-]{0,12}", fullmatch=True)
)
def test_a_right_name_can_be_read(tag: str) -> None:
    for form in (USUAL, PLAIN):
        for misnamed in find_misnamed(form, [tag], NAMES):
            read = form.parse(misnamed.right)
            assert read
            assert read[0] == misnamed.artifact
            assert form.parse(tag) is None
