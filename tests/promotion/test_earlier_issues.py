"""Issues of an earlier system are read strictly, and only a mark of theirs is ever written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.earlier_issues import earlier_boxes, earlier_ticks, told_release, untick_earlier
from flux.release.tag import TagForm

BODY = """Release notes

<!-- start-env-list -->
- [x] Deploy to at_ring1
- [ ] Deploy to at_ring2
* [X] Deploy to `prod_ring1`
- [x] something else
<!-- stop-env-list -->
- [x] Deploy to elsewhere
"""


def test_boxes_between_the_comments() -> None:
    assert earlier_boxes(BODY) == {"at_ring1": True, "at_ring2": False, "prod_ring1": True}
    assert earlier_ticks(BODY.replace("\n", "\r\n")) == {"at_ring1", "prod_ring1"}


def test_unticking_writes_one_mark() -> None:
    assert untick_earlier(BODY, {"prod_ring1", "elsewhere"}) == BODY.replace("[X]", "[ ]")
    assert untick_earlier(BODY, ()) == BODY


@pytest.mark.parametrize(
    "body",
    [
        "",
        "- [x] Deploy to at_ring1",
        BODY.replace("stop", "start"),
        BODY + BODY,
        BODY.replace("Deploy to ", "Deploy to; "),
        BODY + " " * 70_000,
        "<!-- stop-env-list -->\n- [x] Deploy to a\n<!-- start-env-list -->",
    ],
)
def test_any_other_text_is_no_such_issue(body: str) -> None:
    assert earlier_boxes(body) is None
    assert untick_earlier(body, {"at_ring1"}) == body


@given(st.text(), st.sets(st.sampled_from(["at_ring1", "at_ring2", "prod_ring1"])))
def test_nothing_but_marks_changes(text: str, names: set[str]) -> None:
    body = f"{text}\n{BODY}"
    after = untick_earlier(body, names)
    assert len(after) == len(body)
    if earlier_boxes(body):
        assert earlier_ticks(after) == earlier_ticks(body) - names


@pytest.mark.parametrize(
    ("title", "body", "tag"),
    [
        ("Release eso-v1.0.0", "", "eso-v1.0.0"),
        ("Release eso", "made of eso-v1.0.0.", "eso-v1.0.0"),
        ("eso-v1.0.0 and db-v1.0.0", "eso-v1.0.0", ""),
        ("eso-v2.0.0", "", ""),
        ("latest", "", ""),
    ],
)
def test_the_release_that_it_is_about(title: str, body: str, tag: str) -> None:
    form = TagForm("{artifact}-v{version}")
    assert told_release(title, body, form, {"eso-v1.0.0", "db-v1.0.0", "latest"}) == tag
