"""Release tags, there and back."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from semver import Version

from flux.release.tag import TagForm

_DEFAULT = "flux-oci-{artifact}-v{version}"
_FORMS = (
    _DEFAULT,
    "{artifact}/{version}",
    "{artifact}-v{version}",
    "{artifact}-{version}",
    "{artifact}.{version}",
    "{artifact}_{version}",
    "{artifact}v{version}",
    "{artifact}@{version}",
    "{version}/{artifact}",
    "{version}_{artifact}",
    "release-{version}-of-{artifact}",
    "(.*)+{artifact}$/{version}",
)

_NUMBERS = st.integers(0, 20) | st.integers(0, 10**30)
_IDENTIFIERS = st.from_regex(
    r"(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)", fullmatch=True
) | st.sampled_from(["rc", "0", "1", "x-v1", "of-a", "v1", "-", "0a"])
_VERSIONS = st.builds(
    lambda numbers, identifiers: (
        ".".join(map(str, numbers)) + "-" * bool(identifiers) + ".".join(identifiers)
    ),
    st.tuples(_NUMBERS, _NUMBERS, _NUMBERS),
    st.lists(_IDENTIFIERS, max_size=4),
)
_WORDS = st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True) | st.sampled_from(
    ["a", "v1", "1.0.0", "v1.0.0", "2.3.4-rc.1", "of", "1", "0", "a-v1.0.0-01", "rc"]
)
_NAMES = st.builds(
    lambda first, rest: first + "".join(separator + word for separator, word in rest),
    _WORDS,
    st.lists(st.tuples(st.sampled_from(["-", "--", ".", "_", "__"]), _WORDS), max_size=4),
)


def parsed(form: str, tag: str) -> tuple[str, str] | None:
    """With the version as text, since semver calls versions equal whose build metadata differ."""
    found = TagForm(form).parse(tag)
    return found and (found[0], str(found[1]))


@given(st.sampled_from(_FORMS), _NAMES, _VERSIONS)
def test_there_and_back(form: str, artifact: str, version: str) -> None:
    assume(not TagForm(form).misreads(artifact))
    tag = TagForm(form).render(artifact, Version.parse(version))
    assert parsed(form, tag) == (artifact, version)


@given(
    st.sampled_from(_FORMS), _NAMES, _VERSIONS, st.sampled_from(["", "-", "-v", "+b", "\n", "/", "v", "0"])
)
def test_what_is_read_is_what_is_written(form: str, artifact: str, version: str, more: str) -> None:
    for tag in (
        TagForm(form).render(artifact, Version.parse(version)) + more,
        more + TagForm(form).render(artifact, Version.parse(version)),
    ):
        read = TagForm(form).parse(tag)
        assert read is None or TagForm(form).render(*read) == tag


@pytest.mark.parametrize("form", _FORMS)
def test_forms(form: str) -> None:
    assert TagForm(form).fault() == ""
    assert not TagForm(form).misreads("eso")


def test_the_default_form() -> None:
    assert TagForm(_DEFAULT).render("eso", Version.parse("1.0.0-rc.1")) == "flux-oci-eso-v1.0.0-rc.1"
    assert parsed(_DEFAULT, "flux-oci-cert-manager-v1.2.3") == ("cert-manager", "1.2.3")


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "v1.0.0",
        "eso-v1.0.0",
        "flux-oci-eso-1.0.0",
        "flux-oci-eso-v1.0",
        "flux-oci-eso-v1",
        "flux-oci-eso-v1.0.0.0",
        "flux-oci-eso-v1.0.0-",
        "flux-oci-eso-v1.0.0-rc..1",
        "flux-oci-eso-v1.0.0_rc",
        # An OCI tag cannot have build metadata.
        "flux-oci-eso-v1.0.0+build",
        "flux-oci-eso-v1.0.0-rc.1+build",
        # Leading zeros.
        "flux-oci-eso-v01.0.0",
        "flux-oci-eso-v1.00.0",
        "flux-oci-eso-v1.0.0-01",
        "flux-oci-eso-v1.0.0-rc.01",
        # Digits, but not ASCII's.
        "flux-oci-eso-v1.0.٣",
        "flux-oci-Eso-v1.0.0",
        "flux-oci-v1.0.0",
        "flux-oci--v1.0.0",
        "flux-oci-a/b-v1.0.0",
        " flux-oci-eso-v1.0.0",
        "flux-oci-eso-v1.0.0\n",
        "refs/tags/flux-oci-eso-v1.0.0",
    ],
)
def test_other_tags(tag: str) -> None:
    assert TagForm(_DEFAULT).parse(tag) is None


@pytest.mark.parametrize(
    "version",
    [
        "0.0.0",
        "1.0.0-0",
        "1.0.0-0a",
        "1.0.0-a0",
        "1.0.0-a.b0.10",
        "1.0.0-01a",
        "1.0.0--",
        "1.0.0-rc.1.x-y.0",
        "999999999999.0.0",
    ],
)
def test_versions(version: str) -> None:
    assert parsed(_DEFAULT, f"flux-oci-eso-v{version}") == ("eso", version)


@pytest.mark.parametrize(
    ("tag", "artifact", "version"),
    [
        ("flux-oci-a-v1-v1.0.0", "a-v1", "1.0.0"),
        ("flux-oci-a-v1.0-v1.0.0", "a-v1.0", "1.0.0"),
        # Of two ways to read it, the shortest artifact.
        ("flux-oci-a-v1.0.0-v2", "a", "1.0.0-v2"),
        ("flux-oci-a-v1.0.0-v2.0.0", "a", "1.0.0-v2.0.0"),
        ("flux-oci-a-v1.0.0-x-v2.0.0-rc.1", "a", "1.0.0-x-v2.0.0-rc.1"),
        # Only one way is left where a prerelease cannot be read.
        ("flux-oci-a-v1.0.0-b_c-v2.0.0", "a-v1.0.0-b_c", "2.0.0"),
        ("flux-oci-a-v1.0.0-01.b-v2.0.0", "a-v1.0.0-01.b", "2.0.0"),
    ],
)
def test_where_it_could_be_read_in_several_ways(tag: str, artifact: str, version: str) -> None:
    assert parsed(_DEFAULT, tag) == (artifact, version)


@pytest.mark.parametrize(
    ("form", "artifact", "misreads"),
    [
        (_DEFAULT, "a-v1", False),
        (_DEFAULT, "a-v1.0", False),
        (_DEFAULT, "v1.0.0", False),
        (_DEFAULT, "a-v1.0.0", True),
        (_DEFAULT, "a-v1.0.0-rc.1", True),
        (_DEFAULT, "a-v1.0.0-b_c", False),
        ("{artifact}/{version}", "a-v1.0.0", False),
        ("{artifact}-{version}", "a-v1.0.0", False),
        ("{artifact}-{version}", "a-1.0.0", True),
        ("{version}/{artifact}", "1.0.0", False),
        ("release-{version}-of-{artifact}", "tale-of-two", True),
        # No artifact has such a name, and its tags are none.
        (_DEFAULT, "Eso", True),
    ],
)
def test_names_that_misread(form: str, artifact: str, misreads: bool) -> None:
    assert TagForm(form).misreads(artifact) is misreads


@given(version=_VERSIONS)
def test_of_one_artifact_a_version_is_enough(version: str) -> None:
    form = TagForm("v{version}", "platform")
    tag = form.render("platform", Version.parse(version))
    assert (form.fault(), tag) == ("", f"v{version}")
    assert form.parse(tag) == ("platform", Version.parse(version))
    assert form.parse("v1.0") is None
    assert not form.misreads("platform")


def _together(artifact: str, version: str) -> str:
    return f"cannot be read back: artifact {artifact!r} and version {version!r} run together"


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("", "must have {version} once"),
        ("{Artifact}-{version}", "must have {artifact} once"),
        ("v{{version}", "must have {artifact} once"),
        ("{artifact}/{artifact}-{version}", "must have {artifact} once"),
        ("{artifact}", "must have {version} once"),
        ("{artifact}-{version}-{version}", "must have {version} once"),
        ("{artifact}{version}", _together("a1", "1.0.0")),
        ("{artifact}1{version}", _together("a1", "1.0.0")),
        ("{version}{artifact}", _together("a", "1.0.0-rc.1-x")),
        ("{version}-{artifact}", _together("a", "1.0.0-rc.1-x")),
        ("{version}.{artifact}", _together("a.1", "1.0.0-rc.1")),
    ],
)
def test_forms_that_are_refused(form: str, fault: str) -> None:
    assert TagForm(form).fault() == fault
