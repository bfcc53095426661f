"""Boxes: read as GitHub shows them, and written one character at a time."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flux.errors import IssueError
from flux.promotion.boxes import (
    LONGEST_BODY,
    Box,
    marks,
    read_boxes,
    repeated,
    restore,
    ticked,
    unknown,
    untick,
)
from tests.promotion import samples
from tests.promotion.github import shown

PHASES = {"at": ("at_ring1", "at_ring2"), "tt": ("tt_ring1",), "prod": ("prod",)}
NAMES = ("at", "at_ring1", "at_ring2", "tt", "tt_ring1", "prod")
BODY = """\
<!-- flux-release: {} -->

Tick a box.

- [ ] **at** (all of it)
  - [ ] `at_ring1` now 1.0.0
  - [x] `at_ring2` now 0.9.0
- [X] **tt** (all of it)
  - [ ] `tt_ring1`
- [ ] **prod** now 1.0.0

- [x] qa, please
"""

# What a hostile or clumsy hand might put anywhere in a body; see also the files in `hostile`. No definitions
# of links: a paragraph of them over a line that underlines a heading GitHub reads in a way of its own.
PIECES = [
    *("- [x] prod", "- [ ] prod", "* [X] `at_ring1`", "+ [x] **at**", "   - [X] **at_ring1** now", "- [x] "),
    *("1. [x] **at**", "2) [x] at_ring2", "    - [x] prod", "  - [x] `tt_ring1` now 1", "- - [x] prod"),
    *("[x] prod", "[x]", "&#91;x&#93; prod", "\\[x] prod", "- [x] [prod](u)", "- [x] ~~prod~~", "-\t[x]\tat"),
    *("[^1]:", "[^a]: x", "[^a]", "> ", "> a", "- ", "-\t", "+ ", "*", "1. ", "- a"),
    *("```", "~~~", "  ```", "`", "``", "**", "_", "\\", "|a|b|", "a|b", "-|-", "  -|-", "|-|", "===", "---"),
    *("<!--", "-->", "<details>", "</details>", "<div>", "<b>", "  <b>", "<pre>", "</pre>", "<script>", ">"),
    *(
        "</script>",
        "<textarea>",
        "</textarea>",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "<!A",
        "<input checked> prod",
    ),
    *("# h", "#", "text", "  text", "prod", "'", '"', "(u)", ":", " ", "  ", "    ", "     ", "\t", "***"),
    *("\xa0", "\x85", "\u2028", "\u200b", "\u202e", "\x7f", "10. ", "- [x] &#112;rod"),
]
SOUP = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(["", "\n", "\n", "\n\n", "\r\n", "\r", " "])),
    max_size=14,
).map(lambda parts: "".join(piece + end for piece, end in parts))


def test_boxes_of_a_body() -> None:
    boxes = read_boxes(BODY)
    assert boxes == [
        Box("at", False, 4),
        Box("at_ring1", False, 5),
        Box("at_ring2", True, 6),
        Box("tt", True, 7),
        Box("tt_ring1", False, 8),
        Box("prod", False, 9),
        Box("qa,", True, 11),
    ]
    for end in ("\r\n", "\r"):
        assert read_boxes(BODY.replace("\n", end)) == boxes
    assert ticked(BODY, PHASES) == {"at_ring2", "tt_ring1"}
    assert unknown(BODY, PHASES) == ["qa,"]
    assert repeated(BODY, PHASES) == []


def test_of_two_boxes_with_one_name_the_first_counts() -> None:
    body = "- [ ] prod\n- [x] prod\n- [ ] at\n- [x] qa\n- [ ] qa\n- [x] `prod`"
    assert ticked(body, PHASES) == set()
    assert repeated(body, PHASES) == ["prod"]
    assert unknown(body, PHASES) == ["qa"]
    assert untick("- [x] prod\n- [x] prod\n", {"prod"}, PHASES) == "- [ ] prod\n- [x] prod\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("prod", "prod"),
        ("**prod** (all of it)", "prod"),
        ("`prod_ring1` now 1.0.0", "prod_ring1"),
        ("**`prod`**", "prod"),
        ("*prod*", "prod"),
        ("__prod__", "prod"),
        ("prod\\_ring1", "prod_ring1"),
        ("   prod\tx", "prod"),
        # Not quite.
        ("prod,", "prod,"),
        ("PROD", "PROD"),
        ("prod\u200b", "prod\u200b"),
        ("prod\xa0x", "prod\xa0x"),
        ("pr\u043ed", "pr\u043ed"),
        ("~~prod~~", "~~prod~~"),
        ("[prod](/u)", "[prod](/u)"),
        ("prod<!---->", "prod<!---->"),
        ("<b>prod</b>", "<b>prod</b>"),
        ("`prod ring1`", "`prod"),
        ("**prod ring1**", "**prod"),
        ("*" * 600, "*" * 600),
    ],
)
def test_a_name_is_the_first_word(line: str, name: str) -> None:
    assert [box.name for box in read_boxes(f"- [x] {line}\n")] == [name]


def test_unticking_takes_a_phase_apart() -> None:
    body = BODY.replace("[ ] **at**", "[X] **at**").replace("\n", "\r\n")
    assert ticked(body, PHASES) == {"at_ring1", "at_ring2", "tt_ring1"}
    assert untick(body, {"at_ring2", "tt_ring1", "nowhere"}, PHASES) == (
        body.replace("[X] **at**", "[ ] **at**")
        .replace("[ ] `at_ring1`", "[x] `at_ring1`")
        .replace("[x] `at_ring2`", "[ ] `at_ring2`")
        .replace("[X] **tt**", "[ ] **tt**")
    )
    assert untick(body, set(), PHASES) == body
    # Nothing can be said for the other environment of a phase that has only its own box.
    assert untick("- [x] at", {"at_ring2"}, PHASES) == "- [ ] at"


def test_an_edit_is_undone_and_later_ones_stay() -> None:
    edited = BODY.replace("[ ] **at**", "[x] **at**").replace("[x] `at_ring2`", "[ ] `at_ring2`")
    assert restore(edited, BODY, edited, NAMES) == BODY
    later = edited.replace("[ ] **prod**", "[x] **prod**").replace("Tick", "Please tick")
    assert restore(later, BODY, edited, NAMES) == (
        BODY.replace("[ ] **prod**", "[x] **prod**").replace("Tick", "Please tick")
    )
    # Its tick was taken away since, and so was the box that it unticked.
    assert restore(BODY.replace("  - [x] `at_ring2`", "`at_ring2`"), BODY, edited, NAMES) == (
        BODY.replace("  - [x] `at_ring2`", "`at_ring2`")
    )


def test_an_edit_of_boxes_themselves() -> None:
    assert (
        restore("- [x] prod\n- [x] qa", "- [ ] qa", "- [x] prod\n- [x] qa", NAMES) == "- [ ] prod\n- [x] qa"
    )
    # A box put before ours would speak for it.
    assert restore("- [ ] prod\n- [x] prod", "- [x] prod", "- [ ] prod\n- [x] prod", NAMES) == (
        "- [x] prod\n- [x] prod"
    )
    # A line that is gone cannot be made again, nor one that came back since be overruled.
    assert restore("x", "- [x] prod", "x", NAMES) == "x"
    assert restore("- [ ] prod", "- [x] prod", "x", NAMES) == "- [ ] prod"


def test_what_is_no_issue_of_a_forge_is_refused() -> None:
    assert len(read_boxes(("- [x] a\n" * LONGEST_BODY)[:LONGEST_BODY])) == LONGEST_BODY // 8
    with pytest.raises(IssueError, match="a body of 65,537 characters"):
        read_boxes("x" * (LONGEST_BODY + 1))
    with pytest.raises(IssueError, match=r"the control character U\+000B in line 2"):
        read_boxes("a\r\nb\x0b\r\n- [x] prod")


@given(SOUP)
@example("text\n<b>\n- [x] prod")
def test_github_shows_every_box_that_is_read(body: str) -> None:
    try:
        boxes = read_boxes(body)
    except IssueError:
        return
    page = iter(shown(body))
    for box in boxes:
        if box.name in NAMES:
            assert any(name == box.name and (tick or not box.ticked) for name, tick in page), box


@st.composite
def _unticking(draw: st.DrawFn) -> tuple[str, set[str], dict[str, tuple[str, ...]]]:
    phases = draw(samples.phases())
    environments = [environment for members in phases.values() for environment in members]
    return draw(samples.bodies(phases)), draw(st.sets(st.sampled_from(environments))), phases


@given(_unticking())
def test_what_is_unticked_is_not_wanted_and_all_else_is(
    case: tuple[str, set[str], dict[str, tuple[str, ...]]],
) -> None:
    body, environments, phases = case
    unticked = untick(body, environments, phases)
    boxes = {box.name for box in read_boxes(body)}
    sayable = {
        environment
        for members in phases.values()
        for environment in members
        if environment in boxes or environments.isdisjoint(members)
    }
    assert ticked(unticked, phases) == (ticked(body, phases) - environments) & sayable
    assert untick(unticked, environments, phases) == unticked
    assert untick(body, set(phases) - {e for members in phases.values() for e in members}, phases) == body
    _same_but_for_marks(unticked, body)


@st.composite
def _history(draw: st.DrawFn) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    phases, whole = draw(samples.phases()), draw(st.booleans())
    return [draw(samples.bodies(phases, whole)) for _ in range(3)], phases


@given(_history())
def test_an_edit_is_undone_box_by_box(case: tuple[list[str], dict[str, tuple[str, ...]]]) -> None:
    (before, after, now), phases = case
    names = {*phases, *(name for members in phases.values() for name in members)}
    restored = restore(now, before, after, names)
    old, new, current, result = map(marks, (before, after, now, restored))
    assert result.keys() == current.keys()
    for name, mark in current.items():
        undone = name in names and name in new and new[name] == mark
        assert result[name] == (old.get(name, False) if undone else mark)
    _same_but_for_marks(restored, now)
    again = restore(after, before, after, names)
    if old.keys() == new.keys():
        assert ticked(again, phases) == ticked(before, phases)
    assert ticked(again, phases) <= ticked(before, phases)


def _same_but_for_marks(one: str, other: str) -> None:
    mark = re.compile(r"\[[ xX]\]")
    assert mark.sub("[]", one) == mark.sub("[]", other)
    assert [(box.name, box.line) for box in read_boxes(one)] == [
        (box.name, box.line) for box in read_boxes(other)
    ]


@given(SOUP, SOUP, st.sets(st.sampled_from(NAMES)))
def test_any_body_stays_as_it_is_but_for_marks(body: str, other: str, environments: set[str]) -> None:
    try:
        unticked, restored = untick(body, environments, PHASES), restore(body, other, body, NAMES)
    except IssueError:
        return
    assert ticked(unticked, PHASES) <= ticked(body, PHASES) - environments
    assert ticked(restored, PHASES) <= ticked(other, PHASES)
    _same_but_for_marks(unticked, body)
    _same_but_for_marks(restored, body)
