"""The texts of an issue, and that they are read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.boxes import LONGEST_BODY, read_boxes, repeated, ticked, unknown
from flux.promotion.marker import read_marker
from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import News, issue_body, issue_title, read_title, with_boxes
from tests.promotion.github import shown
from tests.promotion.samples import CURRENT, MARKER, NEWS, PHASES, phases


def test_the_whole_of_it() -> None:
    assert issue_title("eso", "1.1.0") == "Promote eso 1.1.0"
    body = issue_body(MARKER, NEWS, {"dev": ("dev",), **PHASES}, CURRENT)
    assert (
        body
        == f"""\
<!-- flux-release: {{"artifact": "eso", "version": "1.1.0"}} -->
<!-- diff ID: {NEWS.diff_id} -->

**`eso` `1.1.0`** · [release notes]({NEWS.notes}) · [compare with 1.0.0]({NEWS.compare})

What changes since 1.0.0:

- external-secrets: `0.9.1` → `1.0.0` ⚠️ **major**
- ghcr.io/external-secrets: `v0.9.1` → `v0.9.2`

**Tick a box to promote this version to that environment.** That adds it to the release's pull request, \
or opens one. Merging the pull request deploys it. Untick it to remove the environment. A tick by \
somebody who may not promote is undone. Next to each environment is the version that it had \
when this issue was opened. The comment below shows the current state.

- [ ] `dev` now none
- [ ] **at** (all of it)
  - [ ] `at_ring1` now 1.0.0
  - [ ] `at_ring2` now none
- [ ] **tt** (all of it)
  - [ ] `tt_ring1` now 0.9.0-rc.1
  - [ ] `tt_ring2` now none
- [ ] **prod** (all of it)
  - [ ] `prod_ring1` now 2.0.0
  - [ ] `prod_ring2` now none
"""
    )


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (News(), "**`eso` `1.1.0`**\n\n**Tick"),
        (News("", "1.0.0", "", []), "No chart and no image has another version than in 1.0.0.\n\n**Tick"),
        (News("", "1.0.0", "", None), "**`eso` `1.1.0`**\n\n**Tick"),
    ],
)
def test_what_is_not_known_is_not_said(news: News, said: str) -> None:
    body = issue_body(MARKER, news, PHASES, CURRENT)
    assert said in body
    assert "sha256:" not in body


def test_upgrades_that_have_no_room_are_left_out() -> None:
    many = News("", "1.0.0", "", [f"- {'x' * 2000}: `1` → `2`"] * 50)
    body = issue_body(MARKER, many, PHASES, CURRENT)
    assert len(body) < 2000
    assert "now 1.0.0" in body


def test_boxes_that_somebody_took_out_come_back_below() -> None:
    assert (
        with_boxes("head\n\nmine\n\n", {"dev": ("dev",), "at": ("at_ring1", "at_ring2")})
        == """\
head

mine

**Tick a box to promote this version to that environment.** That adds it to the release's pull request, \
or opens one. Merging the pull request deploys it. Untick it to remove the environment. A tick by \
somebody who may not promote is undone.

- [ ] `dev`
- [ ] **at** (all of it)
  - [ ] `at_ring1`
  - [ ] `at_ring2`
"""
    )


@pytest.mark.parametrize(
    "body", ["- [x] `at_ring1`\n", "- [ ] **at** (all of it)\n", "x" * (LONGEST_BODY - 200)]
)
def test_where_a_box_is_left_or_there_is_no_room_a_body_stays_as_it_is(body: str) -> None:
    assert with_boxes(body, {"at": ("at_ring1", "at_ring2")}) == body


@pytest.mark.parametrize(
    ("title", "promotion"),
    [
        (issue_title("eso", "1.1.0"), MARKER),
        (" Promote eso 1.1.0\n", MARKER),
        ("Promote eso", None),
        ("Promote eso 1.1.0 now", None),
        ("promote eso 1.1.0", None),
    ],
)
def test_a_title_is_read_back(title: str, promotion: Promotion | None) -> None:
    assert read_title(title) == promotion


@given(phases(), st.booleans())
def test_every_box_is_there_and_unticked(phases: dict[str, tuple[str, ...]], some: bool) -> None:
    body = issue_body(MARKER, NEWS, phases, dict.fromkeys(list(phases)[some:], "1.0.0-a_b@x"))
    names = [name for phase, members in phases.items() for name in dict.fromkeys((phase, *members))]
    assert [(box.name, box.ticked) for box in read_boxes(body)] == [(name, False) for name in names]
    assert shown(body) == [(name, False) for name in names]
    assert read_marker(body) == MARKER
    assert (ticked(body, phases), unknown(body, phases), repeated(body, phases)) == (set(), [], [])


@pytest.mark.parametrize(
    ("count", "length", "versions", "boxes"),
    [
        (100, 9, True, 104),
        (3_000, 9, False, 3_004),
        (5_000, 9, False, 4),
        (600, 128, False, 4),
    ],
)
def test_of_many_environments(count: int, length: int, versions: bool, boxes: int) -> None:
    names = [f"e{number:0{length - 1}}" for number in range(count)]
    many = {f"phase{at}": tuple(names[at::4]) for at in range(4)}
    body = issue_body(MARKER, NEWS, many, dict.fromkeys(names, "10.0.0-rc.1"))
    assert len(body) <= LONGEST_BODY
    assert ("now 10.0.0-rc.1" in body) == versions
    assert len(read_boxes(body)) == boxes
    assert read_marker(body) == MARKER


def test_of_many_phases() -> None:
    many = {f"phase{number}": (f"phase{number}",) for number in range(10_000)}
    body = issue_body(MARKER, NEWS, many, {})
    assert len(body) < 1_000
    assert "`inv promote eso ENVIRONMENT --version 1.1.0`" in body
    assert read_boxes(body) == []
    assert read_marker(body) == MARKER


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_of_others_makes_a_box(artifact: str, version: str, url: str) -> None:
    body = issue_body(
        Promotion(artifact, version), News(url, version, url, []), PHASES, {"at_ring1": version}
    )
    names = [name for phase, members in PHASES.items() for name in (phase, *members)]
    assert [box.name for box in read_boxes(body)] == names
    assert shown(body) == [(name, False) for name in names]
