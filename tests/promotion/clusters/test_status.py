"""The names of Flux's commit statuses, and the events that they are made from."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.clusters.status import EXPRESSION, Posted, StatusName, StatusState, parse_name, status_of

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


EVENT: dict[str, Any] = {
    "involvedObject": {"kind": "Kustomization", "name": "eso", "namespace": "flux-system"},
    "severity": "info",
    "reason": "ReconciliationSucceeded",
    "message": "Reconciliation finished in 1.2s",
    "metadata": {
        "kustomize.toolkit.fluxcd.io/originRevision": "main@sha1:" + "c0" * 20,
        "kustomize.toolkit.fluxcd.io/revision": f"prod_ring1@{DIGEST}",
        "kustomize.toolkit.fluxcd.io/commit_status": "update",
    },
}


def test_an_event_makes_a_status() -> None:
    assert status_of(EVENT, "eu") == Posted("c0" * 20, NAME, StatusState.SUCCESS, "reconciliation succeeded")
    failed = {**EVENT, "severity": "error", "reason": "ReconciliationFailed"}
    assert status_of(failed, "eu") == Posted("c0" * 20, NAME, StatusState.FAILURE, "reconciliation failed")


@pytest.mark.parametrize(
    "changed",
    [
        {"involvedObject": {"kind": "HelmRelease", "name": "eso"}},
        {"involvedObject": None},
        {"involvedObject": {"kind": "Kustomization", "name": "ESO"}},
        {"metadata": {}},
        {"metadata": {**EVENT["metadata"], "kustomize.toolkit.fluxcd.io/revision": "main@sha1:" + "c0" * 20}},
        {"metadata": {**EVENT["metadata"], "kustomize.toolkit.fluxcd.io/originRevision": "main"}},
        {"severity": "trace"},
    ],
)
def test_other_events_make_none(changed: dict[str, Any]) -> None:
    assert status_of({**EVENT, **changed}, "eu") is None


def test_an_event_that_the_controller_delivers_has_no_prefixes() -> None:
    delivered = {key.partition("/")[2]: value for key, value in EVENT["metadata"].items()}
    assert status_of({**EVENT, "metadata": delivered}, "eu") == status_of(EVENT, "eu")
    assert status_of(EVENT, "e u") is None


def test_the_expression_names_the_same_parts() -> None:
    parts = {
        "event.involvedObject.name": NAME.kustomization,
        "event.metadata.revision": f"{NAME.environment}@{NAME.digest}",
        "event.metadata.cluster": NAME.cluster,
    }
    terms = [term.strip() for term in EXPRESSION.split(" + ")]
    assert "".join(parts.get(term, term.strip("'")) for term in terms) == str(NAME)
