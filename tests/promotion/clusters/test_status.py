"""The names of Flux's commit statuses."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.clusters.status import EXPRESSION, StatusName, parse_name

DIGEST = "sha256:" + "5be2" * 16
NAME = StatusName("eso", "prod_ring1", DIGEST, "eu")
_SAFE = string.ascii_lowercase + string.digits


def test_a_name_is_read_as_it_is_written() -> None:
    assert str(NAME) == f"flux/eso/prod_ring1@{DIGEST}/eu"
    assert parse_name(str(NAME)) == NAME


@given(
    st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", fullmatch=True, alphabet=_SAFE + ".-"),
    st.from_regex(
        r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", fullmatch=True, alphabet=st.characters(max_codepoint=126)
    ),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?", fullmatch=True, alphabet=_SAFE + "._-"),
)
def test_every_name_comes_back(kustomization: str, environment: str, digest: str, cluster: str) -> None:
    name = StatusName(kustomization, environment, f"sha256:{digest}", cluster)
    assert parse_name(str(name)) == name


@given(st.text() | st.integers() | st.none() | st.binary())
def test_any_text_is_a_name_or_none(text: object) -> None:
    read = parse_name(text)
    assert read is None or str(read) == text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "flux-artifacts/rules",
        f"flux/eso/prod_ring1@{DIGEST}",
        f"flux/eso/prod_ring1@{DIGEST}/",
        f"flux/eso/prod_ring1@{DIGEST}/eu/x",
        f"flux/eso/prod_ring1@{DIGEST}/eu\n",
        f" flux/eso/prod_ring1@{DIGEST}/eu",
        f"Flux/eso/prod_ring1@{DIGEST}/eu",
        f"flux//prod_ring1@{DIGEST}/eu",
        f"flux/ESO/prod_ring1@{DIGEST}/eu",
        f"flux/eso/@{DIGEST}/eu",
        f"flux/eso/.prod@{DIGEST}/eu",
        f"flux/eso/prod_ring1@{DIGEST.upper()}/eu",
        f"flux/eso/prod_ring1@{DIGEST}0/eu",
        f"flux/eso/prod_ring1@sha256:{'٣' * 64}/eu",
        f"flux/eso/main@sha1:{'a' * 40}/eu",
        f"flux/eso/prod_ring1@{DIGEST}/-eu",
        f"flux/eso/prod_ring1@{DIGEST}/{'e' * 64}",
        f"flux/eso/{'p' * 129}@{DIGEST}/eu",
        f"flux/{'e' * 254}/prod_ring1@{DIGEST}/eu",
        f"flux/eso/prod_ring1@{DIGEST}/<b>",
    ],
)
def test_what_is_no_name(name: str) -> None:
    assert parse_name(name) is None


def test_the_expression_names_the_same_parts() -> None:
    parts = {
        "event.involvedObject.name": NAME.kustomization,
        "event.metadata.revision": f"{NAME.environment}@{NAME.digest}",
        "event.metadata.cluster": NAME.cluster,
    }
    terms = [term.strip() for term in EXPRESSION.split(" + ")]
    assert "".join(parts.get(term, term.strip("'")) for term in terms) == str(NAME)
