"""The annotations of an image that is there are true, or it is foreign."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.claims import claim_fault, revision_fault
from flux.artifact.image import CREATED, REVISION, SOURCE
from tests.registry.images import image

OURS = image(source="https://git.example.com/platform/monorepo")
TRUE = {CREATED: OURS.created, REVISION: OURS.revision_annotation, SOURCE: OURS.source}


def test_what_we_write() -> None:
    assert claim_fault(TRUE, OURS) == revision_fault(TRUE, OURS) == ""
    silent = image(source="")
    assert claim_fault({CREATED: silent.created, REVISION: silent.revision_annotation}, silent) == ""


@pytest.mark.parametrize(
    "created",
    [
        "1970-01-01T00:00:00Z",
        "1970-01-01T01:00:00+01:00",
        "2026-11-29T20:55:30Z",
        "1969-12-31T19:00:00-05:00",
    ],
)
def test_any_time_that_flux_may_write(created: str) -> None:
    """With `--reproducible` the epoch, in the local time; else when it was pushed."""
    assert claim_fault(TRUE | {CREATED: created}, OURS) == ""


@pytest.mark.parametrize(
    "source",
    [
        "ssh://git@git.example.com/platform/monorepo.git",
        "git@git.example.com:platform/monorepo.git",
        "https://git.example.com/platform/monorepo.git",
        "https://user:secret@git.example.com/platform/monorepo/",
    ],
)
def test_any_spelling_of_the_source(source: str) -> None:
    assert claim_fault(TRUE | {SOURCE: source}, OURS) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"x": "y"}, "it has the annotation 'x'"),
        (
            {"org.opencontainers.image.version": "1.0.0"},
            "it has the annotation 'org.opencontainers.image.version'",
        ),
        ({CREATED: None}, f"it has no annotation {CREATED}"),
        ({REVISION: None}, f"it has no annotation {REVISION}"),
        ({SOURCE: None}, f"it has no annotation {SOURCE}"),
        ({CREATED: ""}, f"its annotation {CREATED} is not a time: ''"),
        ({CREATED: "yesterday"}, f"its annotation {CREATED} is not a time: 'yesterday'"),
        (
            {CREATED: "2026-02-30T00:00:00Z"},
            f"its annotation {CREATED} is not a time: '2026-02-30T00:00:00Z'",
        ),
        (
            {CREATED: "2026-01-01T00:00:00Z\n"},
            f"its annotation {CREATED} is not a time: '2026-01-01T00:00:00Z\\n'",
        ),
        ({REVISION: "main"}, "its revision is 'main', not a commit of main"),
        ({REVISION: "a" * 40}, f"its revision is '{'a' * 40}', not a commit of main"),
        (
            {REVISION: "prod@sha1:" + "a" * 40},
            f"its revision is 'prod@sha1:{'a' * 40}', not a commit of main",
        ),
        (
            {REVISION: "main@sha1:" + "A" * 40},
            f"its revision is 'main@sha1:{'A' * 40}', not a commit of main",
        ),
        (
            {REVISION: "main@sha1:" + "a" * 12},
            f"its revision is 'main@sha1:{'a' * 12}', not a commit of main",
        ),
        ({REVISION: f"main@sha1:{'b' * 40}@sha1:{'a' * 40}"}, None),
        ({SOURCE: ""}, "its source is '', not https://git.example.com/platform/monorepo"),
        ({SOURCE: "https://example.com/fork"}, None),
        ({SOURCE: "https://git.example.com/platform/monorepo\x1b[0m"}, None),
    ],
)
def test_what_nobody_of_ours_would_write(change: dict[str, str | None], why: str | None) -> None:
    annotations = {key: value for key, value in (TRUE | change).items() if value is not None}
    fault = claim_fault(annotations, OURS)
    assert fault
    assert fault.isprintable()
    assert why is None or fault == why


def test_a_source_where_we_know_none() -> None:
    silent = image(source="")
    told = {CREATED: silent.created, REVISION: silent.revision_annotation}
    assert claim_fault(told | {SOURCE: "https://example.com/x"}, silent) == ""
    assert claim_fault(told | {SOURCE: "\x1b[31m"}, silent) == "its source is '\\x1b[31m', not a URL"


def test_only_git_knows_of_another_commit() -> None:
    other = TRUE | {REVISION: f"main@sha1:{'b' * 40}"}
    assert claim_fault(other, OURS) == ""
    assert revision_fault(other, OURS) == "its revision is bbbbbbbbbbbb, but main has other content there"
    assert revision_fault(other, replace(OURS, is_at=lambda commit, diff_id: commit == "b" * 40)) == ""


@pytest.mark.parametrize(
    "annotations",
    [
        {},
        {REVISION: f"refs/tags/app/v1.0.0@sha1:{'a' * 40}", SOURCE: "git://github.com/acme/old.git"},
        {
            REVISION: f"main/{'a' * 40}",
            SOURCE: "local",
            CREATED: "yesterday",
            "org.opencontainers.image.title": "app",
        },
    ],
)
def test_an_earlier_system_says_what_it_likes(annotations: dict[str, str]) -> None:
    earlier = replace(OURS, is_earlier=True)
    assert claim_fault(annotations, earlier) == revision_fault(annotations, earlier) == ""
    assert claim_fault(annotations, OURS)
    assert claim_fault(annotations | {"x": "\x1b"}, earlier) == "its annotation 'x' cannot be printed"


@given(st.dictionaries(st.sampled_from([CREATED, REVISION, SOURCE, "x"]), st.text()))
def test_no_text_is_a_crash(annotations: dict[str, str]) -> None:
    assert claim_fault(TRUE | annotations, OURS).isprintable()
    assert claim_fault(annotations, replace(OURS, is_earlier=True)).isprintable()
